package e2e

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"

	"github.com/ventanilla/ventanilla/gateway/dialect/cmp"
	"github.com/ventanilla/ventanilla/pkg/claveunica"
	"github.com/ventanilla/ventanilla/pkg/testkit"
)

// TestClaveUnicaMisbehaves has ClaveÚnica be away, slow and lie: calls that need it are told when to try again, what was
// settled before goes on, and all is well once ClaveÚnica is.
func TestClaveUnicaMisbehaves(t *testing.T) {
	login, address := emulator(t)
	p := up(t, t.TempDir(), "--set", "auth.clave_unica.userinfo_url=http://"+address+claveunica.UserinfoPath)
	signIn := func() string {
		token, err := login.Issue(p.demo.Cmp.RUT)
		if err != nil {
			t.Fatal(err)
		}
		return token
	}
	access, old := p.issue(t, p.partner), signIn()
	widget := p.widgetToken(t, p.widget().but("cu_token", old), "")
	for name, fault := range map[string]claveunica.Fault{
		"away": claveunica.Away, "slow": claveunica.Slow, "without a RUT": claveunica.NoRUT, "with a wrong RUT": claveunica.WrongDigit,
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
			if a := p.send(t, p.shown(cmp.ProfilePath, p.demo.Cmp.APIKey, widget, p.demo.Cmp.Origin)); a.status != http.StatusOK {
				t.Errorf("a widget that has its token: %d, %s", a.status, a.body)
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

// countedLogin is a ClaveÚnica that counts how often it was asked.
type countedLogin struct {
	*claveunica.Emulator
	asked atomic.Int64
}

func (l *countedLogin) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	l.asked.Add(1)
	l.Emulator.ServeHTTP(w, r)
}

// emulator is a ClaveÚnica of the test's own, which runs until the test ends.
func emulator(t *testing.T) (login *countedLogin, address string) {
	t.Helper()
	e, err := claveunica.New(claveunica.Options{})
	if err != nil {
		t.Fatal(err)
	}
	login = &countedLogin{Emulator: e}
	server := httptest.NewServer(login)
	t.Cleanup(func() {
		server.CloseClientConnections() // who waits for a slow answer is sent away
		server.Close()
	})
	return login, server.Listener.Addr().String()
}
