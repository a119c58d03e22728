package eventlog

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"
)

// Act is who did what to what.
type Act struct {
	// Actor is an operator's name or "peer:ROLE"; see authn.Caller.Actor.
	Actor string
	// Name is the RPC that did it.
	Name string
	// Target is what it was done to, as "provider/7".
	Target string
}

// Enter enters an act in the transaction that does it. before is nil for what was not there, after for what is no more; their JSON has no secrets, and
// nothing that reaches a person.
func Enter(ctx context.Context, tx *sql.Tx, at time.Time, act Act, before, after any) error {
	was, err := text(before)
	if err != nil {
		return err
	}
	is, err := text(after)
	if err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, `INSERT INTO admin_event (at, actor, act, target, before, after) VALUES ($1, $2, $3, $4, $5, $6)`,
		at.UnixMilli(), act.Actor, act.Name, act.Target, was, is); err != nil {
		return fmt.Errorf("entering an event: %w", err)
	}
	return nil
}

func text(record any) (string, error) {
	if record == nil {
		return "", nil
	}
	text, err := json.Marshal(record)
	if err != nil {
		return "", fmt.Errorf("writing down a record: %w", err)
	}
	return string(text), nil
}
