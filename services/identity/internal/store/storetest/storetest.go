// Package storetest checks that identity's store keeps its promises on an engine.
package storetest

import (
	"maps"
	"testing"
	"time"

	"github.com/ventanilla/ventanilla/pkg/testkit"
	"github.com/ventanilla/ventanilla/services/identity/internal/store"
)

// Open makes an empty database of the test's own and returns a function that gives a replica's store on it. Each
// replica has at most so many connections. An engine that serves one process gives the same connections to all.
type Open func(t *testing.T, connections int, now func() time.Time) (replica func() *store.Store)

// checks are by their names; those of a subject are in its file.
type checks map[string]func(*testing.T, Open)

// Run runs all checks.
func Run(t *testing.T, open Open) {
	all := checks{}
	for _, some := range []checks{
		personChecks, cardChecks, cardKeyChecks, rewrapChecks, profileChecks, protectionChecks, householdChecks, importChecks, situationChecks, contactChecks,
	} {
		maps.Copy(all, some)
	}
	for name, check := range all {
		t.Run(name, func(t *testing.T) { check(t, open) })
	}
}

const connections = 8

var (
	start = time.Date(2026, 3, 4, 5, 6, 7, 890_000_000, time.UTC)
	act   = store.Act{Actor: "ana", Name: "Test"}
)

func one(t *testing.T, open Open) (*store.Store, *testkit.Clock) {
	clock := testkit.NewClock(start)
	return open(t, connections, clock.Now)(), clock
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
