// Package storetest checks that session's store keeps its promises on an engine.
package storetest

import (
	"context"
	"errors"
	"maps"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ventanilla/ventanilla/pkg/eventlog"
	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
	"github.com/ventanilla/ventanilla/pkg/testkit"
	"github.com/ventanilla/ventanilla/services/session/internal/store"
)

// bench is what checks work on: one database for all of a suite, whose checks follow one another. Each makes what it needs, and looks at nothing else.
type bench struct {
	*store.Store
	db    *sqlstore.DB
	clock *testkit.Clock
}

// checks are by their names; those of a subject are in its file.
type checks map[string]func(*testing.T, *bench)

// Run runs all checks on an empty database at the newest of store.Migrations.
func Run(t *testing.T, db *sqlstore.DB) {
	clock := testkit.NewClock(time.Date(2026, 3, 4, 5, 6, 7, 890_000_000, time.UTC))
	b := &bench{store.New(db, clock.Now), db, clock}
	all := checks{}
	for _, some := range []checks{
		accountChecks,
		beneficiaryChecks,
		customerChecks,
		functionalityChecks,
		integrationChecks,
		listChecks,
		notificationChecks,
		organisationChecks,
		passKeyChecks,
		recordChecks,
		rewrapChecks,
		sessionChecks,
	} {
		maps.Copy(all, some)
	}
	for name, check := range all {
		t.Run(name, func(t *testing.T) { check(t, b) })
	}
}

var ctx = context.Background()

// events are those of a target and what belongs to it, oldest first.
func (b *bench) events(t failing, target string) []eventlog.Event {
	t.Helper()
	var all []eventlog.Event
	found, next, err := eventlog.List(ctx, b.db, eventlog.Filter{TargetPrefix: target}, 0, 500)
	check(t, err)
	if next != 0 {
		t.Errorf("there are more events below %d", next)
	}
	for _, e := range found {
		if e.Target == target || len(e.Target) > len(target) && e.Target[len(target)] == '/' {
			all = append([]eventlog.Event{e}, all...)
		}
	}
	return all
}

// failing is what fails: a test, or a round of a property.
type failing interface {
	Helper()
	Fatal(args ...any)
	Errorf(format string, args ...any)
}

func check(t failing, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func wantSame(t failing, what string, got, want any) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

func wantClass(t failing, what string, err, class error) {
	t.Helper()
	if !errors.Is(err, class) {
		t.Errorf("%s: got %v, want %v", what, err, class)
	}
}
