package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
	"github.com/ventanilla/ventanilla/services/notifications/internal/message"
)

// ErrNoProvider says that no provider has the identifier.
var ErrNoProvider = errors.New("no such provider")

// Provider is a provider of services. Its JSON is what events show of it.
type Provider struct {
	ID              int64           `json:"provider_id"`
	DataSet         message.DataSet `json:"data_set"`
	Name            string          `json:"name"`
	ClientID        string          `json:"client_id,omitempty"`
	Role            string          `json:"role,omitempty"`
	NotificationURI string          `json:"notification_uri,omitempty"`
	Disabled        bool            `json:"disabled"`
	// CallbackSecret is sealed, and so is the one before, which signs beside it before PreviousUntil; nil when there is none.
	CallbackSecret []byte    `json:"-"`
	PreviousSecret []byte    `json:"-"`
	PreviousUntil  time.Time `json:"previous_secret_until,omitzero"`
	CreatedAt      time.Time `json:"created_at"`
	UpdatedAt      time.Time `json:"updated_at"`
}

const (
	providerColumns = `p.provider_id, p.data_set, p.name, p.client_id, p.role, p.notification_uri, p.disabled, p.callback_secret,
	p.previous_secret, p.previous_until, p.created_at, p.updated_at`
	selectProvider  = `SELECT ` + providerColumns + ` FROM provider p WHERE p.provider_id = $1`
	selectProviders = `SELECT ` + providerColumns + ` FROM provider p WHERE p.provider_id > $1 AND ($2 = '' OR p.role = $2) ORDER BY p.provider_id LIMIT $3`
)

// providerRow is a provider as its columns have it.
type providerRow struct {
	Provider
	previous         sql.NullInt64
	created, updated int64
}

func (r *providerRow) columns() []any {
	return []any{
		&r.ID, &r.DataSet, &r.Name, &r.ClientID, &r.Role, &r.NotificationURI, &r.Disabled, &r.CallbackSecret, &r.PreviousSecret,
		&r.previous, &r.created, &r.updated,
	}
}

func (r *providerRow) provider() Provider {
	p := r.Provider
	if r.previous.Valid {
		p.PreviousUntil = time.UnixMilli(r.previous.Int64).UTC()
	}
	p.CreatedAt, p.UpdatedAt = time.UnixMilli(r.created).UTC(), time.UnixMilli(r.updated).UTC()
	return p
}

func scanProvider(row sqlstore.Scanner) (Provider, error) {
	var r providerRow
	err := row.Scan(r.columns()...)
	return r.provider(), err
}

// Provider returns one. It fails with sqlstore.ErrNotFound.
func (s *Store) Provider(ctx context.Context, id int64) (Provider, error) {
	p, err := sqlstore.Row(ctx, s.db, scanProvider, selectProvider, id)
	if err != nil {
		return Provider{}, fmt.Errorf("reading a provider: %w", err)
	}
	return p, nil
}

// Providers returns some behind an identifier, by identifier: a role's, or all when role is empty.
func (s *Store) Providers(ctx context.Context, role string, after int64, limit int) ([]Provider, error) {
	providers, err := sqlstore.Rows(ctx, s.db, scanProvider, selectProviders, after, role, limit)
	if err != nil {
		return nil, fmt.Errorf("listing providers: %w", err)
	}
	return providers, nil
}

// heldProvider reads a provider that stays as it is until the transaction ends. It fails with ErrNoProvider.
func (s *Store) heldProvider(ctx context.Context, tx *sql.Tx, id int64) (Provider, error) {
	p, err := scanProvider(tx.QueryRowContext(ctx, s.locking(selectProvider, toChange), id))
	if errors.Is(err, sql.ErrNoRows) {
		return p, ErrNoProvider
	}
	return p, err
}
