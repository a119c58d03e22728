package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/failsafe-go/failsafe-go"
	"github.com/failsafe-go/failsafe-go/retrypolicy"
)

// attempts bounds how often InTx runs its function.
const attempts = 5

// InTx runs fn in a transaction that can write, at the engine's default isolation, and commits it
// unless fn fails. When transactions got in each other's way, it rolls back and runs fn again, up to
// five times: fn must set, not add to, what it changes outside of the transaction. fn must use no
// handle but tx, or a pool of one connection would wait for itself. Errors of the database come
// classified, others as they are.
func (db *DB) InTx(ctx context.Context, fn func(tx *sql.Tx) error) error {
	policy := retrypolicy.NewBuilder[any]().
		HandleIf(func(_ any, err error) bool { return contended(err) }).
		WithMaxAttempts(attempts).
		WithBackoff(2*time.Millisecond, 100*time.Millisecond).
		WithJitterFactor(0.5).
		ReturnLastFailure().
		Build()
	err := failsafe.With[any](policy).WithContext(ctx).Run(func() error { return db.once(ctx, fn) })
	return Classify(ctx, err)
}

func (db *DB) once(ctx context.Context, fn func(tx *sql.Tx) error) error {
	tx, err := db.Write.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("beginning transaction: %w", err)
	}
	// After a commit it does nothing; before, its own failure adds nothing to fn's.
	defer tx.Rollback()
	if err := fn(tx); err != nil {
		return err
	}
	if err := tx.Commit(); err != nil {
		if errors.Is(err, sql.ErrTxDone) && ctx.Err() != nil {
			err = ctx.Err()
		}
		return fmt.Errorf("committing: %w", err)
	}
	return nil
}
