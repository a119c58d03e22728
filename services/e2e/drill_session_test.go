package e2e

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/ventanilla/ventanilla/gateway/dialect/colppy"
	"github.com/ventanilla/ventanilla/gateway/dialect/mosia"
)

// TestDrillSessions takes away what sessions and pass keys need, one after the other; each drill leaves all whole.
func TestDrillSessions(t *testing.T) {
	w := newWorkplace(t)
	for _, d := range []struct {
		name string
		run  func(*testing.T, *workplace)
	}{
		{"at every replica", atEveryReplica},
		{"hostile words", hostileWords},
		{"session replica killed", sessionKilled},
		{"session replica stopped", sessionStopped},
		{"a crowd of one developer", crowdOfOneDeveloper},
		{"a pool of one", sessionsByOne},
		{"session away", sessionAway},
		{"identity away", sessionWithoutIdentity},
		{"benefits away", sessionWithoutBenefits},
		{"notifications away", sessionWithoutNotifications},
		{"PostgreSQL crashed", sessionWithoutPostgres},
	} {
		if !t.Run(d.name, func(t *testing.T) { d.run(t, w) }) {
			w.heal(t)
		}
	}
}

// atEveryReplica opens at each replica what is good at the other from the first call on, and ends it in each way, which the other knows from
// the first call on too.
func atEveryReplica(t *testing.T, w *workplace) {
	var gateways [2]*role
	for i := range gateways {
		gateways[i] = w.pinned(t, w.sessions[i])
	}
	defer stopped(t, gateways[:]...)
	for i, here := range gateways {
		there := gateways[1-i]
		token := w.signIn(t)
		open := w.opening()
		opened := must(t, open, here)
		key, err := opened.passKey()
		if err != nil {
			t.Fatal(err)
		}
		must(t, w.redeeming(mosia.UserPath, key), there)
		w.beneficiary = token
		must(t, w.opening(), there)
		w.endsAtEveryReplica(t, here, there)
	}
}

// endsAtEveryReplica opens sessions at a gateway and ends them.
func (w *workplace) endsAtEveryReplica(t *testing.T, here, there *role) {
	t.Helper()
	const over, shutOut = colppy.EstadoSesion, colppy.EstadoCredencial
	for _, end := range []struct {
		name  string
		as    colppy.Estado
		do    func(key string)
		again func() // lets in again
	}{
		{"closed", over, func(key string) {
			must(t, w.operate("Usuario", "cerrar_sesion", `{`+w.user.session(key)+`}`), here)
		}, nil},
		{"ended by an operator", over, func(string) { w.security.run(t, nil, "session", "end", w.newest(t)) }, nil},
		{"all ended", over, func(string) { w.security.run(t, nil, "session", "end-all", w.user.id) }, nil},
		{
			"its user shut out", over, func(string) { w.security.run(t, nil, "account", "update", w.user.id, "--disabled") },
			func() { w.security.run(t, nil, "account", "update", w.user.id, "--no-disabled") },
		},
		{
			"its developer shut out", shutOut, func(string) { w.security.run(t, nil, "account", "update", w.developer.id, "--disabled") },
			func() { w.security.run(t, nil, "account", "update", w.developer.id, "--no-disabled") },
		},
		{"its user's password changed", over, func(string) {
			if err := w.security.tryOn(t, strings.NewReader(w.user.Password+"\n"), nil, "account", "password", w.user.id, "--presented"); err != nil {
				t.Fatal(err)
			}
		}, nil},
	} {
		key := w.opened(t, here)
		for _, at := range []*role{there, here} {
			must(t, w.checking(key), at)
		}
		end.do(key)
		for _, at := range []*role{there, here} {
			w.refused(t, end.name, w.checking(key), at, end.as)
		}
		if end.again == nil {
			continue
		}
		end.again()
		for _, at := range []*role{there, here} {
			w.refused(t, end.name+" and in again", w.checking(key), at, over)
		}
	}
}

// opened is the key of a new session of the user's.
func (w *workplace) opened(t *testing.T, at *role) string {
	t.Helper()
	key, err := must(t, w.logIn(w.user), at).sessionKey()
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// newest is the identifier of the user's newest session.
func (w *workplace) newest(t *testing.T) string {
	t.Helper()
	var list struct {
		Sessions []struct {
			ID string `json:"session_id"`
		} `json:"sessions"`
	}
	w.security.run(t, &list, "session", "list", "--account", w.user.id)
	if len(list.Sessions) == 0 {
		t.Fatal("no session is listed")
	}
	return list.Sessions[0].ID
}

// refused does an errand that is to be refused with an estado.
func (w *workplace) refused(t *testing.T, why string, e errand, at *role, as colppy.Estado) {
	t.Helper()
	a, err := e.try(t.Context(), at.edge)
	if err != nil || a.status != http.StatusOK || !strings.Contains(a.body, fmt.Sprintf(`"estado":%d,`, as)) {
		t.Errorf("%s: %v, status %d, %s; want estado %d", why, err, a.status, a.body, as)
	}
}

// must does an errand.
func must(t *testing.T, e errand, at *role) answer {
	t.Helper()
	a, err := e.done(t.Context(), at.edge)
	if err != nil {
		t.Fatal(err)
	}
	return a
}
