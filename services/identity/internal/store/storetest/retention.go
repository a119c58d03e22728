package storetest

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/ventanilla/ventanilla/pkg/auditlog"
	"github.com/ventanilla/ventanilla/services/identity/internal/store"
)

// swept sweeps until nothing is left, and returns how many each sweep removed.
func swept(t *testing.T, sweep func(context.Context, store.Act, time.Time) (int, error), before time.Time) (removed []int) {
	t.Helper()
	for {
		n, err := sweep(t.Context(), act, before)
		check(t, err)
		if n == 0 {
			return removed
		}
		removed = append(removed, n)
	}
}

// sweeps are the entries of the log, oldest first, from the kind on.
func sweeps(t *testing.T, s *store.Store) (texts []string) {
	t.Helper()
	page, _, err := auditlog.List(t.Context(), s.DB(), 0, 1000, auditlog.Filter{})
	check(t, err)
	for _, entry := range slices.Backward(page) {
		texts = append(texts, entry.Text[len(`{"at":"2026-03-04T05:06:07.890Z","actor":"ana","act":"Test",`):])
	}
	return texts
}

func membershipsAreSwept(t *testing.T, open Open) {
	s, _ := one(t, open)
	protected(t, s, "anna")
	before := start.Add(-time.Hour)
	execute(t, s, `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1201)
		INSERT INTO membership (membership_id, person_id, data_set, type, number, programme, academic_unit, department, entity, term, status,
			position, hired_on, salary_level, valid_until, ended_at, created_at, updated_at)
		SELECT 'old ' || i, 'anna', 'production', 'L', 'n' || i, '', '', '', '', '', '', '', '', '', '', CAST($1 AS BIGINT) - i, 1, 1 FROM n`, before.UnixMilli())
	// m1 has a revoked card only, m2 a live one; neither has ended, and then both have.
	if removed := swept(t, s.SweepMemberships, before); !slices.Equal(removed, []int{500, 500, 201}) {
		t.Errorf("removed %v", removed)
	}
	execute(t, s, `UPDATE membership SET ended_at = $1`, before.UnixMilli())
	if removed := swept(t, s.SweepMemberships, before); removed != nil {
		t.Errorf("removed %v that were to be kept for another millisecond", removed)
	}
	if removed := swept(t, s.SweepMemberships, before.Add(time.Millisecond)); !slices.Equal(removed, []int{1}) {
		t.Errorf("removed %v, want the one without a live card", removed)
	}
	var want []string
	for _, n := range []int{500, 500, 201, 1} {
		want = append(want, fmt.Sprintf(`"target":"membership","detail":{"removed":"%d"}}`, n))
	}
	if got := sweeps(t, s); !slices.Equal(got, want) {
		t.Errorf("entries %q", got)
	}
	if n := count(t, s, `SELECT COUNT(*) FROM membership WHERE membership_id = 'm2 of anna'`); n != 1 {
		t.Error("the membership with a live card is gone")
	}
	if n := count(t, s, `SELECT COUNT(*) FROM card WHERE person_id = 'anna' AND (membership_id = '') = (text = '')
		AND (text = '') = (revoked_at IS NOT NULL)`); n != 2 {
		t.Error("what was printed on the card of the membership is still there, or on another's no more")
	}
}

func factsAndImportsAreSwept(t *testing.T, open Open) {
	s, _ := one(t, open)
	before := start.Add(-time.Hour)
	for _, at := range []int64{before.UnixMilli() - 1, before.UnixMilli()} {
		execute(t, s, `INSERT INTO fact (subject, subject_id, name, valid_from, valid_to, recorded_at, source, reference)
			VALUES ('person', 'anna', 'schooling', 1, $1, 1, 'register', '')`, at)
		execute(t, s, `INSERT INTO import (import_id, kind, data_set, next_line, stored, unchanged, rejected, rejects, started_at, updated_at)
			VALUES ('i' || $1, 'facts', 'production', 1, 1, 1, 1, '', 1, $2)`, fmt.Sprint(at), at)
	}
	execute(t, s, `INSERT INTO fact (subject, subject_id, name, valid_from, recorded_at, source, reference)
		VALUES ('person', 'anna', 'schooling', 1, 1, 'register', '')`)
	for _, sweep := range []func(context.Context, store.Act, time.Time) (int, error){s.SweepFacts, s.SweepImports} {
		if removed := swept(t, sweep, before); !slices.Equal(removed, []int{1}) {
			t.Errorf("removed %v", removed)
		}
	}
	want := []string{`"target":"fact","detail":{"removed":"1"}}`, `"target":"import","detail":{"removed":"1"}}`}
	if got := sweeps(t, s); !slices.Equal(got, want) {
		t.Errorf("entries %q", got)
	}
	if facts, imports := count(t, s, `SELECT COUNT(*) FROM fact`), count(t, s, `SELECT COUNT(*) FROM import`); facts != 2 || imports != 1 {
		t.Errorf("%d facts and %d imports are left", facts, imports)
	}
}
