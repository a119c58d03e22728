package auth_test

import (
	"context"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	"github.com/ventanilla/ventanilla/pkg/testkit"
	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
)

func TestAStoreThatIsAwayIsUnavailableNotValid(t *testing.T) {
	server := testkit.PostgresServer(t)
	p := openPlatform(t, server.URL, 4)
	r := p.replica(false)
	client, signer := r.register(partner()), newSigner(t, "")
	signing, key := r.keyed(signer), r.newKey(client).GetKey()
	token, ctx := r.issue(client), r.by(client)
	assertion := signer.assert(signing.id, start, nil)
	stranger := newPlatform(t).replica(false)
	unknown := stranger.issue(stranger.register(partner()))
	server.Stop()
	if !r.introspect(ctx, token).GetActive() {
		t.Error("a fresh view does not do without the store")
	}
	// Nor is a token refused whose key may be one that was made just now.
	_, err := r.tokens().Introspect(ctx, &authv1.IntrospectRequest{Token: unknown})
	wantReason(t, err, errorsv1.Reason_REASON_UNAVAILABLE)
	p.clock.Advance(2 * time.Second)
	calls := map[string]func() error{
		"Introspect": func() error {
			_, err := r.tokens().Introspect(ctx, &authv1.IntrospectRequest{Token: token})
			return err
		},
		"IssueToken": func() error {
			_, err := r.tokens().IssueToken(t.Context(), issueRequest(client))
			return err
		},
		"Revoke":    func() error { return r.revoke(ctx, token) },
		"Exchange":  func() error { _, err := r.exchange(byToken(token)); return err },
		"API key":   func() error { _, err := r.exchange(byKey(key)); return err },
		"Assertion": func() error { _, err := r.exchange(byAssertion(assertion)); return err },
		"WatchRevocations": func() error {
			_, err := r.watch(t.Context(), 0).Recv()
			return err
		},
	}
	for name, call := range calls {
		err := call()
		wantReason(t, err, errorsv1.Reason_REASON_UNAVAILABLE)
		if delay, ok := rpcerr.Delay(err); !ok || delay != time.Second {
			t.Errorf("%s: retry after %v, %v", name, delay, ok)
		}
	}
	server.Start()
	for name, call := range calls {
		if name != "Revoke" {
			check(t, call())
		}
	}
	check(t, calls["Revoke"]())
}

// A service that waits for a second connection while it holds one would hang here.
func TestOneConnectionServesAHundredCallers(t *testing.T) {
	for name, url := range map[string]string{
		"SQLite":     "sqlite:" + filepath.Join(t.TempDir(), "auth.db"),
		"PostgreSQL": testkit.Postgres(t),
	} {
		t.Run(name, func(t *testing.T) {
			p := openPlatform(t, url, 1)
			r := p.replica(true)
			client, signer := r.register(partner()), newSigner(t, "")
			signing, key := r.keyed(signer), r.newKey(client).GetKey()
			caller, tokens := r.by(client), r.tokens()
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			var calls sync.WaitGroup
			for range 100 {
				calls.Go(func() {
					answer, err := tokens.IssueToken(ctx, issueRequest(client))
					if err == nil {
						_, err = tokens.Exchange(ctx, forAuth(byKey(key)))
					}
					if err == nil {
						_, err = tokens.Exchange(ctx, forAuth(byAssertion(signer.assert(signing.id, start, nil))))
					}
					if err == nil {
						_, err = tokens.Revoke(caller, &authv1.RevokeRequest{Token: answer.GetAccessToken()})
					}
					if err == nil {
						_, err = tokens.IssueToken(ctx, issueRequest(registered{"nobody", "secret"}))
						if rpcerr.Reason(err) == errorsv1.Reason_REASON_CREDENTIAL_INVALID {
							err = nil
						}
					}
					if err != nil {
						t.Error(err)
					}
				})
			}
			calls.Wait()
		})
	}
}
