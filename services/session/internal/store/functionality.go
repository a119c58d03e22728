package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
)

var (
	// ErrNoFunctionality says that no functionality has the key, or none that the caller may open.
	ErrNoFunctionality = errors.New("no such functionality")
	// ErrNoIntegration says that no integration of the client has the key.
	ErrNoIntegration = errors.New("no such integration")
)

// Functionality is a page of a client that app users are handed over to. Its JSON is what events show of it.
type Functionality struct {
	Key      string  `json:"functionality_key"`
	DataSet  DataSet `json:"data_set"`
	ClientID string  `json:"client_id"`
	Name     string  `json:"name"`
	// RedirectURI is where app users are sent.
	RedirectURI string `json:"redirect_uri"`
	// PassKeyLife is how long its pass keys live.
	PassKeyLife time.Duration `json:"pass_key_life"`
	// IntegrationKey is of the same client and data set; empty for none.
	IntegrationKey string    `json:"integration_key,omitempty"`
	Disabled       bool      `json:"disabled"`
	CreatedAt      time.Time `json:"created_at"`
	UpdatedAt      time.Time `json:"updated_at"`
}

const (
	functionalityColumns = `f.functionality_key, f.data_set, f.client_id, f.name, f.redirect_uri, f.pass_key_life, COALESCE(f.integration_key, ''), f.disabled,
	f.created_at, f.updated_at`
	selectFunctionality   = `SELECT ` + functionalityColumns + ` FROM functionality f WHERE f.functionality_key = $1`
	functionalitiesBehind = `(f.created_at, f.functionality_key) > ($1, $2) ORDER BY f.created_at, f.functionality_key LIMIT $3`
	selectFunctionalities = `SELECT ` + functionalityColumns + ` FROM functionality f WHERE ` + functionalitiesBehind
	selectOfClient        = `SELECT ` + functionalityColumns + ` FROM functionality f WHERE f.client_id = $4 AND ` + functionalitiesBehind
)

func scanFunctionality(row sqlstore.Scanner) (f Functionality, err error) {
	var life, created, updated int64
	err = row.Scan(&f.Key, &f.DataSet, &f.ClientID, &f.Name, &f.RedirectURI, &life, &f.IntegrationKey, &f.Disabled, &created, &updated)
	f.PassKeyLife = time.Duration(life) * time.Millisecond
	f.CreatedAt, f.UpdatedAt = time.UnixMilli(created).UTC(), time.UnixMilli(updated).UTC()
	return f, err
}

// Functionality returns one. It fails with ErrNoFunctionality.
func (s *Store) Functionality(ctx context.Context, key string) (Functionality, error) {
	f, err := sqlstore.Row(ctx, s.db, scanFunctionality, selectFunctionality, storable(key))
	if errors.Is(err, sqlstore.ErrNotFound) {
		err = ErrNoFunctionality
	}
	if err != nil {
		return Functionality{}, fmt.Errorf("reading a functionality: %w", err)
	}
	return f, nil
}

// Functionalities returns some behind a place, oldest first; of one client, or of all where it is empty.
func (s *Store) Functionalities(ctx context.Context, clientID string, after Place, limit int) ([]Functionality, error) {
	query, args := selectFunctionalities, []any{after.At.UnixMilli(), storable(after.Key), limit}
	if clientID != "" {
		query, args = selectOfClient, append(args, storable(clientID))
	}
	all, err := sqlstore.Rows(ctx, s.db, scanFunctionality, query, args...)
	if err != nil {
		return nil, fmt.Errorf("listing functionalities: %w", err)
	}
	return all, nil
}

// heldFunctionality reads one that stays as it is until the transaction ends. It fails with ErrNoFunctionality.
func (s *Store) heldFunctionality(ctx context.Context, tx *sql.Tx, key string) (Functionality, error) {
	f, err := scanFunctionality(tx.QueryRowContext(ctx, s.locking(selectFunctionality, toChange), storable(key)))
	if errors.Is(err, sql.ErrNoRows) {
		return f, ErrNoFunctionality
	}
	return f, err
}
