package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"time"

	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
)

// ErrUnchanged is what the function given to ChangeClient or ChangeOperator returns to leave the record as it
// is. Nothing is then written, and the change succeeds with the record.
var ErrUnchanged = errors.New("unchanged")

// Act is the author's part of an entry in the admin log.
type Act struct {
	// Actor is an operator's name, or "peer:" and a role.
	Actor string
	// Name is the name of the RPC.
	Name string
}

// AdminAct is one entry of the admin log. It holds no secret.
type AdminAct struct {
	// Number rises from entry to entry. It is the revision of the change.
	Number int64
	// At is when it was done.
	At time.Time
	Act
	// Target is a client's identifier or an operator's name.
	Target string
	// Before and After are the target in JSON; Before is empty when it is new.
	Before, After json.RawMessage
}

// RecordAct enters an act that changes no record of the store. detail is written as the entry's After,
// in JSON, and must hold no secret.
func (s *Store) RecordAct(ctx context.Context, act Act, target string, detail any) error {
	err := s.change(ctx, func(tx *sql.Tx, revision int64) error {
		return s.record(ctx, tx, revision, act, target, "", detail)
	})
	if err != nil {
		return fmt.Errorf("recording an act: %w", err)
	}
	return nil
}

// record enters an act in the transaction of its change. An empty before stands for a new target.
func (s *Store) record(ctx context.Context, tx *sql.Tx, number int64, act Act, target, before string, after any) error {
	now, err := snapshot(after)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx,
		`INSERT INTO admin_act (number, at, actor, name, target, before, after) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		number, s.now().UnixMilli(), act.Actor, act.Name, target, before, now)
	if err != nil {
		return fmt.Errorf("entering the admin log: %w", err)
	}
	return nil
}

func snapshot(record any) (string, error) {
	text, err := json.Marshal(record)
	if err != nil {
		return "", fmt.Errorf("writing down a record: %w", err)
	}
	return string(text), nil
}

// AdminActs lists entries, newest first, from below a number; 0 starts at the newest. At most 1000 are returned.
func (s *Store) AdminActs(ctx context.Context, below int64, limit int) ([]AdminAct, error) {
	if below <= 0 {
		below = math.MaxInt64
	}
	acts, err := sqlstore.Rows(ctx, s.db, scanAct,
		`SELECT number, at, actor, name, target, before, after FROM admin_act WHERE number < $1 ORDER BY number DESC LIMIT $2`,
		below, page(limit))
	if err != nil {
		return nil, fmt.Errorf("listing admin acts: %w", err)
	}
	return acts, nil
}

func scanAct(row sqlstore.Scanner) (AdminAct, error) {
	var act AdminAct
	var at int64
	var before, after string
	err := row.Scan(&act.Number, &at, &act.Actor, &act.Name, &act.Target, &before, &after)
	act.At, act.Before, act.After = fromMilli(at), json.RawMessage(before), json.RawMessage(after)
	return act, err
}
