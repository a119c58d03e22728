package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
)

// MaxSweep is the most rows that one call of a sweep takes. A sweep that took so many has more to do. All may run on every replica at the same
// time: what one has in hand the others pass over.
const MaxSweep = 500

const (
	// callbacksKept is how long it can be seen what became of a callback, usageKept how many days are counted.
	callbacksKept = 7 * 24 * time.Hour
	usageKept     = 3 * 24 * time.Hour
)

// Sweep is one kind of upkeep.
type Sweep struct {
	// Doing says what it does, for the log.
	Doing string
	// Once does it for at most MaxSweep rows and returns for how many it did.
	Once func(context.Context) (int, error)
}

// Sweeps are all of them.
func (s *Store) Sweeps() []Sweep {
	return []Sweep{
		{"ending parts whose time ran out", s.sweep(s.expireParts)},
		{"ending payment requests whose time ran out", s.sweep(s.expirePayments)},
		{"erasing what was said", s.sweep(s.erase)},
		{"forgetting idempotency keys", s.sweep(s.drop("idempotency", "expires_at <= $1", "expires_at", 0))},
		{"dropping callbacks", s.sweep(s.drop("callback", "ended_at IS NOT NULL AND ended_at <= $1", "ended_at", callbacksKept))},
		{"dropping counts of old days", s.sweep(s.dropUsage)},
	}
}

func (s *Store) sweep(do func(ctx context.Context, tx *sql.Tx, now time.Time) (int, error)) func(context.Context) (int, error) {
	return func(ctx context.Context) (int, error) {
		var rows int
		err := s.db.InTx(ctx, func(tx *sql.Tx) (err error) {
			rows, err = do(ctx, tx, s.now())
			return err
		})
		if err != nil {
			return 0, err // what was not committed is still there
		}
		return rows, nil
	}
}

func (s *Store) expireParts(ctx context.Context, tx *sql.Tx, now time.Time) (int, error) {
	ids, err := scanned(ctx, tx, sqlstore.Value[string], s.updateExpired(), now.UnixMilli(), MaxSweep)
	if err != nil {
		return 0, err
	}
	return len(ids), s.settle(ctx, tx, now, ids...)
}

func (s *Store) updateExpired() string {
	return `UPDATE part SET status = 'expired', reason = 'time_ran_out', next_attempt_at = NULL, ended_at = $1
		WHERE ` + s.db.Oldest("part", "status IN ('accepted', 'scheduled') AND expires_at <= $1", "expires_at", "$2") + ` RETURNING part.dispatch_id`
}

func (s *Store) expirePayments(ctx context.Context, tx *sql.Tx, now time.Time) (int, error) {
	ids, err := scanned(ctx, tx, sqlstore.Value[string], s.updateUnpaid(), now.UnixMilli(), MaxSweep)
	if err != nil || len(ids) == 0 {
		return 0, err
	}
	if _, err := tx.ExecContext(ctx, s.updateUnpaidParts(), s.list(ids), now.UnixMilli()); err != nil {
		return 0, err
	}
	return len(ids), s.settle(ctx, tx, now, ids...)
}

func (s *Store) updateUnpaid() string {
	return `UPDATE payment SET status = 'expired', settled_at = $1
		WHERE ` + s.db.Oldest("payment", "status = 'requested' AND expires_at <= $1", "expires_at", "$2") + ` RETURNING payment.dispatch_id`
}

func (s *Store) updateUnpaidParts() string {
	return `UPDATE part SET status = 'expired', reason = 'time_ran_out', ended_at = $2
		WHERE ` + s.among("dispatch_id", "$1") + ` AND part = 4 AND status = 'sent'`
}

// erase removes what was said, and to whom, once it was kept long enough. What became of it stays.
func (s *Store) erase(ctx context.Context, tx *sql.Tx, now time.Time) (int, error) {
	ids, err := scanned(ctx, tx, sqlstore.Value[string], s.updateErased(), now.UnixMilli(), MaxSweep)
	if err != nil || len(ids) == 0 {
		return 0, err
	}
	if _, err := tx.ExecContext(ctx, s.blankPayments(), s.list(ids)); err != nil {
		return 0, err
	}
	return len(ids), s.eraseTexts(ctx, tx, ids)
}

// eraseTexts removes what dispatches say. Their codes stay good, and say nothing any more.
func (s *Store) eraseTexts(ctx context.Context, tx *sql.Tx, ids []string) error {
	for _, text := range []string{s.deleteOf("content"), s.deleteOf("picture"), s.blankCodes()} {
		if _, err := tx.ExecContext(ctx, text, s.list(ids)); err != nil {
			return err
		}
	}
	return nil
}

func (s *Store) blankCodes() string {
	return `UPDATE code SET title = '', provider_code = '' WHERE ` + s.among("dispatch_id", "$1")
}

func (s *Store) blankPayments() string {
	return `UPDATE payment SET concept = '', reference = '' WHERE ` + s.among("dispatch_id", "$1")
}

func (s *Store) updateErased() string {
	return `UPDATE dispatch SET person_id = '', erased_at = $1, version = version + 1, changed_at = $1 WHERE ` +
		s.db.Oldest("dispatch", "ended_at IS NOT NULL AND erased_at IS NULL AND (ended_at + retention) <= $1", "(ended_at + retention)", "$2") +
		` RETURNING dispatch.dispatch_id`
}

func (s *Store) deleteOf(table string) string {
	return `DELETE FROM ` + table + ` WHERE ` + s.among("dispatch_id", "$1")
}

// drop removes rows of a table some time after what an index says of them.
func (s *Store) drop(table, where, order string, kept time.Duration) func(context.Context, *sql.Tx, time.Time) (int, error) {
	text := s.deleteOldest(table, where, order)
	return func(ctx context.Context, tx *sql.Tx, now time.Time) (int, error) {
		return affected(tx.ExecContext(ctx, text, now.Add(-kept).UnixMilli(), MaxSweep))
	}
}

func (s *Store) deleteOldest(table, where, order string) string {
	return `DELETE FROM ` + table + ` WHERE ` + s.db.Oldest(table, where, order, "$2")
}

func (s *Store) dropUsage(ctx context.Context, tx *sql.Tx, now time.Time) (int, error) {
	return affected(tx.ExecContext(ctx, s.deleteOldest("usage", "day < $1", "day"), now.Add(-usageKept).Format(time.DateOnly), MaxSweep))
}

func affected(result sql.Result, err error) (int, error) {
	if err != nil {
		return 0, err
	}
	rows, err := result.RowsAffected()
	if err != nil {
		return 0, fmt.Errorf("counting rows: %w", err)
	}
	return int(rows), nil
}
