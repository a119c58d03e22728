package credential_test

import (
	"context"
	"encoding/base64"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/ventanilla/ventanilla/gateway/credential"
	"github.com/ventanilla/ventanilla/pkg/authn"
	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
)

// ofCMP are the clients of most tests.
var ofCMP = credential.Clients{Families: []string{"cmp"}}

var _ credential.Revocations = (*authn.Revocations)(nil)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// world is auth, revocations and clock of a test.
type world struct {
	asked   atomic.Int64
	last    *authv1.ExchangeRequest
	err     error
	life    time.Duration
	gate    chan struct{} // exchanges wait for it when set
	stale   bool
	revoked map[string]bool // by token identifier
	kid     string          // internal tokens name this key, when it is set
	changed time.Time
	now     time.Time
	failed  atomic.Int64 // credentials that did not hold
	slowed  bool         // too many of them
	charged atomic.Int64
	over    bool // the client's limit is used up
}

func (w *world) Exchange(ctx context.Context, in *authv1.ExchangeRequest, _ ...grpc.CallOption) (*authv1.ExchangeResponse, error) {
	n := w.asked.Add(1)
	w.last = in
	if w.gate != nil {
		<-w.gate
	}
	if w.err != nil {
		return nil, w.err
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	token := fmt.Sprint("internal-", n)
	if w.kid != "" {
		header := fmt.Sprintf(`{"alg":"ES256","kid":%q}`, w.kid)
		token = base64.RawURLEncoding.EncodeToString([]byte(header)) + ".e30." + token
	}
	return &authv1.ExchangeResponse{
		InternalToken: token,
		ExpiresAt:     timestamppb.New(w.now.Add(w.life)),
		Principal:     &authv1.Principal{TokenId: in.GetBearerToken() + in.GetApiKey(), ClientId: "1"},
	}, nil
}

func (w *world) Fresh() bool { return !w.stale }
func (w *world) Revoked(p *authv1.Principal) bool {
	return w.revoked[p.GetTokenId()] || w.revoked[p.GetKeyId()]
}

func (w *world) Admit(context.Context) error {
	if w.slowed {
		return rpcerr.New(errorsv1.Reason_REASON_RATE_LIMITED, "slowed")
	}
	return nil
}

func (w *world) Failed(context.Context) { w.failed.Add(1) }

func (w *world) Charge(context.Context, *authv1.Principal) error {
	w.charged.Add(1)
	if w.over {
		return rpcerr.New(errorsv1.Reason_REASON_RATE_LIMITED, "over")
	}
	return nil
}

func (w *world) Changed(_ *authv1.Principal, since time.Time) bool { return !w.changed.Before(since) }

func start(t *testing.T) (*world, func(token string) (string, error)) {
	t.Helper()
	w, e := exchanger(t)
	return w, func(token string) (string, error) {
		caller, err := e.Exchange(t.Context(), credential.Credential{Scheme: credential.Bearer, Token: token}, "auth", ofCMP)
		return caller.Token, err
	}
}

func (w *world) expect(t *testing.T, exchange func(string) (string, error), token, want string) {
	t.Helper()
	if got, err := exchange(token); err != nil || got != want {
		t.Errorf("got %q, %v, want %q", got, err, want)
	}
}

func TestAnExchangeIsKeptForAMinute(t *testing.T) {
	w, exchange := start(t)
	w.expect(t, exchange, "a", "internal-1")
	w.expect(t, exchange, "a", "internal-1")
	w.expect(t, exchange, "b", "internal-2")
	w.now = w.now.Add(time.Minute)
	w.expect(t, exchange, "a", "internal-3")
}

func TestAnExchangeIsNotKeptBeyondItsEnd(t *testing.T) {
	w, exchange := start(t)
	w.life = 10 * time.Second
	w.expect(t, exchange, "a", "internal-1")
	w.now = w.now.Add(9 * time.Second)
	w.expect(t, exchange, "a", "internal-2")
}

func TestACredentialIsAskedForAgainAfterAChangeOfItsClient(t *testing.T) {
	w, exchange := start(t)
	w.expect(t, exchange, "a", "internal-1")
	w.changed = w.now
	w.now = w.now.Add(time.Second)
	w.expect(t, exchange, "a", "internal-2")
	w.expect(t, exchange, "a", "internal-3") // the replica that was asked may not have known
	w.now = w.now.Add(time.Millisecond)
	w.expect(t, exchange, "a", "internal-4")
	w.expect(t, exchange, "a", "internal-4")
}

func TestARevokedCredentialIsAskedForAgain(t *testing.T) {
	w, exchange := start(t)
	w.expect(t, exchange, "a", "internal-1")
	w.revoked["a"] = true
	if _, err := exchange("a"); rpcerr.Reason(err) != invalid {
		t.Errorf("got %v", err)
	}
	if w.asked.Load() != 2 {
		t.Errorf("asked %d times", w.asked.Load())
	}
}

func TestAnInternalTokenOfARetiredKeyIsReplaced(t *testing.T) {
	w, exchange := start(t)
	w.kid = "k1"
	first, err := exchange("a")
	if err != nil {
		t.Fatal(err)
	}
	w.expect(t, exchange, "a", first)
	w.revoked["k1"], w.kid = true, "k2"
	if second, err := exchange("a"); err != nil || second == first {
		t.Errorf("got %q again, %v", second, err)
	}
}

func TestAStaleViewIsNotReliedOn(t *testing.T) {
	w, exchange := start(t)
	w.expect(t, exchange, "a", "internal-1")
	w.stale = true
	w.expect(t, exchange, "a", "internal-2")
	w.err = status.Error(codes.Unavailable, "away")
	if _, err := exchange("a"); rpcerr.Reason(err) != errorsv1.Reason_REASON_UNAVAILABLE {
		t.Errorf("got %v", err)
	}
}

func TestAFailureIsNotKept(t *testing.T) {
	w, exchange := start(t)
	for _, reason := range []errorsv1.Reason{invalid, errorsv1.Reason_REASON_FIELD_INVALID} {
		w.err = rpcerr.New(reason, "refused")
		if _, err := exchange("a"); rpcerr.Reason(err) != invalid {
			t.Errorf("got %v", err)
		}
	}
	w.err = nil
	w.expect(t, exchange, "a", "internal-3")
}

func TestCredentialsThatAreNone(t *testing.T) {
	w, _ := start(t)
	e, err := credential.NewExchanger(w, w, w, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	for scheme, want := range map[credential.Scheme]errorsv1.Reason{credential.None: missing, credential.Other: invalid} {
		if _, err := e.Exchange(t.Context(), credential.Credential{Scheme: scheme}, "auth", credential.Clients{}); rpcerr.Reason(err) != want {
			t.Errorf("%v: got %v", scheme, err)
		}
	}
}

func TestEveryPartNamesTheExchange(t *testing.T) {
	w, _ := start(t)
	e, err := credential.NewExchanger(w, w, w, func() time.Time { return w.now })
	if err != nil {
		t.Fatal(err)
	}
	bearer := func(s string) credential.Credential {
		return credential.Credential{Scheme: credential.Bearer, Token: s}
	}
	basic := func(id, s string) credential.Credential {
		return credential.Credential{Scheme: credential.Basic, ClientID: id, Secret: s}
	}
	families := func(names ...string) credential.Clients { return credential.Clients{Families: names} }
	sets := []authv1.DataSet{authv1.DataSet_DATA_SET_PRODUCTION, authv1.DataSet_DATA_SET_STAGING}
	calls := []struct {
		c        credential.Credential
		audience string
		of       credential.Clients
	}{
		{bearer("ab"), "auth", ofCMP},
		{bearer("a"), "auth", ofCMP},
		{bearer("ab"), "identity", ofCMP},
		{bearer("ab"), "auth", families("tuidd")},
		{bearer("ab"), "auth", families("cmp", "tuidd")},
		{bearer("ab"), "auth", families("cmptuidd")},
		{bearer("ab"), "auth", credential.Clients{Families: ofCMP.Families, DataSets: sets[:1]}},
		{bearer("ab"), "auth", credential.Clients{Families: ofCMP.Families, DataSets: sets[1:]}},
		{bearer("ab"), "auth", credential.Clients{Families: ofCMP.Families, DataSets: sets}},
		{basic("a", "bc"), "auth", credential.Clients{}},
		{basic("ab", "c"), "auth", credential.Clients{}},
	}
	for round := range 2 {
		for _, c := range calls {
			if _, err := e.Exchange(t.Context(), c.c, c.audience, c.of); err != nil {
				t.Fatal(err)
			}
			if round == 0 && (!slices.Equal(w.last.GetFamilies(), c.of.Families) || !slices.Equal(w.last.GetDataSets(), c.of.DataSets)) {
				t.Errorf("asked for %v", w.last)
			}
		}
	}
	if got := w.asked.Load(); got != int64(len(calls)) {
		t.Errorf("%d exchanges for %d credentials", got, len(calls))
	}
}

func TestAnAssertionIsExchangedEachTime(t *testing.T) {
	w, _ := start(t)
	e, err := credential.NewExchanger(w, w, w, func() time.Time { return w.now })
	if err != nil {
		t.Fatal(err)
	}
	c := credential.Credential{Scheme: credential.Assertion, Assertion: "a.b.c", Audiences: []string{"https://issuer.example"}}
	attempts := map[string]bool{}
	for _, id := range []string{"", "1"} {
		c.ClientID = id
		if _, err := e.Exchange(t.Context(), c, "auth", ofCMP); err != nil {
			t.Fatal(err)
		}
		sent := w.last.GetClientAssertion()
		attempts[sent.GetAttempt()] = true
		if sent.GetAssertion() != "a.b.c" || len(sent.GetAttempt()) < 16 || !slices.Equal(sent.GetAudiences(), c.Audiences) {
			t.Errorf("sent %v", sent)
		}
	}
	if len(attempts) != 2 {
		t.Errorf("%d attempts for two exchanges", len(attempts))
	}
	c.ClientID = "2"
	if _, err := e.Exchange(t.Context(), c, "auth", ofCMP); rpcerr.Reason(err) != invalid {
		t.Errorf("the assertion of another client than named: %v", err)
	}
}

func TestAnAPIKeyIsKeptUntilItIsRevoked(t *testing.T) {
	w, _ := start(t)
	e, err := credential.NewExchanger(w, w, w, func() time.Time { return w.now })
	if err != nil {
		t.Fatal(err)
	}
	exchange := func() error {
		_, err := e.Exchange(t.Context(), credential.Credential{Scheme: credential.APIKey, Token: "key"}, "auth", ofCMP)
		return err
	}
	for range 2 {
		if err := exchange(); err != nil || w.last.GetApiKey() != "key" || w.asked.Load() != 1 {
			t.Fatalf("%v after %d exchanges", err, w.asked.Load())
		}
	}
	w.revoked["key"] = true
	if err := exchange(); rpcerr.Reason(err) != invalid {
		t.Errorf("a revoked key: %v", err)
	}
}

// Of many callers with one credential the first asks; that it goes away does not fail the others.
func TestOneExchangeForManyCallers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, _ := start(t)
		w.gate = make(chan struct{})
		e, err := credential.NewExchanger(w, w, w, func() time.Time { return w.now })
		if err != nil {
			t.Fatal(err)
		}
		first, leave := context.WithCancel(t.Context())
		var callers sync.WaitGroup
		call := func(ctx context.Context) {
			if _, err := e.Exchange(ctx, credential.Credential{Scheme: credential.Bearer, Token: "a"}, "auth", credential.Clients{}); err != nil {
				t.Errorf("got %v", err)
			}
		}
		callers.Go(func() { call(first) })
		synctest.Wait()
		for range 10 {
			callers.Go(func() { call(t.Context()) })
		}
		synctest.Wait()
		leave()
		close(w.gate)
		callers.Wait()
		if got := w.asked.Load(); got != 1 {
			t.Errorf("%d exchanges", got)
		}
	})
}
