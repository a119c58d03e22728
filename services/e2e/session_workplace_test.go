package e2e

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/ventanilla/ventanilla/gateway/dialect/mosia"
)

// workplace is a cluster with a developer and a user who works in an organisation, and with an app's client that has a functionality and a beneficiary.
type workplace struct {
	*cluster
	// editor, publisher and security are operators at the first gateway.
	editor, publisher, security operator
	developer, user             account
	organisation                string
	// app is the client's token, beneficiary that of the person whose key is uniqueKey.
	app, functionality, uniqueKey, beneficiary string
}

// account is one that logs in.
type account struct {
	demoLogin
	id string
}

// newWorkplace has one benefit too, and everybody can be told something.
func newWorkplace(t *testing.T) *workplace {
	t.Helper()
	c := newCluster(t, binary)
	w := &workplace{cluster: c, uniqueKey: "drill"}
	w.editor, w.publisher, w.security = c.operator(t, c.gateway[0], "editor", "editor"), c.operator(t, c.gateway[0], "publisher", "publisher"), c.operator(t, c.gateway[0], "security", "security")
	(&welfare{cluster: c, editor: w.editor, publisher: w.publisher}).publish(t, c.gateway[0], 1)
	person := newPerson(t, w.editor, w.uniqueKey, "phone=+56912345678")
	addAddress(t, w.editor, person, "fcm", "drill-device")
	w.developer = w.newAccount(t, "developer", "drill@developer.example")
	w.user = w.newAccount(t, "user", "drill@user.example", "--person", person)
	var entered struct {
		Organisation struct {
			ID string `json:"organisation_id"`
		} `json:"organisation"`
	}
	w.editor.run(t, &entered, "organisation", "create", "Drill S.A.")
	w.organisation = entered.Organisation.ID
	w.editor.run(t, nil, "organisation", "member", "put", w.organisation, w.user.id)
	w.dispatches(t)
	w.opens(t)
	return w
}

// newAccount enters one with a password of its own.
func (w *workplace) newAccount(t *testing.T, kind, login string, more ...string) account {
	t.Helper()
	var made struct {
		Account struct {
			ID string `json:"account_id"`
		} `json:"account"`
	}
	a := account{demoLogin: demoLogin{Usuario: login, Password: "presented for " + login}}
	args := append([]string{"account", "create", kind, login, "--presented"}, more...)
	if err := w.security.tryOn(t, strings.NewReader(a.Password+"\n"), &made, args...); err != nil {
		t.Fatalf("%v: %v", args, err)
	}
	a.id = made.Account.ID
	return a
}

// dispatches lets the role session dispatch.
func (w *workplace) dispatches(t *testing.T) {
	t.Helper()
	var made struct {
		Provider struct {
			ID int64 `json:"provider_id,string"`
		} `json:"provider"`
	}
	w.editor.run(t, &made, "provider", "create", "Session", "--role", "session")
	provider{id: made.Provider.ID}.subscribed(t, w.editor)
}

// opens lets the person open a functionality of the client's.
func (w *workplace) opens(t *testing.T) {
	t.Helper()
	client := w.security.create(t, "Drill app", mosia.Name, "--scope", "chavePasse", "--scope", "seguranca", "--scope", "mensageria").Client.ID
	var token struct {
		Key string `json:"key"`
	}
	w.security.run(t, &token, "client-token", "create", client, "--api", "chavePasse", "--api", "segurança", "--api", "mensageria")
	w.app = token.Key
	var entered struct {
		Functionality struct {
			Key string `json:"functionality_key"`
		} `json:"functionality"`
	}
	w.editor.run(t, &entered, "functionality", "create", "Drill", "https://page.example/", "--client-id", client, "--pass-key-life", "1h")
	w.functionality = entered.Functionality.Key
	w.beneficiary = w.signIn(t)
}

// signIn is a new token of the beneficiary.
func (w *workplace) signIn(t *testing.T) string {
	t.Helper()
	a := w.gateway[0].send(t, w.authentication().next())
	var known struct {
		Data struct {
			Token string `json:"token"`
		} `json:"data"`
	}
	if err := json.Unmarshal([]byte(a.body), &known); err != nil || a.status != http.StatusOK {
		t.Fatalf("%v, status %d, %s", err, a.status, a.body)
	}
	return known.Data.Token
}

// session is the member "sesion" for a key of the user's.
func (a account) session(key string) string {
	return `"sesion":{"usuario":` + strconv.Quote(a.Usuario) + `,"claveSesion":"` + key + `"}`
}

// pinned is a gateway that calls only this replica of session, and has patience with it.
func (w *workplace) pinned(t *testing.T, replica *role) *role {
	t.Helper()
	g := w.newRole(t, "gateway", "--set", "discovery.targets.session=static:///"+replica.rpc, "--set", patiently)
	g.start(t, w.cluster)
	return g
}

// stopped ends roles of a drill's own.
func stopped(t *testing.T, roles ...*role) {
	t.Helper()
	for _, r := range roles {
		if code := r.terminate(t); code != 0 {
			t.Errorf("%s: exit code %d after SIGTERM", r.name, code)
		}
	}
}
