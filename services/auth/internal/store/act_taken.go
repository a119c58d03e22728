package store

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/ventanilla/ventanilla/pkg/auditlog"
	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
)

// TakeActs takes acts that a release before the admin log's tree has recorded into the log, in their order and each
// once, at most 1000 of them, and returns how many. When it is 1000 there may be more.
func (s *Store) TakeActs(ctx context.Context) (int, error) {
	const waiting = `SELECT number FROM admin_act WHERE number > (SELECT number FROM admin_act_taken) LIMIT 1`
	some, err := sqlstore.Rows(ctx, s.db, sqlstore.Value[int64], waiting)
	var taken int
	if err == nil && len(some) > 0 {
		err = s.db.InTx(ctx, func(tx *sql.Tx) (err error) {
			taken, err = takeActs(ctx, tx)
			return err
		})
	}
	if err != nil {
		return 0, fmt.Errorf("taking acts into the log: %w", err)
	}
	return taken, nil
}

// takeActs relies on the order of commits: an act's number is the revision of its change (see change).
func takeActs(ctx context.Context, tx *sql.Tx) (int, error) {
	row := tx.QueryRowContext(ctx, `UPDATE admin_act_taken SET number = number RETURNING number`) // keeps others out
	last, err := sqlstore.Value[int64](row)
	if err != nil {
		return 0, fmt.Errorf("finding the last: %w", err)
	}
	entries, last, err := actsAfter(ctx, tx, last)
	if err != nil || len(entries) == 0 {
		return 0, err
	}
	if err := auditlog.AppendAll(ctx, tx, entries); err != nil {
		return 0, err
	}
	_, err = tx.ExecContext(ctx, `UPDATE admin_act_taken SET number = $1`, last)
	return len(entries), err
}

func actsAfter(ctx context.Context, tx *sql.Tx, last int64) ([]auditlog.Entry, int64, error) {
	rows, err := tx.QueryContext(ctx, `SELECT number, at, actor, name, target, before, after FROM admin_act
		WHERE number > $1 ORDER BY number LIMIT $2`, last, maxPage)
	if err != nil {
		return nil, 0, err
	}
	defer rows.Close()
	var entries []auditlog.Entry
	for rows.Next() {
		var entry auditlog.Entry
		var at int64
		var before, after string
		if err := rows.Scan(&last, &at, &entry.Actor, &entry.Act, &entry.Target, &before, &after); err != nil {
			return nil, 0, err
		}
		entry.At, entry.Detail = fromMilli(at), states(before, after)
		entries = append(entries, entry)
	}
	return entries, last, rows.Err()
}
