package session_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/ventanilla/ventanilla/pkg/roletest"
	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
	sessionv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/session/v1"
	"github.com/ventanilla/ventanilla/services/session"
)

// told opens a functionality with a beneficiary's token, and redeems the pass key on a replica.
func told(r, redeemer *roletest.Replica, functionality, token string) string {
	r.T.Helper()
	opened, err := sessionv1.NewPassKeyServiceClient(r.As("gateway")).OpenFunctionality(r.T.Context(), &sessionv1.OpenFunctionalityRequest{
		BeneficiaryToken: token, FunctionalityKey: functionality, DataSet: staging,
	})
	roletest.Check(r.T, err)
	redeemed, err := sessionv1.NewPassKeyServiceClient(redeemer.As("gateway")).RedeemPassKey(r.ByClient(partnerClient, "mosia", staging, "chavePasse"),
		&sessionv1.RedeemPassKeyRequest{PassKey: &sessionv1.PassKey{PassKey: opened.GetPassKey(), FunctionalityKey: functionality}})
	roletest.Check(r.T, err)
	if redeemed.GetUniqueKey() != "ana@example.org" {
		r.T.Errorf("told of %s", redeemed.GetUniqueKey())
	}
	return redeemed.GetAttributesJson()
}

func TestWhatALoginTellsIsToldWithItsPassKeys(t *testing.T) {
	onBoth(t, func(t *testing.T, p *platform) {
		e := p.endpoint()
		r := p.replica()
		e.does(&e.login, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("X-Session", "s1")
			_, _ = w.Write([]byte(`{"chave":"ana@example.org","numero":12345678901234567890,"valor":1.50}`))
		})
		in := e.definition()
		in.SecurityHeaders = []string{"X-Session"}
		key := enter(r, in)
		page, err := sessionv1.NewFunctionalityServiceClient(r.As("gateway")).CreateFunctionality(r.ByOperator("editor"), &sessionv1.CreateFunctionalityRequest{
			Functionality: &sessionv1.Functionality{
				DataSet: staging, ClientId: partnerClient, Name: "Carteirinha", RedirectUri: "https://example.org/carteirinha", IntegrationKey: key,
			},
		})
		roletest.Check(t, err)
		functionality := page.GetFunctionality().GetFunctionalityKey()
		logged, err := logInAt(r, partnerClient, key, "123")
		roletest.Check(t, err)
		if logged.GetUniqueKey() != "ana@example.org" || logged.GetToken().GetToken() == "" {
			t.Fatalf("logged in as %v", logged)
		}
		token := logged.GetToken().GetToken()
		other := p.replica()
		if got := told(r, other, functionality, token); got != `{"chave":"ana@example.org","numero":12345678901234567890,"valor":1.50}` {
			t.Errorf("told %s", got)
		}

		in.Refresh = &sessionv1.Endpoint{Url: e.URL + "/me"}
		update(r, key, in, "refresh")
		e.does(&e.refresh, func(w http.ResponseWriter, r *http.Request) {
			if r.Header.Get("X-Session") != "s1" {
				w.WriteHeader(http.StatusUnauthorized)
				return
			}
			_, _ = w.Write([]byte(`{"chave":"ana@example.org","valor":2.50}`))
		})
		fresh := `{"chave":"ana@example.org","valor":2.50}`
		if got := told(r, other, functionality, token); got != fresh {
			t.Errorf("fresh: %s", got)
		}
		// What went wrong, and what is of another person, leaves what was told.
		for _, answer := range []string{`{"chave":"bea@example.org","valor":3}`, `[]`} {
			e.says(&e.refresh, answer)
			if got := told(r, other, functionality, token); got != fresh {
				t.Errorf("after %s: %s", answer, got)
			}
		}
		_, err = integrations(r).DeleteIntegration(r.ByOperator("editor"), &sessionv1.DeleteIntegrationRequest{IntegrationKey: key})
		roletest.WantReason(t, err, errorsv1.Reason_REASON_INTEGRATION_IN_USE)
	})
}

func TestLoginsThatComeToNothing(t *testing.T) {
	p := newPlatform(t)
	logs := new(strings.Builder)
	p.Logs = logs
	e := p.endpoint()
	r := p.replica()
	in := e.definition()
	in.Attributes = []*sessionv1.Attribute{{Name: "cartao", Requirement: sessionv1.Requirement_REQUIREMENT_MANDATORY}}
	key := enter(r, in)
	status := func(code int) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(code) }
	}
	want := func(reason errorsv1.Reason, clientID, key, login string) {
		t.Helper()
		_, err := logInAt(r, clientID, key, login)
		roletest.WantReason(t, err, reason)
	}
	e.says(&e.login, `{"chave":"ana@example.org","cartao":"\u00a0"}`)
	_, err := logInAt(r, partnerClient, key, "a")
	roletest.WantField(t, err, errorsv1.Reason_REASON_INTEGRATION_REJECTED, "cartao")
	e.says(&e.login, `[]`)
	want(errorsv1.Reason_REASON_INTEGRATION_REJECTED, partnerClient, key, "a")
	e.says(&e.login, `{"chave":"nobody@example.org","cartao":"1"}`)
	want(errorsv1.Reason_REASON_BENEFICIARY_NOT_FOUND, partnerClient, key, "a")
	e.does(&e.login, status(http.StatusForbidden))
	want(errorsv1.Reason_REASON_LOGIN_REFUSED, partnerClient, key, "a")
	e.does(&e.login, status(http.StatusBadGateway))
	want(errorsv1.Reason_REASON_UNAVAILABLE, partnerClient, key, "a")
	want(errorsv1.Reason_REASON_FIELD_MISSING, partnerClient, key, " ")

	calls := e.logins.Load()
	want(errorsv1.Reason_REASON_INTEGRATION_NOT_FOUND, "another", key, "a")
	want(errorsv1.Reason_REASON_INTEGRATION_NOT_FOUND, partnerClient, "none", "a")
	_, err = sessionv1.NewBeneficiaryServiceClient(r.As("gateway")).LogInBeneficiary(r.ByClient(partnerClient, "mosia", staging, "mensageria"),
		&sessionv1.LogInBeneficiaryRequest{IntegrationKey: key, Login: "a", Password: "b"})
	roletest.WantReason(t, err, errorsv1.Reason_REASON_PERMISSION_DENIED)
	in.Disabled = true
	update(r, key, in, "disabled")
	want(errorsv1.Reason_REASON_INTEGRATION_NOT_FOUND, partnerClient, key, "a")
	if e.logins.Load() != calls {
		t.Error("the endpoint was called")
	}
	if text := logs.String(); strings.Contains(text, "pass-word") || strings.Contains(text, "example.org") || strings.Contains(text, "-secret") {
		t.Errorf("logged: %s", text)
	}
}

func TestTheLoopbackIsNotCalledUnlessItIsAllowed(t *testing.T) {
	p := newPlatform(t)
	e := p.endpoint()
	allow := p.change
	p.change = func(c *session.Config) {
		allow(c)
		c.Integrations.AllowNetworks = nil
	}
	r := p.replica()
	_, err := logInAt(r, partnerClient, enter(r, e.definition()), "ana")
	roletest.WantReason(t, err, errorsv1.Reason_REASON_INTEGRATION_REJECTED)
	if e.logins.Load() != 0 {
		t.Error("it was called")
	}
}

func TestLoginsAtIntegrationsArePaced(t *testing.T) {
	onBoth(t, func(t *testing.T, p *platform) {
		e := p.endpoint()
		r, other := p.replica(), p.replica()
		key := enter(r, e.definition())
		refuse := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusUnauthorized) })
		e.does(&e.login, refuse)
		for i := range 6 {
			_, err := logInAt(r, partnerClient, key, "Ana")
			roletest.WantReason(t, err, errorsv1.Reason_REASON_LOGIN_REFUSED)
			if i == 5 {
				_, err = logInAt(other, partnerClient, key, "ana")
				roletest.WantReason(t, err, errorsv1.Reason_REASON_RATE_LIMITED)
				if delay, ok := rpcerr.Delay(err); !ok || delay > time.Second {
					t.Errorf("to be tried again in %v", delay)
				}
			}
		}
		if e.logins.Load() != 6 {
			t.Errorf("called %d times", e.logins.Load())
		}
		// Others log in meanwhile, and the client whose users do is not one who guesses.
		e.says(&e.login, `{"chave":"bea@example.org"}`)
		_, err := logInAt(r, partnerClient, key, "bea")
		roletest.Check(t, err)
		p.Clock.Advance(time.Second)
		_, err = logInAt(r, partnerClient, key, "ana")
		roletest.Check(t, err)
		e.does(&e.login, refuse)
		_, err = logInAt(r, partnerClient, key, "ana")
		roletest.WantReason(t, err, errorsv1.Reason_REASON_LOGIN_REFUSED)
		if n := failures(t, p); n != 2 { // the login's and the client's, which began anew
			t.Errorf("%d failures are counted", n)
		}
	})
}

// failures are all that are counted.
func failures(t *testing.T, p *platform) (n int) {
	t.Helper()
	roletest.Check(t, p.DB.Read.QueryRowContext(context.Background(), `SELECT COALESCE(SUM(failures), 0) FROM login_failure`).Scan(&n))
	return n
}
