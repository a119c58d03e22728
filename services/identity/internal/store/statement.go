package store

import (
	"context"
	"database/sql"
	"fmt"
	"math"
	"time"

	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
)

// Statement is when and from whom something is known. Times are kept to the millisecond.
type Statement struct {
	// ValidFrom and ValidTo are from when and until when, exclusive, it holds; no end is zero.
	ValidFrom, ValidTo time.Time
	// RecordedAt is when it was recorded, which the store says.
	RecordedAt time.Time
	// Source says so. Reference is its own number for it, or empty.
	Source, Reference string
}

// AsOf is the pair of times that statements are read with.
type AsOf struct {
	// ValidAt is the time at which they hold.
	ValidAt time.Time
	// KnownAt is the time by which they were recorded; zero for all that is known.
	KnownAt time.Time
}

// args are known and valid time as statements are compared with them.
func (a AsOf) args() (known, valid int64) {
	known = math.MaxInt64
	if !a.KnownAt.IsZero() {
		known = a.KnownAt.UnixMilli()
	}
	return known, a.ValidAt.UnixMilli()
}

const statementColumns = `valid_from, valid_to, recorded_at, source, reference`

// statementRow scans and writes statementColumns.
type statementRow struct {
	from, recorded    int64
	to                sql.NullInt64
	source, reference string
}

func (r *statementRow) dest() []any {
	return []any{&r.from, &r.to, &r.recorded, &r.source, &r.reference}
}

func (r *statementRow) statement() Statement {
	st := Statement{
		ValidFrom: time.UnixMilli(r.from).UTC(), RecordedAt: time.UnixMilli(r.recorded).UTC(),
		Source: r.source, Reference: r.reference,
	}
	if r.to.Valid {
		st.ValidTo = time.UnixMilli(r.to.Int64).UTC()
	}
	return st
}

func (st Statement) args(recorded int64) []any {
	to := sql.NullInt64{Int64: st.ValidTo.UnixMilli(), Valid: !st.ValidTo.IsZero()}
	return []any{st.ValidFrom.UnixMilli(), to, recorded, st.Source, st.Reference}
}

// recordingTime takes the time that a transaction's statements are recorded at. It never goes back, whatever clocks do,
// and its lock lets one transaction at a time record: they are numbered in the order in which they become visible.
// What a transaction has found before it took the lock may have changed.
func (s *Store) recordingTime(ctx context.Context, tx *sql.Tx) (int64, error) {
	at, err := sqlstore.Value[int64](tx.QueryRowContext(ctx, `UPDATE recording
		SET latest = CASE WHEN latest < $1 THEN $1 ELSE latest END WHERE id = 1 RETURNING latest`, s.now().UnixMilli()))
	if err != nil {
		return 0, fmt.Errorf("taking the time of recording: %w", err)
	}
	return at, nil
}
