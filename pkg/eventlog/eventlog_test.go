package eventlog_test

import (
	"context"
	"database/sql"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"
	metricnoop "go.opentelemetry.io/otel/metric/noop"
	tracenoop "go.opentelemetry.io/otel/trace/noop"

	"github.com/ventanilla/ventanilla/pkg/config"
	"github.com/ventanilla/ventanilla/pkg/eventlog"
	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
	"github.com/ventanilla/ventanilla/pkg/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }

const table = `-- +goose Up
CREATE TABLE admin_event (number %s, at BIGINT NOT NULL, actor TEXT NOT NULL, act TEXT NOT NULL, target TEXT NOT NULL, before TEXT NOT NULL, after TEXT NOT NULL);`

var migrations = fstest.MapFS{
	"sqlite/0001_log.sql":   {Data: fmt.Appendf(nil, table, "INTEGER PRIMARY KEY AUTOINCREMENT")},
	"postgres/0001_log.sql": {Data: fmt.Appendf(nil, table, "BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY")},
	"oldest-program":        {Data: []byte("1\n")},
}

var start = time.Date(2026, 3, 4, 5, 6, 7, 890_000_000, time.UTC)

// onBoth runs a test on an empty log of SQLite and of PostgreSQL.
func onBoth(t *testing.T, test func(t *testing.T, db *sqlstore.DB)) {
	for name, url := range map[string]string{"sqlite": "sqlite:" + filepath.Join(t.TempDir(), "log.db"), "postgres": testkit.Postgres(t)} {
		t.Run(name, func(t *testing.T) {
			settings := sqlstore.DefaultConfig()
			settings.URL = config.Secret(url)
			settings.LockTimeout, settings.StatementTimeout = time.Minute, time.Minute // a machine may be slow
			db, err := sqlstore.Open(t.Context(), settings, sqlstore.Options{
				Schema: "log", Tracer: tracenoop.NewTracerProvider(), Meter: metricnoop.NewMeterProvider(),
			})
			check(t, err)
			defer func() { check(t, db.Close()) }()
			check(t, sqlstore.Migrate(t.Context(), db, migrations))
			test(t, db)
		})
	}
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func enter(t *testing.T, db *sqlstore.DB, act eventlog.Act, before, after any) error {
	t.Helper()
	return db.InTx(t.Context(), func(tx *sql.Tx) error { return eventlog.Enter(t.Context(), tx, start, act, before, after) })
}

// list reads all that a filter finds, in pages, and returns how many there were.
func list(t *testing.T, db *sqlstore.DB, filter eventlog.Filter, limit int) (all []eventlog.Event, pages int) {
	t.Helper()
	for below := int64(0); ; {
		page, next, err := eventlog.List(t.Context(), db, filter, below, limit)
		check(t, err)
		if len(page) > limit {
			t.Errorf("a page of %d has %d", limit, len(page))
		}
		pages++
		if all = append(all, page...); next == 0 {
			return all, pages
		}
		below = next
	}
}

func TestEventsComeInPagesNewestFirst(t *testing.T) {
	onBoth(t, func(t *testing.T, db *sqlstore.DB) {
		if events, pages := list(t, db, eventlog.Filter{}, 2); len(events) != 0 || pages != 1 {
			t.Errorf("of nothing there are %v", events)
		}
		check(t, enter(t, db, eventlog.Act{Actor: "ana", Name: "Create", Target: "provider/1"}, nil, map[string]string{"name": "uno"}))
		check(t, enter(t, db, eventlog.Act{Actor: "ana", Name: "PutText", Target: "provider/1/text/año_%"}, nil, 1))
		check(t, enter(t, db, eventlog.Act{Actor: "berta", Name: "Update", Target: "provider/1"}, "uno", "dos"))
		check(t, enter(t, db, eventlog.Act{Actor: "ana", Name: "Delete", Target: "service/2"}, []int{2}, nil))
		events, pages := list(t, db, eventlog.Filter{}, 2)
		if pages != 2 {
			t.Errorf("%d pages", pages)
		}
		last := events[0].Number + 1
		for i, e := range events {
			if e.Number >= last {
				t.Errorf("%d comes after %d", e.Number, last)
			}
			last, events[i].Number = e.Number, 0
		}
		if diff := cmp.Diff([]eventlog.Event{
			{At: start, Actor: "ana", Act: "Delete", Target: "service/2", Before: `[2]`},
			{At: start, Actor: "berta", Act: "Update", Target: "provider/1", Before: `"uno"`, After: `"dos"`},
			{At: start, Actor: "ana", Act: "PutText", Target: "provider/1/text/año_%", After: `1`},
			{At: start, Actor: "ana", Act: "Create", Target: "provider/1", After: `{"name":"uno"}`},
		}, events); diff != "" {
			t.Error(diff)
		}
		for _, c := range []struct {
			filter eventlog.Filter
			acts   []string
		}{
			{eventlog.Filter{TargetPrefix: "provider/1"}, []string{"Update", "PutText", "Create"}},
			{eventlog.Filter{TargetPrefix: "provider/1/"}, []string{"PutText"}},
			{eventlog.Filter{TargetPrefix: "provider/1/text/año_%"}, []string{"PutText"}},
			{eventlog.Filter{TargetPrefix: "provider/%"}, nil},
			{eventlog.Filter{TargetPrefix: "PROVIDER/"}, nil},
			{eventlog.Filter{Actor: "berta"}, []string{"Update"}},
			{eventlog.Filter{Actor: "ana", TargetPrefix: "service/"}, []string{"Delete"}},
			{eventlog.Filter{Actor: "bert"}, nil},
			{eventlog.Filter{Actor: "\x00"}, nil},
			{eventlog.Filter{TargetPrefix: "\xff"}, nil},
		} {
			var acts []string
			found, _ := list(t, db, c.filter, 2)
			for _, e := range found {
				acts = append(acts, e.Act)
			}
			if !slices.Equal(acts, c.acts) {
				t.Errorf("%+v finds %v, want %v", c.filter, acts, c.acts)
			}
		}
	})
}

func TestAPageIsNotTooLongToSay(t *testing.T) {
	onBoth(t, func(t *testing.T, db *sqlstore.DB) {
		const many = 5
		for range many {
			check(t, enter(t, db, eventlog.Act{Actor: "ana", Name: "Create", Target: "provider/1"}, nil, strings.Repeat("x", 400_000)))
		}
		if events, pages := list(t, db, eventlog.Filter{}, 100); len(events) != many || pages != 3 {
			t.Errorf("%d events in %d pages", len(events), pages)
		}
		if err := enter(t, db, eventlog.Act{}, nil, func() {}); err == nil {
			t.Error("a record that cannot be written down is entered")
		}
		gone, cancel := context.WithCancel(t.Context())
		cancel()
		if _, _, err := eventlog.List(gone, db, eventlog.Filter{}, 0, 1); err == nil {
			t.Error("a caller that has gone is answered")
		}
	})
}
