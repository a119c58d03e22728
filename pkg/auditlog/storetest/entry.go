package storetest

import (
	"database/sql"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/ventanilla/ventanilla/pkg/auditlog"
)

func entriesAreOfTheirTransaction(t *testing.T, open Open) {
	db := open(t, 2)()
	given := errors.New("given up")
	for _, want := range []error{nil, given, nil} {
		err := db.InTx(t.Context(), func(tx *sql.Tx) error {
			if err := auditlog.AppendAll(t.Context(), tx, []auditlog.Entry{entry(1), entry(2)}); err != nil {
				return err
			}
			return want
		})
		if !errors.Is(err, want) {
			t.Fatal(err)
		}
	}
	if sealed := seal(t, db); sealed != 4 {
		t.Errorf("sealed %d, want 4", sealed)
	}
	expectRight(t, db, 4)
}

func entriesComeInPages(t *testing.T, open Open) {
	db := open(t, 2)()
	enter(t, db, 0, 6)
	seal(t, db)
	enter(t, db, 6, 9)
	for name, c := range map[string]struct {
		filter auditlog.Filter
		want   []int
	}{
		"all":     {auditlog.Filter{}, []int{8, 7, 6, 5, 4, 3, 2, 1, 0}},
		"actor":   {auditlog.Filter{Actor: "actor-1"}, []int{7, 4, 1}},
		"act":     {auditlog.Filter{Act: "Act0"}, []int{8, 6, 4, 2, 0}},
		"target":  {auditlog.Filter{Target: "target-5"}, []int{5}},
		"several": {auditlog.Filter{Target: "target-5", Act: "Act1", Actor: "actor-2"}, []int{5}},
		"none":    {auditlog.Filter{Target: "target-5", Act: "Act0"}, nil},
	} {
		var got []int
		for below, pages := int64(0), 0; below != 0 || pages == 0; pages++ {
			page, next, err := auditlog.List(t.Context(), db, below, 2, c.filter)
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range page {
				e, err := auditlog.ParseText(r.Text)
				if err != nil {
					t.Fatal(err)
				}
				i := int(e.At.Sub(start).Milliseconds())
				if want := entry(i); r.Listed.Actor != want.Actor || r.Listed.Act != want.Act || r.Listed.Target != want.Target || !r.Listed.At.Equal(want.At) {
					t.Errorf("%s: listed as %v", name, r.Listed)
				}
				if (r.Index == -1) != (i >= 6) {
					t.Errorf("%s: entry %d is leaf %d", name, i, r.Index)
				}
				got = append(got, i)
			}
			below = next
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: got %v, want %v", name, got, c.want)
		}
	}
}

func leavesComeInPages(t *testing.T, open Open) {
	db := open(t, 2)()
	if page, err := auditlog.Leaves(t.Context(), db, 0, 10); len(page) != 0 || err != nil {
		t.Errorf("of an empty log: %v, %v", page, err)
	}
	if signed, err := auditlog.Latest(t.Context(), db); len(signed) != 0 || err != nil {
		t.Errorf("the checkpoint of an empty log: %q, %v", signed, err)
	}
	enter(t, db, 0, 100)
	seal(t, db)
	enter(t, db, 100, 101)
	for _, c := range []struct{ first, limit, want int }{{0, 3, 3}, {98, 10, 2}, {100, 10, 0}, {0, 1000, 100}} {
		page, err := auditlog.Leaves(t.Context(), db, int64(c.first), c.limit)
		if err != nil || len(page) != c.want {
			t.Errorf("from %d: %d leaves, %v", c.first, len(page), err)
		}
		for i, r := range page {
			if r.Index != int64(c.first+i) {
				t.Errorf("leaf %d at place %d from %d", r.Index, i, c.first)
			}
		}
	}
	large := entry(0)
	large.Detail = []byte(`{"x":"` + strings.Repeat("x", auditlog.MaxText/2) + `"}`)
	err := db.InTx(t.Context(), func(tx *sql.Tx) error {
		return auditlog.AppendAll(t.Context(), tx, []auditlog.Entry{large, large, large})
	})
	if err != nil {
		t.Fatal(err)
	}
	seal(t, db)
	if page, err := auditlog.Leaves(t.Context(), db, 101, 10); len(page) != 2 || err != nil {
		t.Errorf("%d large leaves, %v; want 2", len(page), err)
	}
	expectRight(t, db, 104)
}
