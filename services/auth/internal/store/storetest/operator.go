package storetest

import (
	"encoding/json"
	"errors"
	"strings"
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

func actsAreRecorded(t *testing.T, open Open) {
	s, clock := one(t, open)
	create(t, s, "partner")
	later := clock.Advance(time.Second)
	by := store.Act{Actor: "zoe", Name: "DisableClient"}
	if _, err := s.ChangeClient(t.Context(), "partner", by, func(c *store.Client) error {
		c.Disabled = true
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if err := s.RecordAct(t.Context(), store.Act{Actor: "zoe", Name: "IssueCredential"}, "ana", map[string]int{"serial": 7}); err != nil {
		t.Fatal(err)
	}

	acts, err := s.AdminActs(t.Context(), 0, 2)
	if err != nil || len(acts) != 2 {
		t.Fatalf("first page: %v, %v", acts, err)
	}
	issued, disabled := acts[0], acts[1]
	if issued.Name != "IssueCredential" || len(issued.Before) != 0 || string(issued.After) != `{"serial":7}` {
		t.Errorf("newest: %+v", issued)
	}
	if disabled.Act != by || disabled.Target != "partner" || !disabled.At.Equal(later) || disabled.Number >= issued.Number {
		t.Errorf("the one before: %+v", disabled)
	}
	expectShown(t, disabled.Before, false)
	expectShown(t, disabled.After, true)
	rest, err := s.AdminActs(t.Context(), disabled.Number, 2)
	if err != nil || len(rest) != 1 || rest[0].Act != act || len(rest[0].Before) != 0 {
		t.Errorf("last page: %+v, %v", rest, err)
	}
}

// expectShown checks what the admin log has of the client, which must be nothing of its secret.
func expectShown(t *testing.T, text json.RawMessage, disabled bool) {
	t.Helper()
	var shown struct {
		ID        string `json:"client_id"`
		TokenLife string `json:"token_life"`
		Disabled  bool   `json:"disabled"`
	}
	if err := json.Unmarshal(text, &shown); err != nil {
		t.Fatal(err)
	}
	if shown.ID != "partner" || shown.TokenLife != "1h0m0s" || shown.Disabled != disabled {
		t.Errorf("shown %s", text)
	}
	if strings.Contains(strings.ToLower(string(text)), "secret") {
		t.Errorf("shows something of the secret: %s", text)
	}
}
