package storetest

import (
	"database/sql"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
	"github.com/ventanilla/ventanilla/services/identity/internal/store"
)

var importChecks = checks{
	"AnImportGoesOn":                  anImportGoesOn,
	"ABatchIsStoredWithItsRows":       aBatchIsStoredWithItsRows,
	"ABatchIsTriedAgainAfterARace":    aBatchIsTriedAgainAfterARace,
	"ABatchIsStoredOnce":              aBatchIsStoredOnce,
	"RowsOfHouseholdsMakeThem":        rowsOfHouseholdsMakeThem,
	"RowsOfStatementsAreRecordedOnce": rowsOfStatementsAreRecordedOnce,
}

func lines(first, next int64) store.ImportBatch {
	return store.ImportBatch{ID: "i", Kind: "persons", DataSet: store.Production, FirstLine: first, NextLine: next}
}

// putting stores nothing and says that it has.
func putting(stored, unchanged int64, rejects ...store.Reject) func(*sql.Tx, int64) (store.ImportOutcome, error) {
	return func(*sql.Tx, int64) (store.ImportOutcome, error) {
		return store.ImportOutcome{Stored: stored, Unchanged: unchanged, Rejects: rejects}, nil
	}
}

func anImportGoesOn(t *testing.T, open Open) {
	s, _ := one(t, open)
	none, err := s.Import(t.Context(), "i")
	check(t, err)
	wantSame(t, "before it began", none, store.Import{ID: "i"})
	if _, err := s.ImportRows(t.Context(), lines(2, 3), act, putting(1, 0)); gapOf(err) != 1 {
		t.Errorf("a gap at the beginning: %v", err)
	}
	reject := store.Reject{Line: 2, Field: "rut", Reason: "is wrong"}
	first, err := s.ImportRows(t.Context(), lines(0, 4), act, putting(1, 1, reject))
	check(t, err)
	want := store.Import{ID: "i", Kind: "persons", DataSet: store.Production, NextLine: 4, Stored: 1, Unchanged: 1, Rejected: 1, Rejects: []store.Reject{reject}}
	wantSame(t, "the first batch", first, want)
	again, err := s.ImportRows(t.Context(), lines(0, 4), act, func(*sql.Tx, int64) (store.ImportOutcome, error) {
		return store.ImportOutcome{}, errors.New("it is stored again")
	})
	check(t, err)
	wantSame(t, "the first batch again", again, want)
	if _, err := s.ImportRows(t.Context(), lines(5, 6), act, putting(1, 0)); gapOf(err) != 4 {
		t.Errorf("a gap: %v", err)
	}
	// One that begins before what is stored is asked for the rest.
	_, err = s.ImportRows(t.Context(), lines(3, 6), act, func(_ *sql.Tx, from int64) (store.ImportOutcome, error) {
		wantSame(t, "asked from", from, 4)
		return store.ImportOutcome{Stored: 2}, nil
	})
	check(t, err)
	last, err := s.Import(t.Context(), "i")
	check(t, err)
	wantSame(t, "at last", last, store.Import{
		ID: "i", Kind: "persons", DataSet: store.Production, NextLine: 6, Stored: 3, Unchanged: 1, Rejected: 1,
	})
	other := lines(6, 7)
	other.DataSet = store.Staging
	if _, err := s.ImportRows(t.Context(), other, act, putting(1, 0)); !errors.Is(err, store.ErrOtherImport) {
		t.Errorf("another data set: %v", err)
	}
	entered := entries(t, s, "import:i")
	if len(entered) != 2 || !strings.Contains(entered[1], `"purpose":"import of persons","data_set":"production","lines":"4-5","stored":"2","unchanged":"0","rejected":"0"`) {
		t.Errorf("entered %q", entered)
	}
}

func gapOf(err error) int64 {
	if gap, ok := errors.AsType[*store.GapError](err); ok {
		return gap.NextLine
	}
	return 0
}

func aBatchIsStoredWithItsRows(t *testing.T, open Open) {
	s, _ := one(t, open)
	refusal := errors.New("refused")
	_, err := s.ImportRows(t.Context(), lines(0, 2), act, func(tx *sql.Tx, _ int64) (store.ImportOutcome, error) {
		if _, err := s.UpsertPersons(t.Context(), tx, store.Production, []store.PersonUpsert{named("A", "Ana")}); err != nil {
			return store.ImportOutcome{}, err
		}
		return store.ImportOutcome{}, refusal
	})
	wantClass(t, "a batch that fails", err, refusal)
	_, err = s.PersonByKey(t.Context(), store.Production, "A")
	wantClass(t, "its person", err, sqlstore.ErrNotFound)
	done, err := s.Import(t.Context(), "i")
	check(t, err)
	wantSame(t, "its progress", done, store.Import{ID: "i"})
}

func aBatchIsTriedAgainAfterARace(t *testing.T, open Open) {
	s, _ := one(t, open)
	tries := 0
	_, err := s.ImportRows(t.Context(), lines(0, 2), act, func(*sql.Tx, int64) (store.ImportOutcome, error) {
		if tries++; tries < 3 {
			return store.ImportOutcome{}, sqlstore.ErrConflict
		}
		return store.ImportOutcome{Stored: 1}, nil
	})
	check(t, err)
	wantSame(t, "tries", tries, 3)
	_, err = s.ImportRows(t.Context(), lines(2, 3), act, func(*sql.Tx, int64) (store.ImportOutcome, error) {
		return store.ImportOutcome{}, sqlstore.ErrConflict
	})
	wantClass(t, "a race that does not end", err, sqlstore.ErrUnavailable)
}

// Of the same batch sent from many replicas at once, one stores its rows.
func aBatchIsStoredOnce(t *testing.T, open Open) {
	replica := open(t, 2, func() time.Time { return start })
	var group sync.WaitGroup
	for range 4 {
		s := replica()
		group.Go(func() {
			done, err := s.ImportRows(t.Context(), lines(0, 3), act, putting(2, 0))
			if err != nil || done.Stored != 2 {
				t.Errorf("got %+v, %v", done, err)
			}
		})
	}
	group.Wait()
	if entered := entries(t, replica(), "import:i"); len(entered) != 1 {
		t.Errorf("entered %q", entered)
	}
}

func recordMembers(t *testing.T, s *store.Store, rows ...store.MemberRow) []store.StatementOutcome {
	t.Helper()
	var outcomes []store.StatementOutcome
	check(t, s.DB().InTx(t.Context(), func(tx *sql.Tx) (err error) {
		outcomes, err = s.RecordMemberRows(t.Context(), tx, store.Production, rows)
		return err
	}))
	return outcomes
}

func rowsOfHouseholdsMakeThem(t *testing.T, open Open) {
	s, _ := one(t, open)
	person := createPerson(t, s, ana("A"))
	old := household(t, s, "old")
	outcomes := recordMembers(t, s,
		store.MemberRow{HouseholdKey: "old", UniqueKey: "A", Relation: store.RelationChild, Statement: since(start.AddDate(-1, 0, 0), "")},
		store.MemberRow{HouseholdKey: "new", UniqueKey: "A", Relation: store.RelationHead, Statement: since(start, "")},
		store.MemberRow{HouseholdKey: "none", UniqueKey: "nobody", Relation: store.RelationHead, Statement: since(start, "")},
		store.MemberRow{HouseholdKey: "none", UniqueKey: "odd\x00", Relation: store.RelationHead, Statement: since(start, "")},
	)
	same(t, "outcomes", len(outcomes), 4)
	if !outcomes[0].Stored || !outcomes[1].Stored || !errors.Is(outcomes[2].Err, store.ErrNoPerson) || !errors.Is(outcomes[3].Err, store.ErrNoPerson) {
		t.Errorf("got %+v", outcomes)
	}
	for at, want := range map[time.Time]string{start.AddDate(0, -1, 0): "old", start: "new"} {
		of, err := s.HouseholdOf(t.Context(), person.ID, store.AsOf{ValidAt: at})
		check(t, err)
		same(t, "household", of.Key, want)
	}
	members, err := s.HouseholdMembers(t.Context(), old, store.AsOf{ValidAt: start})
	check(t, err)
	same(t, "members of the old one", len(members), 1)
	count, err := sqlstore.Row(t.Context(), s.DB(), sqlstore.Value[int], `SELECT count(*) FROM household`)
	check(t, err)
	same(t, "households", count, 2)
}

func rowsOfStatementsAreRecordedOnce(t *testing.T, open Open) {
	s, _ := one(t, open)
	createPerson(t, s, ana("A"))
	row := func(relation store.Relation, reference string) store.MemberRow {
		return store.MemberRow{HouseholdKey: "H", UniqueKey: "A", Relation: relation, Statement: since(start, reference)}
	}
	first, plain := row(store.RelationHead, "1"), row(store.RelationHead, "")
	for i, want := range []bool{true, false} {
		for _, outcome := range recordMembers(t, s, first, plain) {
			if outcome.Stored != want || outcome.Err != nil {
				t.Errorf("run %d: %+v", i, outcome)
			}
		}
	}
	if got := recordMembers(t, s, row(store.RelationChild, "1"))[0]; !errors.Is(got.Err, store.ErrReferenceTaken) {
		t.Errorf("another statement of the reference: %+v", got)
	}
	facts := []store.FactRow{
		{UniqueKey: "A", Fact: store.Fact{Name: "a", Value: "1", Statement: since(start, "1")}},
		{HouseholdKey: "H", Fact: store.Fact{Name: "a", Statement: since(start, "")}},
		{UniqueKey: "A", Fact: store.Fact{Name: "a", Value: "2", Statement: since(start.Add(time.Hour), "1")}},
		{UniqueKey: "A", Fact: store.Fact{Name: "a", Value: "2", Statement: since(start, "1")}},
		{HouseholdKey: "none", Fact: store.Fact{Name: "a", Value: "1", Statement: since(start, "")}},
		{UniqueKey: "none", Fact: store.Fact{Name: "a", Value: "1", Statement: since(start, "")}},
	}
	for i, fresh := range []bool{true, false} {
		var got []store.StatementOutcome
		check(t, s.DB().InTx(t.Context(), func(tx *sql.Tx) (err error) {
			got, err = s.RecordFactRows(t.Context(), tx, store.Production, facts)
			return err
		}))
		for at := range 3 {
			if got[at].Stored != fresh || got[at].Err != nil {
				t.Errorf("run %d, fact %d: %+v", i, at, got[at])
			}
		}
		wantClass(t, "another fact of the reference", got[3].Err, store.ErrReferenceTaken)
		wantClass(t, "no household", got[4].Err, store.ErrNoHousehold)
		wantClass(t, "no person", got[5].Err, store.ErrNoPerson)
	}
}
