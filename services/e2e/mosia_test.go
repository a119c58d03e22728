package e2e

import (
	"encoding/json"
	"net/http"
	"testing"

	"github.com/ventanilla/ventanilla/gateway/dialect/mosia"
)

// demoMosia is what demo.json has of pass keys.
type demoMosia struct {
	Token                string `json:"token"`
	Instance             string `json:"instanciaApp"`
	PassKey              string `json:"chavePasse"`
	Functionality        string `json:"chaveFuncionalidade"`
	UniqueKey            string `json:"chaveUnica"`
	Integration          string `json:"chaveIntegracao"`
	Login                string `json:"usuario"`
	Password             string `json:"senha"`
	SandboxToken         string `json:"sandbox_token"`
	SandboxInstance      string `json:"sandbox_instanciaApp"`
	SandboxPassKey       string `json:"sandbox_chavePasse"`
	SandboxFunctionality string `json:"sandbox_chaveFuncionalidade"`
	SandboxUniqueKey     string `json:"sandbox_chaveUnica"`
}

// beneficiaryToken is one of the demo's beneficiary.
func (p *platform) beneficiaryToken(t *testing.T) string {
	t.Helper()
	to := sending(mosia.AuthenticationPath, `{"chaveUnica":"`+p.demo.Mosia.UniqueKey+`"}`)()
	to.bearer = p.demo.Mosia.Token
	a := p.send(t, to)
	var answered struct {
		Data struct {
			Token string `json:"token"`
		} `json:"data"`
	}
	if err := json.Unmarshal([]byte(a.body), &answered); err != nil || a.status != http.StatusOK {
		t.Fatalf("%d, %s, %v", a.status, a.body, err)
	}
	return answered.Data.Token
}

// mosiaProxy calls the platform through Prism, as openAPIProxy does, but for openings: it would follow them.
func mosiaProxy(t *testing.T, p *platform) {
	demo := p.demo.Mosia
	by := http.Header{"Authorization": {demo.Token}}
	query := passKeyQuery(demo.Instance, demo.PassKey, demo.Functionality)
	asking := func(path string) call { return get(path, by) }
	telling := func(path string) call { return call{path: path, header: by} }
	credentials := `{"chaveIntegracao":"` + demo.Integration + `","login":"` + demo.Login + `","senha":"`
	proxy := prism(t, mosiaDocument, p.demo.CAFile, "proxy", p.base)
	for _, c := range []refusedCall{
		{iddiCall{name: "user", call: asking(mosia.UserPath + query)}, http.StatusOK},
		{iddiCall{name: "household", call: asking(mosia.HouseholdPath + query)}, http.StatusOK},
		{iddiCall{name: "system", call: asking(mosia.SystemPath + query)}, http.StatusOK},
		{iddiCall{name: "log in", call: telling(mosia.LoginPath), json: credentials + demo.Password + `"}`}, http.StatusOK},
		{iddiCall{name: "wrong password", call: telling(mosia.LoginPath), json: credentials + `wrong-secret"}`}, http.StatusUnauthorized},
		{iddiCall{name: "message", call: telling(mosia.MessagePath), json: `{"chaveUnica":"` + demo.UniqueKey + `","msg":"OpenAPI","idFuncionalidade":null,"idRegistro":"203","msgRegistrarPush":false}`}, http.StatusOK},
		{iddiCall{name: "authenticate", call: telling(mosia.AuthenticationPath), json: `{"chaveUnica":"` + demo.UniqueKey + `"}`}, http.StatusOK},
		{iddiCall{name: "nobody", call: telling(mosia.AuthenticationPath), json: `{"chaveUnica":"no-such"}`}, http.StatusNotFound},
		{iddiCall{name: "no beneficiary", call: asking(mosia.OpeningPath + "?instanciaApp=" + demo.Instance + "&chaveFuncionalidade=" + demo.Functionality)}, http.StatusUnauthorized},
		{iddiCall{name: "wrong pass key", call: asking(mosia.UserPath + passKeyQuery(demo.Instance, "no-such", demo.Functionality))}, http.StatusForbidden},
	} {
		t.Run(c.name, func(t *testing.T) { proxy.expect(t, c.iddiCall, c.status) })
	}
	// This one does not answer for the platform where the caller is wrong.
	proxy = prism(t, mosiaDocument, p.demo.CAFile, "proxy", "--validate-request=false", p.base)
	for _, c := range []refusedCall{
		{iddiCall{name: "no token", call: get(mosia.UserPath+query, nil)}, http.StatusUnauthorized},
		{iddiCall{name: "no parameters", call: asking(mosia.UserPath)}, http.StatusBadRequest},
		{iddiCall{name: "an unknown instance", call: asking(mosia.UserPath + passKeyQuery("3", demo.PassKey, demo.Functionality))}, http.StatusBadRequest},
		{iddiCall{name: "nothing to say", call: telling(mosia.MessagePath), json: `{}`}, http.StatusBadRequest},
		{iddiCall{name: "not JSON", call: get(mosia.UserPath+query, http.Header{"Authorization": {demo.Token}, "Accept": {"text/html"}})}, http.StatusNotAcceptable},
	} {
		t.Run(c.name, func(t *testing.T) { proxy.expect(t, c.iddiCall, c.status) })
	}
}

// passKeyScene is what the browser is told: the platform, the demo's functionality on its page's origin, and a beneficiary.
type passKeyScene struct {
	BaseURL       string `json:"base_url"`
	CAFile        string `json:"ca_file"`
	Origin        string `json:"origin"`
	Token         string `json:"token"`
	Instance      string `json:"instanciaApp"`
	PassKey       string `json:"chavePasse"`
	Functionality string `json:"chaveFuncionalidade"`
	UniqueKey     string `json:"chaveUnica"`
	Beneficiary   string `json:"beneficiary"`
}

// TestPassKeys has a browser hand a beneficiary over to a page of another origin, which redeems the pass key.
func TestPassKeys(t *testing.T) {
	p := up(t, t.TempDir())
	demo := p.demo.Mosia
	browse(t, passKeyScene{
		BaseURL: p.demo.BaseURL, CAFile: p.demo.CAFile, Origin: p.demo.Cmp.Origin,
		Token: demo.Token, Instance: demo.Instance, PassKey: demo.PassKey, Functionality: demo.Functionality, UniqueKey: demo.UniqueKey,
		Beneficiary: p.beneficiaryToken(t),
	}, "passkeys/*.test.mjs")
}
