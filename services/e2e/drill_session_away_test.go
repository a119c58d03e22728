package e2e

import (
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/ventanilla/ventanilla/gateway/dialect/mosia"
	"github.com/ventanilla/ventanilla/pkg/testkit"
)

func sessionAway(t *testing.T, w *workplace) {
	w.without(t, w.sessions, slices.Collect(maps.Keys(w.errands(t)))...)
}

func sessionWithoutIdentity(t *testing.T, w *workplace) {
	w.without(t, w.identities, "profile", "benefits", "household", "authentication", "message")
}

func sessionWithoutBenefits(t *testing.T, w *workplace) { w.without(t, w.benefits, "benefits") }

func sessionWithoutNotifications(t *testing.T, w *workplace) {
	w.without(t, w.notifications, "notification", "message")
}

// errands are all that programs and apps do, by name.
func (w *workplace) errands(t *testing.T) map[string]errand {
	t.Helper()
	session := w.user.session(w.opened(t, w.gateway[0]))
	passKey, err := must(t, w.opening(), w.gateway[0]).passKey()
	if err != nil {
		t.Fatal(err)
	}
	inOrganisation := `{` + session + `,"idEmpresa":` + w.organisation
	return map[string]errand{
		"index":         w.operate("Indice", "listar", `{}`),
		"login":         w.logIn(w.user),
		"check":         w.operate("Usuario", "validar_sesion", `{`+session+`}`),
		"organisations": w.operate("Empresa", "listar_empresa", `{`+session+`}`),
		"customers":     w.operate("Cliente", "listar_cliente", inOrganisation+`}`),
		"profile":       w.operate("Perfil", "leer", inOrganisation+`}`),
		"benefits":      w.operate("Beneficio", "listar_potenciales", inOrganisation+`}`),
		"notification":  w.operate("Notificacion", "enviar", inOrganisation+`,"canal":"SMS","titulo":"Drill","mensaje":"hola"}`), //nolint:misspell // as the family spells it

		"opening":        w.opening(),
		"user":           w.redeeming(mosia.UserPath, passKey),
		"system":         w.redeeming(mosia.SystemPath, passKey),
		"household":      w.redeeming(mosia.HouseholdPath, passKey),
		"authentication": w.authentication(),
		"message":        w.asked(mosia.MessagePath, `{"chaveUnica":"`+w.uniqueKey+`","msg":"hola"}`),
	}
}

// without kills a service: what needs it is refused in its family's shape, and told when to come back; all else goes on. All is done soon after the return.
func (w *workplace) without(t *testing.T, replicas []*role, needed ...string) {
	t.Helper()
	errands := w.errands(t)
	w.doneSoon(t, errands)
	for _, r := range replicas {
		r.kill()
	}
	for name, e := range errands {
		tell := e.carriedOut
		if slices.Contains(needed, name) {
			tell = e.awaited
		}
		testkit.Eventually(t, patience, func() error {
			a, err := e.try(t.Context(), w.gateway[0].edge)
			if err == nil {
				err = tell(a)
			}
			if err != nil {
				err = fmt.Errorf("%s: %w", name, err)
			}
			return err
		})
	}
	for _, r := range replicas {
		r.start(t, w.cluster)
	}
	w.doneSoon(t, errands)
}

// doneSoon waits until every errand is done, twice in a row.
func (w *workplace) doneSoon(t *testing.T, errands map[string]errand) {
	t.Helper()
	began := time.Now()
	for name, e := range errands {
		testkit.Eventually(t, patience, func() error {
			for range 2 {
				if _, err := e.done(t.Context(), w.gateway[0].edge); err != nil {
					return fmt.Errorf("%s: %w", name, err)
				}
			}
			return nil
		})
	}
	t.Logf("all done within %v", time.Since(began))
}
