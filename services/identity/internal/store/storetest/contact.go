package storetest

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ventanilla/ventanilla/pkg/auditlog"
	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
	"github.com/ventanilla/ventanilla/services/identity/internal/store"
)

var contactChecks = checks{
	"ContactsComeInTheOrderAskedFor": contactsComeInTheOrderAskedFor,
	"ReadsAreEnteredTogether":        readsAreEnteredTogether,
}

func contactsComeInTheOrderAskedFor(t *testing.T, open Open) {
	s, _ := one(t, open)
	ana, eva, other := resident(t, s, store.Production), resident(t, s, store.Production), resident(t, s, store.Staging)
	execute(t, s, `UPDATE person SET contacts = '[{"kind":"phone","value":"1"},{"kind":"phone","value":"2"}]' WHERE person_id = '`+ana+`'`)
	got, err := s.Contacts(t.Context(), store.Production, []string{eva, "nobody", other, "\xff", ana})
	check(t, err)
	for i, id := range []string{eva, "", "", "", ana} {
		if got[i].PersonID != id || (got[i].Pseudonym != "") != (id != "") {
			t.Errorf("%d is %+v", i, got[i])
		}
	}
	want := []store.Contact{{Kind: store.Phone, Value: "1"}, {Kind: store.Phone, Value: "2"}}
	if diff := cmp.Diff(want, got[4].Contacts); diff != "" || got[0].Contacts != nil {
		t.Errorf("contacts (-want +got):\n%s", diff)
	}
}

func readsAreEnteredTogether(t *testing.T, open Open) {
	s, _ := one(t, open)
	good, bad := auditlog.Entry{At: start, Actor: "a", Act: "b", Target: "c"}, auditlog.Entry{Target: "\n"}
	if s.EnterReads(t.Context(), []auditlog.Entry{good, bad}) == nil {
		t.Error("a control character was entered")
	}
	check(t, s.EnterReads(t.Context(), []auditlog.Entry{good, good}))
	entered, err := sqlstore.Row(t.Context(), s.DB(), sqlstore.Value[int], `SELECT COUNT(*) FROM log_entry WHERE target = 'c'`)
	if check(t, err); entered != 2 {
		t.Errorf("%d entries", entered)
	}
}
