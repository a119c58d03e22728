package store

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"time"

	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
)

// Callback is a call that tells a provider of a change, claimed by a worker.
type Callback struct {
	ID         string
	ProviderID int64
	Body       string
	// Fence counts claims, Attempt attempts.
	Fence, Attempt int64
	// Until is when it is given up.
	Until time.Time
}

// What becomes of a callback.
const (
	CallbackWaits  = ""       // it is tried again
	CallbackTold   = "told"   // the provider has taken it
	CallbackFailed = "failed" // it was given up
)

// CalledProviders returns which providers have callbacks that are due, by identifier. Whatever waits, it looks at one row a provider.
func (s *Store) CalledProviders(ctx context.Context) ([]int64, error) {
	ids, err := sqlstore.Rows(ctx, s.db, sqlstore.Value[int64], selectCalled, s.now().UnixMilli())
	if err != nil {
		return nil, fmt.Errorf("reading who is to be called: %w", err)
	}
	return ids, nil
}

// selectCalled goes from provider to provider in the queue's index.
const selectCalled = `WITH RECURSIVE waiting (provider_id) AS (
		SELECT (SELECT min(provider_id) FROM callback WHERE next_attempt_at IS NOT NULL)
		UNION ALL
		SELECT (SELECT min(c.provider_id) FROM callback AS c WHERE c.next_attempt_at IS NOT NULL AND c.provider_id > waiting.provider_id)
		FROM waiting WHERE waiting.provider_id IS NOT NULL)
	SELECT provider_id FROM waiting WHERE provider_id IS NOT NULL
		AND EXISTS (SELECT 1 FROM callback AS c WHERE c.provider_id = waiting.provider_id AND c.next_attempt_at <= $1)`

// ClaimCallbacks takes at most n callbacks of a provider that are due, those first that have been due longest, for a lease from now. None
// is claimed twice while its lease lasts. They come in no order.
func (s *Store) ClaimCallbacks(ctx context.Context, providerID int64, owner string, n int, lease time.Duration) ([]Callback, error) {
	var claimed []Callback
	err := s.db.InTx(ctx, func(tx *sql.Tx) (err error) {
		now := s.now()
		claimed, err = scanned(ctx, tx, scanCallback, s.claimCallbacks(), providerID, now.UnixMilli(), n, now.Add(lease).UnixMilli(), owner)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("claiming callbacks: %w", err)
	}
	return claimed, nil
}

func (s *Store) claimCallbacks() string {
	return `UPDATE callback SET next_attempt_at = $4, lease_until = $4, lease_owner = $5, fence = fence + 1, attempt = attempt + 1
		WHERE ` + s.db.Oldest("callback", "provider_id = $1 AND next_attempt_at <= $2", "next_attempt_at", "$3") + `
		RETURNING callback_id, provider_id, body, fence, attempt, until`
}

func scanCallback(row sqlstore.Scanner) (c Callback, err error) {
	var until int64
	err = row.Scan(&c.ID, &c.ProviderID, &c.Body, &c.Fence, &c.Attempt, &until)
	c.Until = time.UnixMilli(until).UTC()
	return c, err
}

// RenewCallbacks prolongs the leases of claimed callbacks for a lease from now, and tells of each whether it is still its worker's.
func (s *Store) RenewCallbacks(ctx context.Context, claimed []Callback, lease time.Duration) ([]bool, error) {
	keys := make([]callbackKey, len(claimed))
	for i, c := range claimed {
		keys[i] = callbackKey{c.ID, c.Fence}
	}
	slices.SortFunc(keys, func(a, b callbackKey) int { return cmp.Compare(a.ID, b.ID) })
	var renewed []string
	err := s.db.InTx(ctx, func(tx *sql.Tx) (err error) {
		renewed, err = scanned(ctx, tx, sqlstore.Value[string], s.renewCallbacks(), recorded(keys), s.now().Add(lease).UnixMilli())
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("renewing callbacks: %w", err)
	}
	held := make([]bool, len(claimed))
	for i, c := range claimed {
		held[i] = slices.Contains(renewed, c.ID)
	}
	return held, nil
}

// callbackKey names a callback as its worker knows it.
type callbackKey struct {
	ID    string `json:"callback_id"`
	Fence int64  `json:"fence"`
}

func (s *Store) renewCallbacks() string {
	return `UPDATE callback SET next_attempt_at = $2, lease_until = $2 FROM ` + s.records(1, "r", "callback_id text, fence bigint") + `
		WHERE callback.callback_id = r.callback_id AND callback.fence = r.fence AND callback.next_attempt_at IS NOT NULL
		RETURNING callback.callback_id`
}

// FinishCallback writes what came of a claimed callback, unless it is another worker's by now. One that waits does so until next.
func (s *Store) FinishCallback(ctx context.Context, c Callback, outcome string, next time.Time) error {
	var waits, ended sql.NullInt64
	if outcome == CallbackWaits {
		waits = milli(next)
	} else {
		ended = milli(s.now())
	}
	err := s.db.InTx(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `UPDATE callback SET next_attempt_at = $3, ended_at = $4, outcome = $5, lease_owner = '', lease_until = NULL
			WHERE callback_id = $1 AND fence = $2 AND next_attempt_at IS NOT NULL`, c.ID, c.Fence, waits, ended, outcome)
		return err
	})
	if err != nil {
		return fmt.Errorf("writing what came of a callback: %w", err)
	}
	return nil
}

// Callee is where a provider is called.
type Callee struct {
	// URL is empty for nowhere.
	URL string
	// Sealed are its secrets: the present one, and the one before while it signs too.
	Sealed [][]byte
}

// Callee returns where a provider is called now. One that there is not, that is shut out or that wants no calls is called nowhere.
func (s *Store) Callee(ctx context.Context, providerID int64) (Callee, error) {
	p, err := s.Provider(ctx, providerID)
	switch {
	case errors.Is(err, sqlstore.ErrNotFound):
		return Callee{}, nil
	case err != nil:
		return Callee{}, err
	case p.Disabled:
		return Callee{}, nil
	}
	callee := Callee{URL: p.NotificationURI, Sealed: [][]byte{p.CallbackSecret}}
	if p.PreviousSecret != nil && s.now().Before(p.PreviousUntil) {
		callee.Sealed = append(callee.Sealed, p.PreviousSecret)
	}
	return callee, nil
}
