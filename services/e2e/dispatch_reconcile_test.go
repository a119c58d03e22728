package e2e

import (
	"database/sql"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // registers the driver

	"github.com/ventanilla/ventanilla/pkg/testkit"
)

// balance is what the dispatcher's own tables say.
type balance struct {
	dispatches int
	// parts are by status.
	parts map[string]int
	// unknown counts the attempts of a part whose outcome nobody knows, repeated those that are marked as repeating one.
	status            map[string]string
	unknown, repeated map[string]int
}

// reconcile waits until nothing more can happen, and holds what providers were told, what the tables say and what recipients got against each other.
func (d *dispatching) reconcile(t *testing.T) {
	t.Helper()
	for key := range maps.Clone(d.left) {
		if err := d.ask(t.Context(), key); err != nil {
			t.Fatal(err)
		}
	}
	db, err := sql.Open("pgx", d.postgres.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	testkit.Eventually(t, d.settles(), func() error {
		var open, waiting int
		err := db.QueryRowContext(t.Context(), `SELECT count(*), coalesce(sum(tries), 0) FROM notifications.part
			WHERE status IN ('accepted', 'scheduled', 'sending')`).Scan(&open, &waiting)
		if err == nil && open > 0 {
			err = fmt.Errorf("%d parts are still to be sent, after %d tries", open, waiting)
		}
		return err
	})
	b := d.count(t, db)
	if b.dispatches != len(d.acknowledged) {
		t.Errorf("%d dispatches are stored, %d were acknowledged: one for each key is right", b.dispatches, len(d.acknowledged))
	}
	if ids := slices.Compact(slices.Sorted(maps.Values(d.acknowledged))); len(ids) != len(d.acknowledged) {
		t.Errorf("%d keys, but %d dispatches were told", len(d.acknowledged), len(ids))
	}
	for _, id := range d.acknowledged {
		for part := range 2 {
			if name := id + "-" + strconv.Itoa(part+1); b.status[name] == "" {
				t.Errorf("the part %s was accepted and is lost", name)
			}
		}
	}
	sum := 0
	for _, n := range b.parts {
		sum += n
	}
	if sum != 2*b.dispatches {
		t.Errorf("%d parts of %d dispatches: %v", sum, b.dispatches, b.parts)
	}
	repeats := d.compare(t, b)
	unknown := 0
	for _, n := range b.unknown {
		unknown += n
	}
	t.Logf("%d dispatches accepted, %d parts: %v; %d attempts of unknown outcome, %d messages taken more than once, each marked", b.dispatches, sum, b.parts, unknown, repeats)
}

// compare holds the tables against what the receiver took, and returns how many messages it took more than once.
func (d *dispatching) compare(t *testing.T, b balance) (repeats int) {
	t.Helper()
	taken := d.receiver.times()
	for id, times := range taken {
		if b.status[id] == "" {
			t.Errorf("%s was sent and is not known", id)
		}
		if times > 1 {
			repeats++
		}
		if times > b.unknown[id]+1 {
			t.Errorf("%s was taken %d times, with %d attempts of unknown outcome", id, times, b.unknown[id])
		}
	}
	for id, status := range b.status {
		switch {
		case status == "delivered" && taken[id] == 0:
			t.Errorf("%s is delivered, and was never taken", id)
		case status != "delivered" && taken[id] > 0 && b.unknown[id] == 0:
			t.Errorf("%s was taken, and is %s", id, status)
		}
		if (b.repeated[id] > 0) != (b.unknown[id] > 0) && status == "delivered" && taken[id] > 1 {
			t.Errorf("%s was repeated, and is not marked", id)
		}
	}
	return repeats
}

// settles is how long the last messages may take: backoff grows with the attempts.
func (d *dispatching) settles() time.Duration { return 10 * patience }

func (d *dispatching) count(t *testing.T, db *sql.DB) balance {
	t.Helper()
	b := balance{parts: make(map[string]int), status: make(map[string]string), unknown: make(map[string]int), repeated: make(map[string]int)}
	if err := db.QueryRowContext(t.Context(), `SELECT count(*) FROM notifications.dispatch`).Scan(&b.dispatches); err != nil {
		t.Fatal(err)
	}
	each := func(query string, note func(id, text string, n int)) {
		rows, err := db.QueryContext(t.Context(), query)
		if err != nil {
			t.Fatal(err)
		}
		defer rows.Close()
		for rows.Next() {
			var id, text string
			var part, n int
			if err := rows.Scan(&id, &part, &text, &n); err != nil {
				t.Fatal(err)
			}
			note(strings.TrimSpace(id)+"-"+strconv.Itoa(part), text, n)
		}
		if err := rows.Err(); err != nil {
			t.Fatal(err)
		}
	}
	each(`SELECT dispatch_id, part, status, 0 FROM notifications.part`, func(id, status string, _ int) {
		b.status[id] = status
		b.parts[status]++
	})
	each(`SELECT dispatch_id, part, outcome, repeated FROM notifications.attempt`, func(id, outcome string, repeated int) {
		if outcome == "unknown" {
			b.unknown[id]++
		}
		b.repeated[id] += repeated
	})
	return b
}
