package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/ventanilla/ventanilla/pkg/auditlog"
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

// RecordAct enters an act that changes no record of the store. detail is written as the entry's after,
// in JSON, and must hold no secret.
func (s *Store) RecordAct(ctx context.Context, act Act, target string, detail any) error {
	err := s.db.InTx(ctx, func(tx *sql.Tx) error { return s.record(ctx, tx, act, target, "", detail) })
	if err != nil {
		return fmt.Errorf("recording an act: %w", err)
	}
	return nil
}

// record enters an act in the transaction of its change. An empty before stands for a new target.
func (s *Store) record(ctx context.Context, tx *sql.Tx, act Act, target, before string, after any) error {
	now, err := snapshot(after)
	if err != nil {
		return err
	}
	return auditlog.Append(ctx, tx, auditlog.Entry{
		At: s.now(), Actor: act.Actor, Act: act.Name, Target: target, Detail: states(before, now),
	})
}

// states is the detail of an act: what it was done to, before and after.
func states(before, after string) json.RawMessage {
	detail := "{"
	if before != "" {
		detail += `"before":` + before + ","
	}
	return json.RawMessage(detail + `"after":` + after + "}")
}

func snapshot(record any) (string, error) {
	text, err := json.Marshal(record)
	if err != nil {
		return "", fmt.Errorf("writing down a record: %w", err)
	}
	return string(text), nil
}
