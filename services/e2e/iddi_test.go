package e2e

import (
	"fmt"
	"maps"
	"net/http"
	"strings"
	"testing"
)

// iddiCall is a call of iddi's API, by a path without the prefix of a data set. It may be made again and again.
type iddiCall struct {
	name string
	call
	json string
}

// ready is the call as it is sent.
func (c iddiCall) ready() call {
	c.header = maps.Clone(c.header)
	if c.header == nil {
		c.header = http.Header{}
	}
	if c.json != "" {
		c.header.Set("Content-Type", "application/json")
		c.body = strings.NewReader(c.json)
	}
	return c.call
}

// iddiCalls are one of each endpoint, with a credential that has all scopes.
func iddiCalls(key, folio, firma string) []iddiCall {
	by := http.Header{"Authorization": {key}}
	profile := "/perfil/" + folio + "?firma_digital=" + firma
	return []iddiCall{
		{name: "profile", call: get(profile, by)},
		{name: "extended profile", call: get(profile+"&perfil_extendido=true", by)},
		{name: "catalogue", call: get("/catalogos/programas?limit=2&page=1", by)},
		{name: "token", call: call{path: "/oauth/token", header: by, form: map[string]string{"grant_type": "client_credentials"}}},
		{name: "revocations", call: get("/credenciales/revocaciones", nil)},
		{name: "revocations alone", call: get("/credenciales/revocaciones", http.Header{"Accept": {"application/jwt"}})},
		{name: "status", call: call{path: "/credenciales/estado"}, json: cardOf(folio, firma)},
	}
}

// iddiKeys are the calls for the keys of cards.
var iddiKeys = []iddiCall{
	{name: "keys", call: get("/.well-known/iddi-card-keys.json", nil)},
	{name: "keys of staging", call: get("/.well-known/iddi-card-keys-staging.json", nil)},
}

// refusedCall is a call with the status of its refusal.
type refusedCall struct {
	iddiCall
	status int
}

// iddiRefused are calls that are wrong in each way that the document has.
func iddiRefused(t *testing.T, p *platform) []refusedCall {
	t.Helper()
	iddi := p.demo.IDDi
	by := http.Header{"Authorization": {"Bearer " + iddi.APIKey}}
	profile := "/perfil/" + iddi.Folio + "?firma_digital=" + iddi.Firma
	token := func(form map[string]string) call { return call{path: "/oauth/token", header: by, form: form} }
	return []refusedCall{
		{iddiCall{name: "malformed folio", call: get("/perfil/a-b?firma_digital="+iddi.Firma, by)}, http.StatusBadRequest},
		{iddiCall{name: "no credential", call: get(profile, nil)}, http.StatusUnauthorized},
		{iddiCall{name: "key of the other data set", call: get(profile, http.Header{"Authorization": {iddi.StagAPIKey}})}, http.StatusUnauthorized},
		{iddiCall{name: "token of another family", call: get(profile, http.Header{"Authorization": {"Bearer " + p.issue(t, p.partner)}})}, http.StatusUnauthorized},
		{iddiCall{name: "no scope", call: get(profile+"&perfil_extendido=true", by)}, http.StatusForbidden},
		{iddiCall{name: "unknown folio", call: get("/perfil/zzzzzz?firma_digital="+iddi.Firma, by)}, http.StatusNotFound},
		{iddiCall{name: "another card's signature", call: get("/perfil/"+iddi.Folio+"?firma_digital="+iddi.RevokedFirma, by)}, http.StatusNotFound},
		{iddiCall{name: "revoked", call: get("/perfil/"+iddi.RevokedFolio+"?firma_digital="+iddi.RevokedFirma, by)}, http.StatusNotFound},
		{iddiCall{name: "not JSON", call: get(profile, http.Header{"Authorization": {iddi.APIKey}, "Accept": {"text/html"}})}, http.StatusNotAcceptable},
		{iddiCall{name: "no signature", call: get("/perfil/"+iddi.Folio, by)}, http.StatusUnprocessableEntity},
		{iddiCall{name: "no page", call: get("/catalogos/programas?limit=0", by)}, http.StatusUnprocessableEntity},
		{iddiCall{name: "no catalogue", call: get("/catalogos/otros", by)}, http.StatusNotFound},
		{iddiCall{name: "too long a life", call: token(map[string]string{"grant_type": "client_credentials", "expires_in": "7948801"})}, http.StatusBadRequest},
		{iddiCall{name: "another's scope", call: token(map[string]string{"grant_type": "client_credentials", "scope": "perfil:extendido"})}, http.StatusBadRequest},
		{iddiCall{name: "no key", call: call{path: "/oauth/token", form: map[string]string{"grant_type": "client_credentials"}}}, http.StatusUnauthorized},
		{iddiCall{name: "malformed card", call: call{path: "/credenciales/estado"}, json: cardOf("a-b", "x")}, http.StatusUnprocessableEntity},
		{iddiCall{name: "unknown card", call: call{path: "/credenciales/estado"}, json: cardOf("zzzzzz", iddi.Firma)}, http.StatusNotFound},
		{iddiCall{name: "a form", call: call{path: "/credenciales/estado", form: map[string]string{"folio": iddi.Folio}}}, http.StatusUnsupportedMediaType},
	}
}

func get(path string, header http.Header) call {
	return call{method: http.MethodGet, path: path, header: header}
}

func cardOf(folio, firma string) string {
	return fmt.Sprintf(`{"folio":%q,"firma_digital":%q}`, folio, firma)
}
