package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
)

// maxSubscriptions is how many good ones a provider may have, and a list of them returns of its newest.
const (
	maxSubscriptions    = 100
	listedSubscriptions = 1000
)

// ErrTooMany says that there is no room for another.
var ErrTooMany = errors.New("too many")

// Subscription lets a provider consume a service.
type Subscription struct {
	ID         string    `json:"subscription_id"`
	ProviderID int64     `json:"provider_id"`
	ServiceID  int32     `json:"service_id"`
	CreatedAt  time.Time `json:"created_at"`
	// EndedAt is zero while it is good.
	EndedAt time.Time `json:"ended_at,omitzero"`
}

const (
	subscriptionColumns = `subscription_id, provider_id, service_id, created_at, ended_at`
	selectSubscription  = `SELECT ` + subscriptionColumns + ` FROM subscription WHERE subscription_id = $1`
	selectSubscriptions = `SELECT ` + subscriptionColumns + ` FROM (SELECT ` + subscriptionColumns + ` FROM subscription WHERE provider_id = $1
	ORDER BY created_at DESC, subscription_id DESC LIMIT $2) newest ORDER BY created_at, subscription_id`
)

func scanSubscription(row sqlstore.Scanner) (sub Subscription, err error) {
	var created int64
	var ended sql.NullInt64
	err = row.Scan(&sub.ID, &sub.ProviderID, &sub.ServiceID, &created, &ended)
	sub.CreatedAt = time.UnixMilli(created).UTC()
	if ended.Valid {
		sub.EndedAt = time.UnixMilli(ended.Int64).UTC()
	}
	return sub, err
}

// CreateSubscription lets a provider consume a service by a token, of which it is given the SHA-256. It fails with ErrNoProvider,
// ErrNoService, and with ErrTooMany when the provider has as many good ones as it may.
func (s *Store) CreateSubscription(ctx context.Context, actor string, providerID int64, serviceID int32, token []byte) (Subscription, error) {
	var sub Subscription
	err := s.db.InTx(ctx, func(tx *sql.Tx) error {
		if _, err := s.heldProvider(ctx, tx, providerID); err != nil {
			return err
		}
		var known int64
		if err := tx.QueryRowContext(ctx, `SELECT COUNT(*) FROM service WHERE service_id = $1`, serviceID).Scan(&known); err != nil {
			return err
		}
		if known == 0 {
			return ErrNoService
		}
		var good int64
		if err := tx.QueryRowContext(ctx, `SELECT COUNT(*) FROM subscription WHERE provider_id = $1 AND ended_at IS NULL`, providerID).Scan(&good); err != nil {
			return err
		}
		if good >= maxSubscriptions {
			return ErrTooMany
		}
		id, err := uuid.NewV7() // in the order of time, which is that of a provider's subscriptions
		if err != nil {
			return err
		}
		sub = Subscription{ID: id.String(), ProviderID: providerID, ServiceID: serviceID, CreatedAt: s.now()}
		if _, err := tx.ExecContext(ctx, `INSERT INTO subscription (subscription_id, token, provider_id, service_id, created_at)
			VALUES ($1, $2, $3, $4, $5)`, sub.ID, token, sub.ProviderID, sub.ServiceID, sub.CreatedAt.UnixMilli()); err != nil {
			return err
		}
		return s.entered(ctx, tx, actor, "CreateSubscription", subscriptionTarget(sub.ID), nil, sub)
	})
	if err != nil {
		return Subscription{}, fmt.Errorf("entering a subscription: %w", err)
	}
	return sub, nil
}

// Subscriptions returns a provider's newest, oldest first.
func (s *Store) Subscriptions(ctx context.Context, providerID int64) ([]Subscription, error) {
	subs, err := sqlstore.Rows(ctx, s.db, scanSubscription, selectSubscriptions, providerID, listedSubscriptions)
	if err != nil {
		return nil, fmt.Errorf("listing subscriptions: %w", err)
	}
	return subs, nil
}

// EndSubscription ends one, unless it has ended already, and returns it as it is then. It fails with sqlstore.ErrNotFound.
func (s *Store) EndSubscription(ctx context.Context, actor, id string) (Subscription, error) {
	var sub Subscription
	err := s.db.InTx(ctx, func(tx *sql.Tx) (err error) {
		sub, err = scanSubscription(tx.QueryRowContext(ctx, s.locking(selectSubscription, toChange), id))
		if err != nil || !sub.EndedAt.IsZero() {
			return err
		}
		before := sub
		sub.EndedAt = s.now()
		if _, err := tx.ExecContext(ctx, `UPDATE subscription SET ended_at = $2 WHERE subscription_id = $1`, id, sub.EndedAt.UnixMilli()); err != nil {
			return err
		}
		return s.entered(ctx, tx, actor, "EndSubscription", subscriptionTarget(id), before, sub)
	})
	if err != nil {
		return Subscription{}, fmt.Errorf("ending a subscription: %w", err)
	}
	return sub, nil
}

func subscriptionTarget(id string) string { return "subscription/" + id }
