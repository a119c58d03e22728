package storetest

import (
	"errors"
	"testing"
	"time"

	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
	"github.com/ventanilla/ventanilla/services/auth/internal/store"
)

func operatorsAreKept(t *testing.T, open Open) {
	s, clock := one(t, open)
	for _, name := range []string{"zoe", "ana"} {
		if _, err := s.CreateOperator(t.Context(), store.Operator{Name: name, Roles: []string{"viewer", "security"}}, act); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.CreateOperator(t.Context(), store.Operator{Name: "ana"}, act); !errors.Is(err, sqlstore.ErrConflict) {
		t.Errorf("created twice: %v", err)
	}
	clock.Advance(time.Hour)
	ana := store.Operator{Name: "ana", Roles: []string{"viewer", "security"}, Revision: 2, CreatedAt: start}
	changed, err := s.ChangeOperator(t.Context(), "zoe", act, func(o *store.Operator, others []store.Operator) error {
		expectSame(t, "others", others, []store.Operator{ana})
		o.Disabled, o.Epoch, o.Roles = true, 1, []string{"viewer"}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	zoe := store.Operator{Name: "zoe", Roles: []string{"viewer"}, Disabled: true, Epoch: 1, Revision: 3, CreatedAt: start}
	expectSame(t, "changed", changed, zoe)
	all, err := s.Operators(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	expectSame(t, "all", all, []store.Operator{ana, zoe})
	news, err := s.OperatorsSince(t.Context(), 2, 10)
	if err != nil {
		t.Fatal(err)
	}
	expectSame(t, "changed since", news, []store.Operator{zoe})
	read, err := s.Operator(t.Context(), "ana")
	if err != nil {
		t.Fatal(err)
	}
	expectSame(t, "read", read, ana)
}
