package credential_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"google.golang.org/grpc/metadata"

	"github.com/ventanilla/ventanilla/gateway/credential"
	"github.com/ventanilla/ventanilla/pkg/rpcerr"
)

// service refuses internal tokens, and notes those that it was shown.
type service struct {
	refuses []string
	shown   []string
}

func (s *service) call(ctx context.Context) error {
	sent, _ := metadata.FromOutgoingContext(ctx)
	token := sent.Get("authorization")[0]
	s.shown = append(s.shown, token)
	if slices.Contains(s.refuses, token) {
		return rpcerr.New(invalid, "the credential is void")
	}
	return nil
}

func TestAKeptExchangeThatIsOverIsMadeAnew(t *testing.T) {
	w, e := exchanger(t)
	present := credential.Credential{Scheme: credential.Bearer, Token: "a"}
	for _, step := range []struct {
		name    string
		refuses []string
		shown   []string
		refused bool
	}{
		{"just exchanged and refused", []string{"Bearer internal-1"}, []string{"Bearer internal-1"}, true},
		{"kept and refused", []string{"Bearer internal-1"}, []string{"Bearer internal-1", "Bearer internal-2"}, false},
		{"what was exchanged anew is kept", nil, []string{"Bearer internal-2"}, false},
		{"refused again", []string{"Bearer internal-2", "Bearer internal-3"}, []string{"Bearer internal-2", "Bearer internal-3"}, true},
	} {
		caller, err := e.Exchange(t.Context(), present, "auth", ofCMP)
		if err != nil {
			t.Fatal(err)
		}
		s := &service{refuses: step.refuses}
		err = caller.Call(t.Context(), s.call)
		if !slices.Equal(s.shown, step.shown) || (rpcerr.Reason(err) == invalid) != step.refused {
			t.Errorf("%s: %v, shown %v", step.name, err, s.shown)
		}
	}

	caller, err := e.Exchange(t.Context(), present, "auth", ofCMP)
	if err != nil {
		t.Fatal(err)
	}
	w.err = rpcerr.New(invalid, "no such client")
	if err := caller.Call(t.Context(), func(context.Context) error { return w.err }); rpcerr.Reason(err) != invalid {
		t.Errorf("a credential that is over: %v", err)
	}
	if _, err := e.Exchange(t.Context(), present, "auth", ofCMP); rpcerr.Reason(err) != invalid {
		t.Errorf("it is still kept: %v", err)
	}
}

func TestOtherFailuresAreNotTriedAgain(t *testing.T) {
	w, e := exchanger(t)
	for range 2 {
		caller, err := e.Exchange(t.Context(), credential.Credential{Scheme: credential.Bearer, Token: "a"}, "auth", ofCMP)
		if err != nil {
			t.Fatal(err)
		}
		calls := 0
		away := errors.New("away")
		if err := caller.Call(t.Context(), func(context.Context) error { calls++; return away }); !errors.Is(err, away) || calls != 1 {
			t.Errorf("%d calls, %v", calls, err)
		}
	}
	if w.asked.Load() != 1 {
		t.Errorf("asked %d times", w.asked.Load())
	}
}

func exchanger(t *testing.T) (*world, *credential.Exchanger) {
	t.Helper()
	w := &world{life: 5 * time.Minute, now: time.Unix(1e9, 0), revoked: make(map[string]bool)}
	e, err := credential.NewExchanger(w, w, w, func() time.Time { return w.now })
	if err != nil {
		t.Fatal(err)
	}
	return w, e
}
