package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
	"github.com/ventanilla/ventanilla/services/session/internal/integration"
)

// ErrIntegrationInUse says that functionalities have the integration.
var ErrIntegrationInUse = errors.New("the integration is in use")

// Integration is how a client's endpoints are called. Its JSON is what events show of it.
type Integration struct {
	Key      string  `json:"integration_key"`
	DataSet  DataSet `json:"data_set"`
	ClientID string  `json:"client_id"`
	// Definition has no values of headers and parameters: they are in Secrets, sealed.
	Definition integration.Definition `json:"definition"`
	Secrets    []byte                 `json:"-"`
	Disabled   bool                   `json:"disabled"`
	CreatedAt  time.Time              `json:"created_at"`
	UpdatedAt  time.Time              `json:"updated_at"`
}

const (
	integrationColumns         = `i.integration_key, i.data_set, i.client_id, i.definition, i.secrets, i.disabled, i.created_at, i.updated_at`
	selectIntegration          = `SELECT ` + integrationColumns + ` FROM integration i WHERE i.integration_key = $1`
	integrationsBehind         = `(i.created_at, i.integration_key) > ($1, $2) ORDER BY i.created_at, i.integration_key LIMIT $3`
	selectIntegrations         = `SELECT ` + integrationColumns + ` FROM integration i WHERE ` + integrationsBehind
	selectIntegrationsOfClient = `SELECT ` + integrationColumns + ` FROM integration i WHERE i.client_id = $4 AND ` + integrationsBehind
)

func scanIntegration(row sqlstore.Scanner) (i Integration, err error) {
	var definition string
	var created, updated int64
	if err := row.Scan(&i.Key, &i.DataSet, &i.ClientID, &definition, &i.Secrets, &i.Disabled, &created, &updated); err != nil {
		return i, err
	}
	if err := json.Unmarshal([]byte(definition), &i.Definition); err != nil {
		return i, fmt.Errorf("reading the definition of %s: %w", i.Key, err)
	}
	i.CreatedAt, i.UpdatedAt = time.UnixMilli(created).UTC(), time.UnixMilli(updated).UTC()
	return i, nil
}

// Integration returns one. It fails with ErrNoIntegration.
func (s *Store) Integration(ctx context.Context, key string) (Integration, error) {
	i, err := sqlstore.Row(ctx, s.db, scanIntegration, selectIntegration, storable(key))
	if errors.Is(err, sqlstore.ErrNotFound) {
		err = ErrNoIntegration
	}
	if err != nil {
		return Integration{}, fmt.Errorf("reading an integration: %w", err)
	}
	return i, nil
}

// Integrations returns some behind a place, oldest first; of one client, or of all where it is empty.
func (s *Store) Integrations(ctx context.Context, clientID string, after Place, limit int) ([]Integration, error) {
	query, args := selectIntegrations, []any{after.At.UnixMilli(), storable(after.Key), limit}
	if clientID != "" {
		query, args = selectIntegrationsOfClient, append(args, storable(clientID))
	}
	all, err := sqlstore.Rows(ctx, s.db, scanIntegration, query, args...)
	if err != nil {
		return nil, fmt.Errorf("listing integrations: %w", err)
	}
	return all, nil
}

// heldIntegration reads one that a lock keeps until the transaction ends. It fails with ErrNoIntegration.
func (s *Store) heldIntegration(ctx context.Context, tx *sql.Tx, key, lock string) (Integration, error) {
	i, err := scanIntegration(tx.QueryRowContext(ctx, s.locking(selectIntegration, lock), storable(key)))
	if errors.Is(err, sql.ErrNoRows) {
		return i, ErrNoIntegration
	}
	return i, err
}
