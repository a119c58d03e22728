package eventlog

import (
	"context"
	"fmt"
	"math"
	"time"
	"unicode/utf8"

	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
)

// maxScan bounds how many events one page looks at, and maxBytes what it says.
const (
	maxScan  = 10_000
	maxBytes = 1 << 20
)

// Event is an act that was entered.
type Event struct {
	Number int64 // grows with time
	At     time.Time
	Actor  string
	Act    string
	Target string
	// Before and After are JSON; empty for what was not there before, or is not there after.
	Before, After string
}

// Filter is which events; those of all where it is empty.
type Filter struct{ TargetPrefix, Actor string }

const (
	selectEvents = `SELECT number, at, actor, act, target, before, after FROM admin_event
	WHERE number < $1 AND number >= $2 AND ($3 = '' OR actor = $3) AND substr(target, 1, $4) = $5 ORDER BY number DESC LIMIT $6`
	selectScan = `SELECT CASE WHEN COUNT(*) < $2 THEN 0 ELSE MIN(number) END
	FROM (SELECT number FROM admin_event WHERE number < $1 ORDER BY number DESC LIMIT $2) AS seen`
)

func scan(row sqlstore.Scanner) (e Event, err error) {
	var at int64
	err = row.Scan(&e.Number, &at, &e.Actor, &e.Act, &e.Target, &e.Before, &e.After)
	e.At = time.UnixMilli(at).UTC()
	return e, err
}

// List returns some below a number, newest first; 0 starts at the newest. It looks at a bounded number of them: next is where to go on, 0 when there
// are no more, also when there are fewer than limit.
func List(ctx context.Context, db *sqlstore.DB, filter Filter, below int64, limit int) (events []Event, next int64, err error) {
	if !sqlstore.CanBeKey(filter.TargetPrefix) || !sqlstore.CanBeKey(filter.Actor) {
		return nil, 0, nil
	}
	if below <= 0 {
		below = math.MaxInt64
	}
	next, err = sqlstore.Row(ctx, db, sqlstore.Value[int64], selectScan, below, maxScan)
	if err != nil {
		return nil, 0, fmt.Errorf("reading events: %w", err)
	}
	events, err = sqlstore.Rows(ctx, db, scan, selectEvents, below, next, filter.Actor,
		utf8.RuneCountInString(filter.TargetPrefix), filter.TargetPrefix, limit+1) // one more shows whether there is more
	if err != nil {
		return nil, 0, fmt.Errorf("reading events: %w", err)
	}
	size := 0
	for i, e := range events {
		if size += len(e.Before) + len(e.After); i > 0 && (i == limit || size > maxBytes) {
			return events[:i], events[i-1].Number, nil
		}
	}
	return events, next, nil
}
