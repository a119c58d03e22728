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

func sessionAway(t *testing.T, w *workplace) { w.withoutRole(t, w.sessions, w.all(t)...) }

func sessionWithoutIdentity(t *testing.T, w *workplace) {
	w.withoutRole(t, w.identities, "profile", "benefits", "household", "authentication", "message")
}

func sessionWithoutBenefits(t *testing.T, w *workplace) { w.withoutRole(t, w.benefits, "benefits") }

func sessionWithoutNotifications(t *testing.T, w *workplace) {
	w.withoutRole(t, w.notifications, "notification", "message")
}

// sessionWithoutPostgres has the database crash: sessions and pass keys outlast it.
func sessionWithoutPostgres(t *testing.T, w *workplace) {
	w.without(t, w.postgres.Crash, w.postgres.Start, w.all(t)...)
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

// all are the names of all errands.
func (w *workplace) all(t *testing.T) []string { return slices.Collect(maps.Keys(w.errands(t))) }

// withoutRole kills a service and brings it back.
func (w *workplace) withoutRole(t *testing.T, replicas []*role, needed ...string) {
	t.Helper()
	w.without(t, func() {
		for _, r := range replicas {
			r.kill()
		}
	}, func() {
		for _, r := range replicas {
			r.start(t, w.cluster)
		}
	}, needed...)
}

// without takes a part away: what needs it is refused in its family's shape, and told when to come back; all else goes on. All is done soon after the return,
// with the session and the pass key of before.
func (w *workplace) without(t *testing.T, away, back func(), needed ...string) {
	t.Helper()
	errands := w.errands(t)
	w.doneSoon(t, errands)
	away()
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
	back()
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
