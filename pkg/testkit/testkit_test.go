package testkit_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/ventanilla/ventanilla/pkg/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }

func ask(ctx context.Context, url, query string) (answer string, err error) {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return "", err
	}
	defer conn.Close(ctx)
	err = conn.QueryRow(ctx, query).Scan(&answer)
	return answer, err
}

func TestPostgresGivesEachCallADatabaseOfItsOwn(t *testing.T) {
	first, second := testkit.Postgres(t), testkit.Postgres(t)
	names := map[string]bool{}
	for _, url := range []string{first, second} {
		name, err := ask(t.Context(), url, "SELECT current_database()")
		if err != nil {
			t.Fatal(err)
		}
		names[name] = true
	}
	if len(names) != 2 {
		t.Errorf("databases %v, want two", names)
	}
}

func TestPostgresServerGoesAndReturnsWithItsData(t *testing.T) {
	server := testkit.PostgresServer(t)
	if _, err := ask(t.Context(), server.URL, "CREATE TABLE kept AS SELECT 'here' AS word"); !errors.Is(err, pgx.ErrNoRows) {
		t.Fatal(err)
	}
	server.Stop()
	if _, err := ask(t.Context(), server.URL, "SELECT 'up'"); err == nil {
		t.Fatal("a stopped server answered")
	}
	server.Start()
	if word, err := ask(t.Context(), server.URL, "SELECT word FROM kept"); word != "here" || err != nil {
		t.Errorf("got %q, %v after the return", word, err)
	}
}

func TestClockMovesByHand(t *testing.T) {
	start := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	clock := testkit.NewClock(start)
	if got := clock.Now(); !got.Equal(start) {
		t.Errorf("shows %s at first", got)
	}
	if got := clock.Advance(time.Hour); !got.Equal(start.Add(time.Hour)) || !clock.Now().Equal(got) {
		t.Errorf("shows %s after an hour", got)
	}
}

func TestEventuallyWaits(t *testing.T) {
	calls := 0
	testkit.Eventually(t, time.Minute, func() error {
		if calls++; calls < 3 {
			return errors.New("not yet")
		}
		return nil
	})
	if calls != 3 {
		t.Errorf("%d calls, want 3", calls)
	}
}

func TestFreePortsAreNotGivenTwice(t *testing.T) {
	seen := map[int]bool{}
	for range 50 {
		port, err := testkit.FreePort(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if seen[port] {
			t.Fatalf("%d was given twice", port)
		}
		seen[port] = true
	}
}
