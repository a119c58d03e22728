package testkit

import (
	"context"
	"crypto/rand"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// shared is the server behind Postgres. One for each test process is what makes a database of its own
// affordable for every test.
var shared struct {
	sync.Mutex
	server *server
}

// Postgres returns the URL of an empty PostgreSQL database of the test's own, dropped when the test ends.
// It is on a server that all tests of the process share: the one whose administrator's URL is in
// VENTANILLA_TEST_POSTGRES, or one started from the installed programs. The test fails, never skips, when
// neither is there. A server that was started ends with testkit.Main, or at the latest with the process.
func Postgres(t testing.TB) string {
	t.Helper()
	admin := os.Getenv("VENTANILLA_TEST_POSTGRES")
	if admin == "" {
		admin = startShared(t)
	}
	return createDatabase(t, admin)
}

func startShared(t testing.TB) string {
	t.Helper()
	shared.Lock()
	defer shared.Unlock()
	if shared.server == nil {
		started, err := newServer(false)
		if err != nil {
			t.Fatalf("starting PostgreSQL: %v", err)
		}
		shared.server = started
	}
	return shared.server.url()
}

func stopShared() {
	shared.Lock()
	defer shared.Unlock()
	if shared.server != nil {
		shared.server.remove()
		shared.server = nil
	}
}

func createDatabase(t testing.TB, admin string) string {
	t.Helper()
	location, err := url.Parse(admin)
	if err != nil {
		t.Fatal("VENTANILLA_TEST_POSTGRES is not a URL")
	}
	name := "test_" + strings.ToLower(rand.Text())
	if err := execute(admin, "CREATE DATABASE "+name); err != nil {
		t.Fatalf("creating a test database: %v", err)
	}
	t.Cleanup(func() {
		if err := execute(admin, "DROP DATABASE "+name+" WITH (FORCE)"); err != nil {
			t.Errorf("dropping a test database: %v", err)
		}
	})
	location.Path = "/" + name
	return location.String()
}

func execute(admin, statement string) error {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	conn, err := pgx.Connect(ctx, admin)
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	_, err = conn.Exec(ctx, statement)
	return err
}
