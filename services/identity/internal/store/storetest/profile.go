package storetest

import (
	"errors"
	"testing"

	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
)

var profileChecks = checks{
	"a profile has what has not ended": profilesHaveWhatLasts,
}

func profilesHaveWhatLasts(t *testing.T, open Open) {
	s, _ := one(t, open)
	protected(t, s, "anna")
	execute(t, s, `UPDATE person SET contacts = ''`)
	execute(t, s, `INSERT INTO catalogue_entry (data_set, catalogue, code, name) VALUES
		('production', 'programmes', '1', 'Education'), ('production', 'departments', '1', 'No'), ('staging', 'programmes', '1', 'No')`)
	got, err := s.Profile(t.Context(), "anna")
	check(t, err)
	if len(got.Memberships) != 2 || got.GivenNames != "names of anna" {
		t.Fatalf("got %+v", got)
	}
	for i, m := range got.Memberships {
		if m.ProgrammeName != "Education" || m.DepartmentName != "" || m.AcademicUnitName != "" || m.HasCard != (i == 1) {
			t.Errorf("membership %+v", m)
		}
	}
	execute(t, s, `UPDATE membership SET ended_at = $1`, start.UnixMilli())
	if got, err = s.Profile(t.Context(), "anna"); err != nil || len(got.Memberships) != 0 || got.GivenNames != "names of anna" {
		t.Errorf("without memberships: %+v, %v", got, err)
	}
	if _, err := s.Profile(t.Context(), "nobody"); !errors.Is(err, sqlstore.ErrNotFound) {
		t.Errorf("nobody's: %v", err)
	}
}
