package storetest

import (
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/ventanilla/ventanilla/pkg/auditlog"
	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
	"github.com/ventanilla/ventanilla/services/identity/internal/store"
)

var protectionChecks = checks{
	"an erased person is nowhere":            erasureLeavesNothing,
	"a person is erased whole or not at all": erasureIsAllOrNothing,
	"a person is erased once":                erasureHappensOnce,
	"a household with others stays":          erasureKeepsOthers,
	"memberships are swept in batches":       membershipsAreSwept,
	"facts and imports are swept":            factsAndImportsAreSwept,
}

// execute does what no method of the store does.
func execute(t *testing.T, s *store.Store, statement string, args ...any) {
	t.Helper()
	check(t, s.DB().InTx(t.Context(), func(tx *sql.Tx) error {
		_, err := tx.ExecContext(t.Context(), statement, args...)
		return err
	}))
}

func count(t *testing.T, s *store.Store, query string, args ...any) int64 {
	t.Helper()
	n, err := sqlstore.Row(t.Context(), s.DB(), sqlstore.Value[int64], query, args...)
	check(t, err)
	return n
}

// protected stores a person with something in every table, and returns texts that lead to it. Its households are h and
// one of its own.
func protected(t *testing.T, s *store.Store, id string) []string {
	t.Helper()
	check(t, s.EnsureKey(t.Context(), store.SigningKey{
		ID: "k", Use: store.UseCard, DataSet: store.Production, State: store.KeyActive, Public: []byte{1}, SealedPrivate: []byte{1},
	}))
	v := func(name string) string { return name + " of " + id }
	execute(t, s, `INSERT INTO person (person_id, data_set, unique_key, pseudonym, given_names, first_surname, second_surname, birth_date,
		contacts, photo_url, photo_accepted, mobile_identity, attributes, version, created_at, updated_at)
		VALUES ($1, 'production', $2, $3, $4, $5, $6, $7, $8, $9, 1, 1, $10, 1, 1, 1)`,
		id, v("key"), v("pseudonym"), v("names"), v("surname"), v("second"), v("birth"), v("contacts"), v("photo"), v("attributes"))
	execute(t, s, `INSERT INTO identifier (data_set, kind, value, person_id) VALUES ('production', 'rut', $1, $2)`, v("rut"), id)
	for _, m := range []string{"m1", "m2"} {
		execute(t, s, `INSERT INTO membership (membership_id, person_id, data_set, type, number, programme, academic_unit, department, entity, term,
			status, position, hired_on, salary_level, valid_until, created_at, updated_at)
			VALUES ($1, $2, 'production', 'L', $3, '1', '', '', '', '', 'INSCRITO', $4, '', '', '', 1, 1)`, v(m), id, v("number "+m), v("post"))
		execute(t, s, `INSERT INTO card (data_set, folio, person_id, membership_id, key_id, text, signature, issued_at, reason, replaces)
			VALUES ('production', $1, $2, $3, 'k', $4, $5, 1, '', '')`, "f"+m+id, id, v(m), v("text"), "s"+m)
	}
	execute(t, s, `UPDATE card SET revoked_at = 7, reason = 'lost' WHERE membership_id = $1`, v("m1"))
	for _, h := range []string{"h", v("household")} {
		execute(t, s, `INSERT INTO household (household_id, data_set, household_key, created_at) VALUES ($1, 'production', $2, 1) ON CONFLICT DO NOTHING`,
			h, "key "+h)
		execute(t, s, `INSERT INTO household_member (household_id, person_id, relation, valid_from, recorded_at, source, reference)
			VALUES ($1, $2, 'head', 1, 1, 'register', $3)`, h, id, v("reference"))
		execute(t, s, `INSERT INTO fact (subject, subject_id, name, value, valid_from, recorded_at, source, reference)
			VALUES ('household', $1, 'income', $2, 1, 1, 'register', '')`, h, "income of "+h)
	}
	execute(t, s, `INSERT INTO fact (subject, subject_id, name, value, valid_from, recorded_at, source, reference)
		VALUES ('person', $1, 'schooling', $2, 1, 1, 'register', $3)`, id, v("schooling"), v("statement"))
	return []string{id, " of " + id}
}

// found says in which tables one of the texts is.
func found(t *testing.T, s *store.Store, texts []string) []string {
	t.Helper()
	query := `SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'`
	if s.DB().Engine == sqlstore.PostgreSQL {
		query = `SELECT table_name FROM information_schema.tables WHERE table_schema = current_schema()`
	}
	tables, err := sqlstore.Rows(t.Context(), s.DB(), sqlstore.Value[string], query)
	check(t, err)
	if len(tables) < 12 {
		t.Fatalf("the tables are %v", tables)
	}
	var in []string
	for _, table := range tables {
		rows, err := s.DB().Read.QueryContext(t.Context(), `SELECT * FROM `+table)
		check(t, err)
		columns, err := rows.Columns()
		check(t, err)
		for rows.Next() {
			values := make([]any, len(columns))
			into := make([]any, len(columns))
			for i := range values {
				into[i] = &values[i]
			}
			check(t, rows.Scan(into...))
			row := fmt.Sprintf("%s", values)
			if slices.ContainsFunc(texts, func(text string) bool { return strings.Contains(row, text) }) && !slices.Contains(in, table) {
				in = append(in, table)
			}
		}
		check(t, rows.Err())
		check(t, rows.Close())
	}
	slices.Sort(in)
	return in
}

func erasureLeavesNothing(t *testing.T, open Open) {
	s, _ := one(t, open)
	texts := protected(t, s, "anna")
	if in := found(t, s, texts); len(in) != 7 {
		t.Fatalf("the person is in %v", in)
	}
	revoked, err := s.ErasePerson(t.Context(), act, "anna", "asked for")
	check(t, err)
	if revoked != 1 {
		t.Errorf("%d live cards were revoked, want 1", revoked)
	}
	// The entry has the pseudonym, which leads to nobody.
	page, _, err := auditlog.List(t.Context(), s.DB(), 0, 10, auditlog.Filter{})
	check(t, err)
	const want = `"act":"Test","target":"pseudonym of anna","detail":{"purpose":"asked for","revoked_cards":"1"}}`
	if len(page) != 1 || !strings.HasSuffix(page[0].Text, want) {
		t.Errorf("entries %v", page)
	}
	if in := found(t, s, texts); !slices.Equal(in, []string{"card", "log_entry"}) {
		t.Errorf("the person is still in %v", in)
	}
	// Cards keep what offline verifiers need; the folio here ends in the person's name.
	if n := count(t, s, `SELECT COUNT(*) FROM card WHERE person_id = '' AND membership_id = '' AND text = '' AND replaces = ''
		AND signature <> '' AND folio <> '' AND revoked_at IS NOT NULL`); n != 2 {
		t.Errorf("%d erased cards are on the list of revoked ones, want 2", n)
	}
	if n := count(t, s, `SELECT COUNT(*) FROM card WHERE reason = 'erased' AND revoked_at = $1`, start.UnixMilli()); n != 1 {
		t.Errorf("%d cards were revoked as erased, want 1", n)
	}
	if n := count(t, s, `SELECT COUNT(*) FROM household`); n != 0 {
		t.Errorf("%d households have nobody", n)
	}
	if n := count(t, s, `SELECT COUNT(*) FROM fact`); n != 0 {
		t.Errorf("%d facts are about nobody", n)
	}
}

func erasureIsAllOrNothing(t *testing.T, open Open) {
	s, _ := one(t, open)
	texts := protected(t, s, "anna")
	before := found(t, s, texts)
	// The entry comes last, and this one cannot be written.
	if _, err := s.ErasePerson(t.Context(), store.Act{Actor: strings.Repeat("x", 161), Name: "Test"}, "anna", ""); err == nil {
		t.Fatal("a person was erased without an entry")
	}
	if after := found(t, s, texts); !slices.Equal(after, before) {
		t.Errorf("the person is in %v, and was in %v", after, before)
	}
	if n := count(t, s, `SELECT COUNT(*) FROM card WHERE revoked_at IS NULL AND person_id = 'anna'`); n != 1 {
		t.Errorf("%d live cards, want 1", n)
	}
	if n := count(t, s, `SELECT COUNT(*) FROM household_member`); n != 2 {
		t.Errorf("%d household statements, want 2", n)
	}
}

func erasureHappensOnce(t *testing.T, open Open) {
	s, _ := one(t, open)
	protected(t, s, "anna")
	errs := make([]error, 4)
	var all sync.WaitGroup
	for i := range errs {
		all.Go(func() { _, errs[i] = s.ErasePerson(t.Context(), act, "anna", "asked for") })
	}
	all.Wait()
	done := 0
	for _, err := range errs {
		if err == nil {
			done++
		} else if !errors.Is(err, sqlstore.ErrNotFound) {
			t.Error(err)
		}
	}
	if entries := count(t, s, `SELECT COUNT(*) FROM log_entry`); done != 1 || entries != 1 {
		t.Errorf("%d erased the person, with %d entries", done, entries)
	}
	for _, id := range []string{"", "nobody", "a\x00", "\xff"} {
		if _, err := s.ErasePerson(t.Context(), act, id, "asked for"); !errors.Is(err, sqlstore.ErrNotFound) {
			t.Errorf("erasing %q: %v", id, err)
		}
	}
}

func erasureKeepsOthers(t *testing.T, open Open) {
	s, _ := one(t, open)
	protected(t, s, "anna")
	others := protected(t, s, "bert")
	before := found(t, s, others)
	if _, err := s.ErasePerson(t.Context(), act, "anna", "asked for"); err != nil {
		t.Fatal(err)
	}
	if after := found(t, s, others); !slices.Equal(after, before) {
		t.Errorf("the other person is in %v, and was in %v", after, before)
	}
	if n := count(t, s, `SELECT COUNT(*) FROM fact WHERE subject_id = 'h'`); n != 2 {
		t.Errorf("%d facts about the household that has another member, want 2", n)
	}
}
