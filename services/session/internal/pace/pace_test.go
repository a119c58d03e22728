package pace_test

import (
	"bytes"
	"context"
	"testing"
	"time"

	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	"github.com/ventanilla/ventanilla/pkg/testkit"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
	"github.com/ventanilla/ventanilla/services/session/internal/pace"
	"github.com/ventanilla/ventanilla/services/session/internal/store"
)

func TestMain(m *testing.M) { testkit.Main(m) }

// failures are a store's.
type failures struct {
	of  map[string]store.LoginFailures
	now func() time.Time
}

func (f failures) LoginFailures(_ context.Context, subjects ...[]byte) (found []store.LoginFailures, err error) {
	for _, subject := range subjects {
		found = append(found, f.of[string(subject)])
	}
	return found, nil
}

func (f failures) EnterLoginFailure(ctx context.Context, subjects ...[]byte) error {
	for _, subject := range subjects {
		f.of[string(subject)] = store.LoginFailures{Count: f.of[string(subject)].Count + 1, Last: f.now()}
	}
	return ctx.Err()
}

func TestFailuresCostTime(t *testing.T) {
	clock := testkit.NewClock(time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC))
	counted := failures{map[string]store.LoginFailures{}, clock.Now}
	p := pace.New(counted, []byte("key"), clock.Now)
	login := p.Login(store.Production, store.User, "ana")
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	for n, seconds := range []int{0, 0, 0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900} {
		want := time.Duration(seconds) * time.Second
		err := p.Check(t.Context(), login, nil)
		if got, _ := rpcerr.Delay(err); got != want || err != nil && rpcerr.Reason(err) != errorsv1.Reason_REASON_RATE_LIMITED {
			t.Errorf("after %d failures: %v, wait for %v", n, err, got)
		}
		clock.Advance(want)
		if err := p.Check(t.Context(), login, nil); err != nil {
			t.Errorf("after %d failures and the wait: %v", n, err)
		}
		if err := p.Failed(gone, login, nil); err != nil { // even if the caller has gone
			t.Error(err)
		}
	}
}

func TestAnAddressHasMoreFailuresFree(t *testing.T) {
	clock := testkit.NewClock(time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC))
	p := pace.New(failures{map[string]store.LoginFailures{}, clock.Now}, []byte("key"), clock.Now)
	address := p.Address("192.0.2.7")
	for n := range 52 {
		err := p.Check(t.Context(), p.Login(store.Production, store.User, "fresh"), address)
		if (err != nil) != (n > 50) {
			t.Errorf("after %d failures: %v", n, err)
		}
		if err := p.Failed(t.Context(), p.Login(store.Production, store.User, string(rune('a'+n))), address); err != nil {
			t.Error(err)
		}
	}
}

func TestSubjectsAreApart(t *testing.T) {
	p := pace.New(nil, []byte("key"), time.Now)
	ana := p.Login(store.Production, store.User, "ana")
	if !bytes.Equal(ana, p.Login(store.Production, store.User, "ANA")) || bytes.Contains(ana, []byte("ana")) {
		t.Error("a login is another by its letter case, or in the clear")
	}
	for name, other := range map[string][]byte{
		"a developer's":     p.Login(store.Production, store.Developer, "ana"),
		"another set's":     p.Login(store.Staging, store.User, "ana"),
		"an address":        p.Address("production/user/ana"),
		"under another key": pace.New(nil, []byte("other"), time.Now).Login(store.Production, store.User, "ana"),
	} {
		if bytes.Equal(ana, other) {
			t.Errorf("%s is the same", name)
		}
	}
	if p.Address("") != nil {
		t.Error("an unknown address is counted")
	}
}
