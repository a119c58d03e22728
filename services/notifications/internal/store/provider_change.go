package store

import (
	"context"
	"database/sql"
	"fmt"
	"reflect"
	"strconv"
	"time"
)

// CreateProvider enters a provider and returns it with the identifier and times that it was given. seal makes its sealed secret, which is bound
// to the identifier.
func (s *Store) CreateProvider(ctx context.Context, actor string, p Provider, seal func(id int64) []byte) (Provider, error) {
	err := s.db.InTx(ctx, func(tx *sql.Tx) error {
		p.CreatedAt = s.now()
		p.UpdatedAt = p.CreatedAt
		if err := tx.QueryRowContext(ctx, `INSERT INTO provider
			(data_set, name, client_id, role, notification_uri, disabled, callback_secret, created_at, updated_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING provider_id`, p.DataSet, p.Name, p.ClientID, p.Role, p.NotificationURI,
			truth(p.Disabled), []byte{}, p.CreatedAt.UnixMilli(), p.UpdatedAt.UnixMilli()).Scan(&p.ID); err != nil {
			return err
		}
		p.CallbackSecret = seal(p.ID)
		if _, err := tx.ExecContext(ctx, `UPDATE provider SET callback_secret = $2 WHERE provider_id = $1`, p.ID, p.CallbackSecret); err != nil {
			return err
		}
		return s.entered(ctx, tx, actor, "CreateProvider", providerTarget(p.ID), nil, p)
	})
	if err != nil {
		return Provider{}, fmt.Errorf("entering a provider: %w", err)
	}
	return p, nil
}

// UpdateProvider lets change edit a provider, alone, and stores what it leaves of name, owner, address and whether it is shut out. It
// returns the provider as it is then; what changes nothing is not written. An error of change's is returned and nothing stored; change may run
// more than once. It fails with ErrNoProvider.
func (s *Store) UpdateProvider(ctx context.Context, actor string, id int64, change func(*Provider) error) (Provider, error) {
	return s.changeProvider(ctx, actor, "UpdateProvider", id, change)
}

// RotateCallbackSecret gives a provider another sealed secret; the present one signs beside it until a time. It fails with ErrNoProvider.
func (s *Store) RotateCallbackSecret(ctx context.Context, actor string, id int64, sealed []byte, until time.Time) (Provider, error) {
	return s.changeProvider(ctx, actor, "RotateCallbackSecret", id, func(p *Provider) error {
		p.CallbackSecret, p.PreviousSecret, p.PreviousUntil = sealed, p.CallbackSecret, until.UTC().Truncate(time.Millisecond)
		return nil
	})
}

func (s *Store) changeProvider(ctx context.Context, actor, act string, id int64, change func(*Provider) error) (Provider, error) {
	var p Provider
	err := s.db.InTx(ctx, func(tx *sql.Tx) error {
		before, err := s.heldProvider(ctx, tx, id)
		if err != nil {
			return err
		}
		p = before
		if err := change(&p); err != nil {
			return err
		}
		if reflect.DeepEqual(before, p) {
			return nil
		}
		p.UpdatedAt = s.now()
		var previous any // a secret that is not there is NULL
		if p.PreviousSecret != nil {
			previous = p.PreviousSecret
		}
		if _, err := tx.ExecContext(ctx, `UPDATE provider SET name = $2, client_id = $3, role = $4, notification_uri = $5, disabled = $6,
			callback_secret = $7, previous_secret = $8, previous_until = $9, updated_at = $10 WHERE provider_id = $1`, p.ID, p.Name, p.ClientID,
			p.Role, p.NotificationURI, truth(p.Disabled), p.CallbackSecret, previous, orNull(p.PreviousUntil), p.UpdatedAt.UnixMilli()); err != nil {
			return err
		}
		return s.entered(ctx, tx, actor, act, providerTarget(p.ID), before, p)
	})
	if err != nil {
		return Provider{}, fmt.Errorf("changing a provider: %w", err)
	}
	return p, nil
}

func providerTarget(id int64) string { return "provider/" + strconv.FormatInt(id, 10) }

func truth(is bool) int64 {
	if is {
		return 1
	}
	return 0
}

// orNull writes a time that may be absent.
func orNull(at time.Time) sql.NullInt64 {
	return sql.NullInt64{Int64: at.UnixMilli(), Valid: !at.IsZero()}
}
