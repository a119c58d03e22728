package e2e

import (
	"net/http"
	"testing"
)

// servicesProxy calls the platform's services through Prism, as openAPIProxy does.
func servicesProxy(t *testing.T, p *platform) {
	by := http.Header{"Authorization": {"Bearer " + p.providerToken(t)}}
	made := p.request(t, `"qr_code":{"kind":"ticket","title":"OpenAPI","uses":2},"microPayment":{"amount":1,"currency":"CLP","concept":"OpenAPI","reference":"1"}`)
	notification := p.ofProvider(`"notification":{"Tittle":"OpenAPI","Message":"Lunes a las 9:15","Cannel":2,"Link":"https://example.org/turno"}`)
	asking := func(method, path string) call { return call{method: method, path: path, header: by} }
	proxy := prism(t, servicesDocument, p.demo.CAFile, "proxy", p.base)
	for _, c := range []refusedCall{
		{iddiCall{name: "create", call: asking("POST", "/Services"), json: notification}, http.StatusCreated},
		{iddiCall{name: "batch", call: asking("POST", "/Services/batch"), json: `{"items":[` + notification + `]}`}, http.StatusOK},
		{iddiCall{name: "list", call: asking("GET", "/Services?page=1&limit=2")}, http.StatusOK},
		{iddiCall{name: "get", call: asking("GET", made.Links.Self)}, http.StatusOK},
		{iddiCall{name: "code", call: asking("GET", made.Links.Code)}, http.StatusOK},
		{iddiCall{name: "redeem", call: asking("POST", made.Links.Code+"/redemptions")}, http.StatusOK},
		{iddiCall{name: "payment", call: asking("GET", made.Links.Payment)}, http.StatusOK},
		{iddiCall{name: "revoke", call: asking("DELETE", made.Links.Code)}, http.StatusNoContent},
		{iddiCall{name: "redeem what is revoked", call: asking("POST", made.Links.Code+"/redemptions")}, http.StatusConflict},
		{iddiCall{name: "cancel", call: asking("DELETE", made.Links.Self)}, http.StatusNoContent},
		{iddiCall{name: "cancel again", call: asking("DELETE", made.Links.Self)}, http.StatusConflict},
		{iddiCall{name: "nobody's", call: asking("GET", "/Services/none")}, http.StatusNotFound},
	} {
		t.Run(c.name, func(t *testing.T) { proxy.expect(t, c.iddiCall, c.status) })
	}
	// This one does not answer for the platform where the caller is wrong.
	proxy = prism(t, servicesDocument, p.demo.CAFile, "proxy", "--validate-request=false", p.base)
	for _, c := range []refusedCall{
		{iddiCall{name: "no credential", call: call{method: "GET", path: "/Services"}}, http.StatusUnauthorized},
		{iddiCall{name: "nothing asked for", call: asking("POST", "/Services"), json: `{}`}, http.StatusBadRequest},
		{iddiCall{name: "an unknown page", call: asking("GET", "/Services?page=0")}, http.StatusBadRequest},
		{iddiCall{name: "wrong accept", call: call{method: "GET", path: "/Services", header: http.Header{"Accept": {"text/html"}, "Authorization": by["Authorization"]}}}, http.StatusNotAcceptable},
	} {
		t.Run(c.name, func(t *testing.T) { proxy.expect(t, c.iddiCall, c.status) })
	}
}
