package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"math"
	"time"
	"unicode/utf8"

	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
)

// maxEventScan bounds how many events one page looks at, and maxEventBytes what it says.
const (
	maxEventScan  = 10_000
	maxEventBytes = 1 << 20
)

// Event is what an actor did to a target.
type Event struct {
	Number int64 // grows with time
	At     time.Time
	Actor  string
	Act    string
	Target string
	// Before and After are JSON; empty for what was not there before, or is not there after.
	Before, After string
}

// EventFilter is which events; those of all where it is empty.
type EventFilter struct{ TargetPrefix, Actor string }

const (
	selectEvents = `SELECT number, at, actor, act, target, before, after FROM admin_event
	WHERE number < $1 AND number >= $2 AND ($3 = '' OR actor = $3) AND substr(target, 1, $4) = $5 ORDER BY number DESC LIMIT $6`
	selectEventScan = `SELECT CASE WHEN COUNT(*) < $2 THEN 0 ELSE MIN(number) END
	FROM (SELECT number FROM admin_event WHERE number < $1 ORDER BY number DESC LIMIT $2) AS seen`
)

func scanEvent(row sqlstore.Scanner) (e Event, err error) {
	var at int64
	err = row.Scan(&e.Number, &at, &e.Actor, &e.Act, &e.Target, &e.Before, &e.After)
	e.At = time.UnixMilli(at).UTC()
	return e, err
}

// Events returns some below a number, newest first; 0 starts at the newest. It looks at a bounded number of them: next is where to go on, 0 when there
// are no more, also when there are fewer than limit.
func (s *Store) Events(ctx context.Context, filter EventFilter, below int64, limit int) (events []Event, next int64, err error) {
	if !canBeKey(filter.TargetPrefix) || !canBeKey(filter.Actor) {
		return nil, 0, nil
	}
	if below <= 0 {
		below = math.MaxInt64
	}
	next, err = sqlstore.Row(ctx, s.db, sqlstore.Value[int64], selectEventScan, below, maxEventScan)
	if err != nil {
		return nil, 0, fmt.Errorf("reading events: %w", err)
	}
	events, err = sqlstore.Rows(ctx, s.db, scanEvent, selectEvents, below, next, filter.Actor,
		utf8.RuneCountInString(filter.TargetPrefix), filter.TargetPrefix, limit+1) // one more shows whether there is more
	if err != nil {
		return nil, 0, fmt.Errorf("reading events: %w", err)
	}
	size := 0
	for i, e := range events {
		if size += len(e.Before) + len(e.After); i > 0 && (i == limit || size > maxEventBytes) {
			return events[:i], events[i-1].Number, nil
		}
	}
	return events, next, nil
}

// entered enters what an actor did to a target, in the transaction that does it. before is nil for what was not there, after for what is no more;
// their JSON has no secrets, and nothing that reaches a person.
func (s *Store) entered(ctx context.Context, tx *sql.Tx, actor, act, target string, before, after any) error {
	was, err := eventText(before)
	if err != nil {
		return err
	}
	is, err := eventText(after)
	if err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, `INSERT INTO admin_event (at, actor, act, target, before, after) VALUES ($1, $2, $3, $4, $5, $6)`,
		s.now().UnixMilli(), actor, act, target, was, is); err != nil {
		return fmt.Errorf("entering an event: %w", err)
	}
	return nil
}

func eventText(record any) (string, error) {
	if record == nil {
		return "", nil
	}
	text, err := json.Marshal(record)
	if err != nil {
		return "", fmt.Errorf("writing down a record: %w", err)
	}
	return string(text), nil
}
