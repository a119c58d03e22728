package credential_test

import (
	"strings"
	"testing"
	"time"

	"github.com/ventanilla/ventanilla/gateway/credential"
	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
)

func bearer(token string) credential.Credential {
	return credential.Credential{Scheme: credential.Bearer, Token: token}
}

func TestACitizenIsKeptForAMinuteUnderEveryPartOfTheCall(t *testing.T) {
	w, e := exchanger(t)
	exchange := func(token string, citizen credential.Citizen, want string) {
		t.Helper()
		caller, err := e.ExchangeFor(t.Context(), bearer(token), citizen, "benefits", ofCMP)
		if err != nil || caller.Token != want {
			t.Errorf("got %q, %v, want %q", caller.Token, err, want)
		}
	}
	marisol := credential.Citizen{Token: "cu", RUT: "44444444-4"}
	exchange("a", marisol, "internal-1")
	sent := w.last
	if sent.GetCitizen().GetToken() != "cu" || sent.GetCitizen().GetRut() != "44444444-4" || sent.GetBearerToken() != "a" || sent.GetAudience() != "benefits" {
		t.Errorf("sent %v", sent)
	}
	exchange("a", marisol, "internal-1")
	exchange("a", credential.Citizen{Token: "cu", RUT: "55555555-5"}, "internal-2")
	exchange("a", credential.Citizen{Token: "cu2", RUT: "44444444-4"}, "internal-3")
	exchange("a", credential.Citizen{Token: "cu4", RUT: "4444444-4"}, "internal-4")
	exchange("b", marisol, "internal-5")
	caller, err := e.Exchange(t.Context(), bearer("a"), "benefits", ofCMP)
	if err != nil || caller.Token != "internal-6" || w.last.GetCitizen() != nil {
		t.Errorf("without a citizen: %q, %v, %v", caller.Token, err, w.last)
	}
	w.now = w.now.Add(time.Minute - time.Millisecond)
	exchange("a", marisol, "internal-1")
	w.now = w.now.Add(time.Millisecond)
	exchange("a", marisol, "internal-7")
	w.revoked["a"] = true
	if _, err := e.ExchangeFor(t.Context(), bearer("a"), marisol, "benefits", ofCMP); rpcerr.Reason(err) != invalid {
		t.Errorf("of a revoked access token: %v", err)
	}
}

func TestWhatIsWrongWithACitizen(t *testing.T) {
	w, e := exchanger(t)
	citizen := credential.Citizen{Token: "cu", RUT: "44444444-4"}
	for _, c := range []struct {
		err    error
		want   errorsv1.Reason
		failed int64
	}{
		{rpcerr.New(errorsv1.Reason_REASON_CITIZEN_TOKEN_INVALID, ""), errorsv1.Reason_REASON_CITIZEN_TOKEN_INVALID, 0},
		{rpcerr.New(errorsv1.Reason_REASON_CITIZEN_MISMATCH, ""), errorsv1.Reason_REASON_CITIZEN_MISMATCH, 0},
		{rpcerr.New(errorsv1.Reason_REASON_UNAVAILABLE, ""), errorsv1.Reason_REASON_UNAVAILABLE, 0},
		{rpcerr.Invalid("citizen.rut", ""), errorsv1.Reason_REASON_FIELD_INVALID, 0},
		{rpcerr.Missing("citizen.token"), errorsv1.Reason_REASON_FIELD_MISSING, 0},
		{rpcerr.Invalid("bearer_token", ""), invalid, 1},
		{nil, 0, 1},
	} {
		w.err = c.err
		_, err := e.ExchangeFor(t.Context(), bearer("a"), citizen, "benefits", ofCMP)
		if rpcerr.Reason(err) != c.want || w.failed.Load() != c.failed {
			t.Errorf("%v: got %v, %d failures", c.err, err, w.failed.Load())
		}
	}
	if _, err := e.ExchangeFor(t.Context(), credential.Credential{}, citizen, "benefits", ofCMP); rpcerr.Reason(err) != missing {
		t.Errorf("without a credential: %v", err)
	}
}

func TestAWidgetIsKeptUnderEveryPartOfTheCall(t *testing.T) {
	w, e := exchanger(t)
	exchange := func(c credential.WidgetCredential, want string) {
		t.Helper()
		caller, err := e.ExchangeWidget(t.Context(), c, "benefits", ofCMP)
		if err != nil || caller.Token != want {
			t.Errorf("got %q, %v, want %q", caller.Token, err, want)
		}
	}
	c := credential.WidgetCredential{APIKey: "w1", Token: "t1", Origin: "https://a.example"}
	exchange(c, "internal-1")
	if sent := w.last.GetWidgetToken(); sent.GetClientId() != "w1" || sent.GetToken() != "t1" || sent.GetOrigin() != "https://a.example" {
		t.Errorf("sent %v", w.last)
	}
	exchange(c, "internal-1")
	exchange(credential.WidgetCredential{APIKey: "w2", Token: "t1", Origin: "https://a.example"}, "internal-2")
	exchange(credential.WidgetCredential{APIKey: "w1", Token: "t2", Origin: "https://a.example"}, "internal-3")
	exchange(credential.WidgetCredential{APIKey: "w1", Token: "t1", Origin: "https://b.example"}, "internal-4")
	exchange(credential.WidgetCredential{APIKey: "w1", Token: "t1"}, "internal-5")
	if w.charged.Load() != 6 {
		t.Errorf("charged %d calls", w.charged.Load())
	}
	w.changed = w.now // such as its origins
	exchange(c, "internal-6")
	w.err = rpcerr.New(errorsv1.Reason_REASON_ORIGIN_REFUSED, "")
	if _, err := e.ExchangeWidget(t.Context(), c, "benefits", ofCMP); rpcerr.Reason(err) != errorsv1.Reason_REASON_ORIGIN_REFUSED || w.failed.Load() != 0 {
		t.Errorf("got %v, %d failures", err, w.failed.Load())
	}
}

func TestWidgetsCallsThatAreNone(t *testing.T) {
	w, e := exchanger(t)
	for _, c := range []struct {
		credential credential.WidgetCredential
		want       errorsv1.Reason
	}{
		{credential.WidgetCredential{Token: "t", Origin: "https://a.example"}, missing},
		{credential.WidgetCredential{APIKey: "w", Origin: "https://a.example"}, missing},
		{credential.WidgetCredential{APIKey: "w", Token: "t", Origin: "https://" + strings.Repeat("a", 255)}, errorsv1.Reason_REASON_ORIGIN_REFUSED},
	} {
		if _, err := e.ExchangeWidget(t.Context(), c.credential, "benefits", ofCMP); rpcerr.Reason(err) != c.want {
			t.Errorf("%+v: %v", c.credential, err)
		}
	}
	w.err = rpcerr.Invalid("widget_token.token", "too long")
	if _, err := e.ExchangeWidget(t.Context(), credential.WidgetCredential{APIKey: "w", Token: "t"}, "benefits", ofCMP); rpcerr.Reason(err) != invalid || w.failed.Load() != 1 {
		t.Errorf("a token that is too long: %v", err)
	}
}

func TestRequestsForWidgetTokensArePaced(t *testing.T) {
	w, _ := start(t)
	auth := &issuer{}
	paced, err := credential.NewPaced(auth, w, func() time.Time { return w.now })
	if err != nil {
		t.Fatal(err)
	}
	issue := func(secret, rut string, want errorsv1.Reason, asked int) {
		t.Helper()
		_, err := paced.IssueWidgetToken(t.Context(), &authv1.IssueWidgetTokenRequest{
			ClientId: "w", ClientSecret: secret, Citizen: &authv1.CitizenToken{Rut: rut},
		})
		if rpcerr.Reason(err) != want || auth.asked != asked {
			t.Errorf("%s, %s: got %v, asked %d times", secret, rut, err, auth.asked)
		}
	}
	issue("right", "44444444-4", 0, 1)
	issue("wrong", "44444444-4", invalid, 2)
	issue("right", "another's", errorsv1.Reason_REASON_CITIZEN_MISMATCH, 3)
	if w.failed.Load() != 1 {
		t.Errorf("%d failures", w.failed.Load())
	}
	w.slowed = true
	issue("wrong", "44444444-4", limited, 3)
	issue("right", "55555555-5", 0, 4) // the client is known to be good
	if _, err := paced.IssueToken(t.Context(), &authv1.IssueTokenRequest{ClientId: "w", ClientSecret: "right"}); rpcerr.Reason(err) != limited {
		t.Errorf("as another kind of client: %v", err)
	}
}
