package e2e

import (
	"maps"
	"net/http"
	"strings"
	"testing"

	"github.com/ventanilla/ventanilla/gateway/dialect/mosia"
)

// mosiaBody are the members of the envelope.
var mosiaBody = []string{"status", "data", "message", "critical", "statusCode", "timestamp"}

// app are more credentials of a client of mosia: tokens in the document's form, for all of its APIs, for one, and one that is over.
func (p *platform) app(t *testing.T, client presentation) []presentation {
	t.Helper()
	token := func(apis ...string) newAPIKey {
		var made newAPIKey
		args := []string{"client-token", "create", client.client}
		for _, api := range apis {
			args = append(args, "--api", api)
		}
		p.owner().run(t, &made, args...)
		return made
	}
	of := func(c presentation, text string) []presentation {
		bearer, alone := c, c
		bearer.kind, bearer.bearer = clientToken, text
		alone.kind, alone.header = clientTokenAlone, text
		return []presentation{bearer.named(), alone.named()}
	}
	all, lost := token("chavePasse", "segurança", "mensageria"), token("chavePasse")
	p.owner().run(t, nil, "client-token", "delete", lost.APIKey.ID)
	presented := append(of(client, all.Key), of(client.having("chavePasse"), token("chavePasse").Key)...)
	for _, c := range of(client, lost.Key) {
		presented = append(presented, c.bad("deleted"))
	}
	return presented
}

// mosiaRows are the endpoints of mosia, for clients of both data sets. Functionalities, integrations and pass keys are the demo's, hence of
// none of them, and answered as what nobody has.
func (p *platform) mosiaRows() []row {
	demo := p.demo.Mosia
	clients := func(method, path string, asks ...ask) row {
		return row{
			method: method, path: path, families: []string{mosia.Name}, sets: []string{production, staging},
			kinds: []kind{apiKey, clientToken, clientTokenAlone}, members: mosiaBody, asks: asks,
		}
	}
	var rows []row
	for _, path := range []string{mosia.UserPath, mosia.HouseholdPath, mosia.SystemPath} {
		asking := func(instance, passKey, functionality string) call {
			return call{method: http.MethodGet, path: path + passKeyQuery(instance, passKey, functionality)}
		}
		r := clients(http.MethodGet, path, ask{call: func() call { return asking(demo.Instance, demo.PassKey, demo.Functionality) }})
		r.status, r.hiddenStatus = http.StatusForbidden, http.StatusForbidden
		r.hidden = func(presentation, []presentation) []call {
			return []call{
				asking(demo.Instance, demo.PassKey, demo.Functionality), asking(demo.SandboxInstance, demo.SandboxPassKey, demo.SandboxFunctionality),
				asking(demo.Instance, "00000000-0000-4000-8000-000000000000", demo.Functionality), asking(demo.Instance, demo.PassKey, "no-such"),
				asking(demo.SandboxInstance, demo.PassKey, demo.Functionality),
			}
		}
		rows = append(rows, r)
	}
	authenticate := clients(http.MethodPost, mosia.AuthenticationPath, ask{sending(mosia.AuthenticationPath, ""), "seguranca", http.StatusForbidden})
	authenticate.on = func(c presentation, to call) call {
		key := demo.UniqueKey
		if c.set == staging {
			key = demo.SandboxUniqueKey
		}
		to.body = strings.NewReader(`{"chaveUnica":"` + key + `"}`)
		to.header = maps.Clone(to.header)
		return c.on(to)
	}
	logIn := clients(http.MethodPost, mosia.LoginPath, ask{
		sending(mosia.LoginPath, `{"chaveIntegracao":"`+demo.Integration+`","login":"`+demo.Login+`","senha":"`+demo.Password+`"}`), "seguranca", http.StatusForbidden,
	})
	logIn.status = http.StatusNotFound
	message := clients(http.MethodPost, mosia.MessagePath, ask{
		sending(mosia.MessagePath, `{"chaveUnica":"no-such","msg":"La matriz"}`), "mensageria", http.StatusForbidden,
	})
	message.status = http.StatusNotFound
	// A beneficiary's token is nobody's credential.
	opening := row{method: http.MethodGet, path: mosia.OpeningPath, members: mosiaBody, asks: []ask{{call: getting(
		mosia.OpeningPath + "?instanciaApp=" + demo.Instance + "&chaveFuncionalidade=" + demo.Functionality,
	)}}}
	submission := row{method: http.MethodPost, path: mosia.OpeningPath, members: mosiaBody, asks: []ask{{call: sending(
		mosia.OpeningPath, `{"instanciaApp":"`+demo.Instance+`","chaveFuncionalidade":"`+demo.Functionality+`"}`,
	)}}}
	return append(rows, authenticate, logIn, message, opening, submission)
}

// passKeyQuery is the query of an endpoint with a pass key.
func passKeyQuery(instance, passKey, functionality string) string {
	return "?instanciaApp=" + instance + "&chavePasse=" + passKey + "&chaveFuncionalidade=" + functionality
}
