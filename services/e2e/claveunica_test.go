package e2e

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ventanilla/ventanilla/gateway/dialect/cmp"
	"github.com/ventanilla/ventanilla/pkg/claveunica"
	"github.com/ventanilla/ventanilla/pkg/testkit"
)

// TestClaveUnicaMisbehaves has ClaveÚnica be away, slow and lie: calls that need it are told when to try again, what was
// settled before goes on, and all is well once ClaveÚnica is.
func TestClaveUnicaMisbehaves(t *testing.T) {
	login := emulator(t)
	p := up(t, t.TempDir(), "--set", "auth.clave_unica.userinfo_url="+login.url+claveunica.UserinfoPath)
	signIn := func() string {
		token, err := login.Issue(p.demo.Cmp.RUT)
		if err != nil {
			t.Fatal(err)
		}
		return token
	}
	access, old := p.issue(t, p.partner), signIn()
	widget := p.widgetToken(t, p.widget().but("cu_token", old), "")
	t.Run("logins that are over", func(t *testing.T) { loginsOver(t, p, login) })
	for name, fault := range map[string]claveunica.Fault{
		"away": claveunica.Away, "slow": claveunica.Slow, "broken off": claveunica.Reset, "without a RUT": claveunica.NoRUT,
		"with a wrong RUT": claveunica.WrongDigit, "not JSON": claveunica.Garbage, "huge": claveunica.Huge, "elsewhere": claveunica.Redirect,
	} {
		t.Run(name, func(t *testing.T) {
			login.SetFault(fault)
			cu := signIn()
			for _, c := range []call{
				p.citizen().but("cu_token", cu).form(cmp.BenefitsPath).with(access), p.widget().but("cu_token", cu).form(cmp.WidgetTokenPath),
			} {
				a := p.send(t, c)
				cmpRefused{"", c, http.StatusServiceUnavailable, textOffline}.check(t, a)
				if a.header.Get("Retry-After") == "" {
					t.Errorf("%s: no Retry-After", c.path)
				}
			}
			for _, path := range []string{cmp.ProfilePath, cmp.HouseholdPath} {
				if a := p.send(t, p.shown(path, p.demo.Cmp.APIKey, widget, p.demo.Cmp.Origin)); a.status != http.StatusOK {
					t.Errorf("%s, with a token of before: %d, %s", path, a.status, a.body)
				}
			}
			login.SetFault(claveunica.NoFault)
			testkit.Eventually(t, patience, func() error {
				if a := p.send(t, p.citizen().but("cu_token", cu).form(cmp.BenefitsPath).with(access)); a.status != http.StatusOK {
					return fmt.Errorf("%d, %s", a.status, a.body)
				}
				return nil
			})
		})
	}
}

const textOffline = "Estamos offline por mantenimiento. Inténtalo nuevamente mas tarde"

// loginsOver has citizens who logged in as they do, and whose tokens have expired or were revoked since.
func loginsOver(t *testing.T, p *platform, login *countedLogin) {
	access := p.issue(t, p.partner)
	for why, end := range map[string]func(token string){
		"expired": func(string) { login.clock.Advance(time.Hour) }, "revoked": login.Revoke,
	} {
		t.Run(why, func(t *testing.T) {
			cu, used := login.code(t, p.demo.Cmp.RUT), login.code(t, p.demo.Cmp.RUT)
			widget := p.widgetToken(t, p.widget().but("cu_token", used), "") // it was good
			end(cu)
			end(used)
			for _, r := range []cmpRefused{
				{"benefits", p.citizen().but("cu_token", cu).form(cmp.BenefitsPath).with(access), 401, textUnauthorized},
				{"benefits, of a widget's", p.citizen().but("cu_token", used).form(cmp.BenefitsPath).with(access), 401, textUnauthorized},
				{"widget token", p.widget().but("cu_token", cu).form(cmp.WidgetTokenPath), 401, textUnauthorized},
				{"widget token again", p.widget().but("cu_token", used).form(cmp.WidgetTokenPath), 401, textUnauthorized},
			} {
				r.check(t, p.send(t, r.call))
			}
			// What is shown to a page rests on the widget's own token, which has its own end.
			if a := p.send(t, p.shown(cmp.ProfilePath, p.demo.Cmp.APIKey, widget, p.demo.Cmp.Origin)); a.status != http.StatusOK {
				t.Errorf("%d, %s", a.status, a.body)
			}
		})
	}
}

// countedLogin is a ClaveÚnica that counts how often it was asked.
type countedLogin struct {
	*claveunica.Emulator
	url   string
	clock *testkit.Clock
	asked atomic.Int64
}

func (l *countedLogin) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	l.asked.Add(1)
	l.Emulator.ServeHTTP(w, r)
}

// code logs a citizen in by the code flow: the token lives an hour.
func (l *countedLogin) code(t *testing.T, rut string) string {
	t.Helper()
	const client, back = "e2e", "https://partner.example/back"
	send := func(path string, form url.Values) *httptest.ResponseRecorder {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, path, strings.NewReader(form.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		w := httptest.NewRecorder()
		l.Emulator.ServeHTTP(w, r)
		return w
	}
	sent := send(claveunica.AuthorizePath, url.Values{"run": {rut}, "client_id": {client}, "redirect_uri": {back}, "response_type": {"code"}})
	target, err := sent.Result().Location()
	if err != nil {
		t.Fatalf("%d: %v", sent.Code, err)
	}
	given := send(claveunica.TokenPath, url.Values{
		"grant_type": {"authorization_code"}, "code": {target.Query().Get("code")}, "client_id": {client}, "client_secret": {"e2e"}, "redirect_uri": {back},
	})
	token, _ := answer{status: given.Code, body: given.Body.String()}.object(t)["access_token"].(string)
	if token == "" {
		t.Fatalf("%d, %s", given.Code, given.Body)
	}
	return token
}

// emulator is a ClaveÚnica of the test's own, which runs until the test ends.
func emulator(t *testing.T) *countedLogin {
	t.Helper()
	clock := testkit.NewClock(time.Now())
	e, err := claveunica.New(claveunica.Options{Now: clock.Now})
	if err != nil {
		t.Fatal(err)
	}
	login := &countedLogin{Emulator: e, clock: clock}
	server := httptest.NewServer(login)
	login.url = server.URL
	t.Cleanup(func() {
		server.CloseClientConnections() // who waits for a slow answer is sent away
		server.Close()
	})
	return login
}
