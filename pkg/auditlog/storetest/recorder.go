package storetest

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ventanilla/ventanilla/pkg/auditlog"
	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
)

// recorder returns one that runs until the test ends, or until stop is called.
func recorder(t *testing.T, db *sqlstore.DB) (r *auditlog.Recorder, stop func()) {
	r = auditlog.NewRecorder(db)
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() {
		if err := r.Run(ctx); err != nil {
			t.Error(err)
		}
	})
	stop = func() { cancel(); running.Wait() }
	t.Cleanup(stop)
	return r, stop
}

// One connection serves a hundred callers of two recorders, a sealer and readers.
func manyRecordAtOnce(t *testing.T, open Open) {
	replica := open(t, 1)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	var callers sync.WaitGroup
	for n := range 2 {
		db := replica()
		r, _ := recorder(t, db)
		for i := range 50 {
			callers.Go(func() {
				for j := range 4 {
					if err := r.Record(ctx, entry(1000*n+10*i+j)); err != nil {
						t.Error(err)
					}
				}
				if _, _, err := auditlog.List(ctx, db, 0, 1, auditlog.Filter{}); err != nil {
					t.Error(err)
				}
				if i%10 == 0 {
					if _, err := sealer(t, db).Seal(ctx); err != nil {
						t.Error(err)
					}
				}
			})
		}
	}
	callers.Wait()
	seal(t, replica())
	expectRight(t, replica(), 400)
}

func aRecorderThatStops(t *testing.T, open Open) {
	db := open(t, 2)()
	r, stop := recorder(t, db)
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if err := r.Record(gone, entry(0)); err != nil && !errors.Is(err, context.Canceled) {
		t.Errorf("for a caller that has gone: %v", err)
	}
	var callers sync.WaitGroup
	var entered sync.Map
	for i := range 50 {
		callers.Go(func() {
			switch err := r.Record(t.Context(), entry(1+i)); {
			case err == nil:
				entered.Store(entry(1+i).Target, true)
			case !errors.Is(err, sqlstore.ErrUnavailable):
				t.Error(err)
			}
		})
	}
	stop()
	callers.Wait()
	if err := r.Record(t.Context(), entry(99)); !errors.Is(err, sqlstore.ErrUnavailable) {
		t.Errorf("after the end: %v", err)
	}
	page, _, err := auditlog.List(t.Context(), db, 0, 1000, auditlog.Filter{})
	if err != nil {
		t.Fatal(err)
	}
	for _, recorded := range page {
		entered.Delete(recorded.Listed.Target)
	}
	entered.Range(func(target, _ any) bool {
		t.Errorf("%s was promised, and is not there", target)
		return true
	})
}

func badEntriesAreRefusedAlone(t *testing.T, open Open) {
	db := open(t, 2)()
	r, _ := recorder(t, db)
	for name, change := range map[string]func(*auditlog.Entry){
		"NUL":          func(e *auditlog.Entry) { e.Actor = "a\x00b" },
		"line":         func(e *auditlog.Entry) { e.Act = "a\nb" },
		"not UTF-8":    func(e *auditlog.Entry) { e.Target = "\xff" },
		"long":         func(e *auditlog.Entry) { e.Target = strings.Repeat("x", 161) },
		"no object":    func(e *auditlog.Entry) { e.Detail = []byte(`"x"`) },
		"no JSON":      func(e *auditlog.Entry) { e.Detail = []byte(`{x}`) },
		"more lines":   func(e *auditlog.Entry) { e.Detail = []byte("{\n}") },
		"long detail":  func(e *auditlog.Entry) { e.Detail = []byte(`{"x":"` + strings.Repeat("x", auditlog.MaxText) + `"}`) },
		"detail bytes": func(e *auditlog.Entry) { e.Detail = []byte("{\"x\":\"\xff\"}") },
	} {
		bad := entry(0)
		change(&bad)
		if err := r.Record(t.Context(), bad); err == nil {
			t.Errorf("%s was recorded", name)
		}
	}
	odd := entry(1)
	odd.Actor, odd.Target, odd.Detail = `"<ñ>\&`, "", []byte(`{ "ü" : null }`)
	if err := r.Record(t.Context(), odd); err != nil {
		t.Error(err)
	}
	seal(t, db)
	expectRight(t, db, 1)
}
