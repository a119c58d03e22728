// Package storetest checks that the dispatcher's store keeps its promises on an engine.
package storetest

import (
	"context"
	"errors"
	"maps"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/testing/protocmp"

	"github.com/ventanilla/ventanilla/pkg/testkit"
	"github.com/ventanilla/ventanilla/services/notifications/internal/store"
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
		acceptChecks,
		callbackChecks,
		cancelChecks,
		codeChecks,
		deadLetterChecks,
		dispatchChecks,
		erasureChecks,
		paymentChecks,
		lifeChecks,
		providerChecks,
		queueChecks,
		receiptChecks,
		recipientChecks,
		rewrapChecks,
		schemaChecks,
		settleChecks,
		sweepChecks,
		templateChecks,
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
	ctx   = context.Background()
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

func wantSame(t failing, what string, got, want any) {
	t.Helper()
	if diff := cmp.Diff(want, got, protocmp.Transform()); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

func wantClass(t failing, what string, err, class error) {
	t.Helper()
	if !errors.Is(err, class) {
		t.Errorf("%s: got %v, want %v", what, err, class)
	}
}
