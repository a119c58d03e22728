package e2e

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/ventanilla/ventanilla/gateway/dialect/cmp"
	"github.com/ventanilla/ventanilla/pkg/claveunica"
	"github.com/ventanilla/ventanilla/pkg/testkit"
)

// claveUnicaAway has ClaveÚnica be away and slow: soon it is left alone, whoever needs it is told when to come back, all else
// goes on, and all is well by itself once ClaveÚnica is.
func claveUnicaAway(t *testing.T, w *welfare) {
	fresh := map[string]func() call{
		"benefits": func() call { return w.benefitsOf(w.signIn(t)) }, "widget token": func() call { return w.widgetKeys(t) },
	}
	known := w.reading(t)
	delete(known, "benefits") // needs ClaveÚnica
	for name, fault := range map[string]claveunica.Fault{"away": claveunica.Away, "slow": claveunica.Slow} {
		t.Run(name, func(t *testing.T) {
			w.served(t, fresh)
			w.login.SetFault(fault)
			w.leftAlone(t, fresh["benefits"])
			for what, next := range fresh {
				a := w.gateway[0].send(t, next())
				cmpRefused{name: what, status: http.StatusServiceUnavailable, message: textOffline}.check(t, a)
				if a.header.Get("Retry-After") == "" {
					t.Errorf("%s: no Retry-After", what)
				}
			}
			w.served(t, known)
			w.login.SetFault(claveunica.NoFault)
			w.served(t, fresh)
		})
	}
	if a := w.gateway[0].send(t, w.page(cmp.ProfilePath)); a.status != http.StatusOK {
		t.Errorf("a widget's token of before: %d, %s", a.status, a.body)
	}
}

// leftAlone calls until no replica of auth asks ClaveÚnica any more. No call is served meanwhile, and none is told otherwise.
func (w *welfare) leftAlone(t *testing.T, next func() call) {
	t.Helper()
	testkit.Eventually(t, patience, func() error {
		before := w.login.asked.Load()
		for range enough {
			if err := expect(t, w.gateway[0].edge, next(), http.StatusServiceUnavailable); err != nil {
				t.Fatal(err)
			}
		}
		if asked := w.login.asked.Load() - before; asked > 0 {
			return fmt.Errorf("asked %d times for %d calls", asked, enough)
		}
		return nil
	})
}
