package pace_test

import (
	"context"
	"testing"
	"time"

	"github.com/ventanilla/ventanilla/pkg/testkit"
	"github.com/ventanilla/ventanilla/services/session/internal/pace"
	"github.com/ventanilla/ventanilla/services/session/internal/store"
)

func (f failures) ForgetLoginFailures(ctx context.Context, subjects ...[]byte) error {
	for _, subject := range subjects {
		delete(f.of, string(subject))
	}
	return ctx.Err()
}

func TestLoginsAtIntegrationsAreCountedApart(t *testing.T) {
	clock := testkit.NewClock(time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC))
	counted := failures{map[string]store.LoginFailures{}, clock.Now}
	p := pace.New(counted, []byte("key"), clock.Now)
	login, client := p.Integration("i", "Ana"), p.Client("c")
	for range 6 {
		if err := p.Failed(t.Context(), login, client); err != nil {
			t.Fatal(err)
		}
	}
	if p.Check(t.Context(), p.Integration("i", "ana"), client) == nil {
		t.Error("a login in other letters is another")
	}
	for what, other := range map[string][]byte{
		"another login": p.Integration("i", "bea"), "of another integration": p.Integration("j", "ana"), "an account's": p.Login(store.Production, store.User, "ana"),
	} {
		if err := p.Check(t.Context(), other, client); err != nil {
			t.Errorf("%s: %v", what, err)
		}
	}
	for range 45 {
		if err := p.Failed(t.Context(), p.Integration("i", "bea"), client); err != nil {
			t.Fatal(err)
		}
	}
	if p.Check(t.Context(), p.Integration("i", "carla"), client) == nil {
		t.Error("a client whose users fail fifty times in a row is not slowed down")
	}
	if err := p.Succeeded(t.Context(), login, client); err != nil {
		t.Fatal(err)
	}
	if err := p.Check(t.Context(), login, client); err != nil {
		t.Errorf("after a success: %v", err)
	}
}
