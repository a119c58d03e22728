package store

import (
	"context"
	"fmt"

	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
)

// Client finds a client. It fails with sqlstore.ErrNotFound, also for a deleted one.
func (s *Store) Client(ctx context.Context, id string) (Client, error) {
	if !sqlstore.CanBeKey(id) {
		return Client{}, fmt.Errorf("finding a client: %w", sqlstore.ErrNotFound)
	}
	c, err := sqlstore.Row(ctx, s.db, scanClient, `SELECT `+clientColumns+` FROM client WHERE id = $1 AND NOT deleted`, id)
	if err != nil {
		return Client{}, fmt.Errorf("finding a client: %w", err)
	}
	return c, nil
}

// ClientPage asks for some clients.
type ClientPage struct {
	// After is the identifier that the page before ended with; empty for the first.
	After string
	// Family leaves out the clients of others, when it is not empty.
	Family string
	// Limit bounds the page; it is brought into 1 to 1000.
	Limit int
}

// Clients lists clients in the order of their identifiers, without deleted ones.
func (s *Store) Clients(ctx context.Context, ask ClientPage) ([]Client, error) {
	query, args := `SELECT `+clientColumns+` FROM client WHERE id > $1 AND NOT deleted ORDER BY id LIMIT $2`, []any{ask.After, page(ask.Limit)}
	if ask.Family != "" {
		query = `SELECT ` + clientColumns + ` FROM client WHERE id > $1 AND family = $3 AND NOT deleted ORDER BY id LIMIT $2`
		args = append(args, ask.Family)
	}
	if !sqlstore.CanBeKey(ask.After) || !sqlstore.CanBeKey(ask.Family) {
		return nil, nil
	}
	clients, err := sqlstore.Rows(ctx, s.db, scanClient, query, args...)
	if err != nil {
		return nil, fmt.Errorf("listing clients: %w", err)
	}
	return clients, nil
}

// ClientsSince lists the clients that changed after a revision, deleted ones too, in the order of their last changes,
// at most 1000.
func (s *Store) ClientsSince(ctx context.Context, revision int64, limit int) ([]Client, error) {
	clients, err := sqlstore.Rows(ctx, s.db, scanClient,
		`SELECT `+clientColumns+` FROM client WHERE revision > $1 ORDER BY revision LIMIT $2`, revision, page(limit))
	if err != nil {
		return nil, fmt.Errorf("listing changed clients: %w", err)
	}
	return clients, nil
}
