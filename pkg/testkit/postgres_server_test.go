package testkit_test

import (
	"context"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/ventanilla/ventanilla/pkg/testkit"
)

func TestWhatAServerCommittedOutlastsItsCrash(t *testing.T) {
	s := testkit.PostgresServer(t)
	one := func(statement string, into ...any) {
		t.Helper()
		conn, err := pgx.Connect(t.Context(), s.URL)
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close(context.WithoutCancel(t.Context()))
		if len(into) == 0 {
			_, err = conn.Exec(t.Context(), statement)
		} else {
			err = conn.QueryRow(t.Context(), statement).Scan(into...)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	one("CREATE TABLE kept (n BIGINT)")
	one("INSERT INTO kept VALUES (7)")
	s.Crash()
	s.Start()
	var n int64
	one("SELECT n FROM kept", &n)
	if n != 7 {
		t.Errorf("got %d", n)
	}
	if log := s.Log(); !strings.Contains(log, "ready to accept connections") {
		t.Errorf("it has written %q", log)
	}
}
