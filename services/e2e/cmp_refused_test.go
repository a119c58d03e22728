package e2e

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/ventanilla/ventanilla/gateway/dialect/cmp"
)

// cmpRefused is a call with the answer to it.
type cmpRefused struct {
	name    string
	call    call
	status  int
	message string
}

const (
	textBadRequest   = "Hay un problema con tu request"
	textUnauthorized = "Tu api key es incorrecta"
	textForbidden    = "No tienes permiso para ver esta página"
)

func (r cmpRefused) check(t *testing.T, a answer) {
	t.Helper()
	want := fmt.Sprintf(`{"code":%d,"success":false,"data":{"message":%q}}`, r.status, r.message)
	if a.status != r.status || a.body != want {
		t.Errorf("got %d, %s; want %d, %s", a.status, a.body, r.status, want)
	}
	common(t, a)
}

// another is a citizen of the demo who is not the usual one.
func (p *platform) another(t *testing.T) demoCitizen {
	t.Helper()
	for _, c := range p.demo.Cmp.Citizens {
		if c.RUT != p.demo.Cmp.RUT {
			return c
		}
	}
	t.Fatal("the demo has one citizen")
	return demoCitizen{}
}

func cmpRefusals(t *testing.T, p *platform) {
	token, citizen, widget := p.issue(t, p.partner), p.citizen(), p.widget()
	other := p.another(t)
	b := func(f fields) call { return f.form(cmp.BenefitsPath).with(token) }
	w := func(f fields) call { return f.form(cmp.WidgetTokenPath) }
	from := func(c call, origin string) call {
		c.header = http.Header{"Origin": {origin}}
		return c
	}
	for _, r := range []cmpRefused{
		{"no access token", citizen.form(cmp.BenefitsPath), 401, textUnauthorized},
		{"no access token and nothing else", call{path: cmp.BenefitsPath}, 401, textUnauthorized},
		{"a token of another family", citizen.form(cmp.BenefitsPath).with(p.issue(t, p.resource)), 401, textUnauthorized},
		{"no category", b(citizen.but("categoria", "")), 500, "Ingrese Categoría"},
		{"an unknown category", b(citizen.but("categoria", "vivienda")), 500, "Categoría no válida"},
		{"no RUT", b(citizen.but("rut", " ")), 500, "Ingrese Rut"},
		{"a wrong check digit", b(citizen.but("rut", "44444444-5")), 500, "Rut no válido"},
		{"no cu_token", b(citizen.but("cu_token", "")), 500, "Ingrese cu_token"},
		{"an unknown cu_token", b(citizen.but("cu_token", "no-such-token")), 401, textUnauthorized},
		{"another citizen's RUT", b(citizen.but("rut", other.RUT)), 403, textForbidden},
		{"another citizen's cu_token", b(citizen.but("cu_token", other.CUToken)), 403, textForbidden},
		{"a RUT of which nothing is on record", b(citizen.but("rut", "1000005-K")), 403, textForbidden},
		{"not JSON", call{path: cmp.BenefitsPath, header: http.Header{"Content-Type": {"application/json"}}, body: strings.NewReader("{"), bearer: token}, 400, textBadRequest},
		{"widget: no secretKey", w(widget.but("secretKey", "")), 400, textBadRequest},
		{"widget: a wrong check digit", w(widget.but("rut", "44444444-5")), 400, textBadRequest},
		{"widget: a wrong secretKey", w(widget.but("secretKey", "wrong-secret")), 401, textUnauthorized},
		{"widget: a partner's keys", w(widget.but("apiKey", p.partner.id, "secretKey", p.partner.secret)), 401, textUnauthorized},
		{"widget: an unknown cu_token", w(widget.but("cu_token", "no-such-token")), 401, textUnauthorized},
		{"widget: another citizen's RUT", w(widget.but("rut", other.RUT)), 403, textForbidden},
		{"widget: from an unregistered origin", from(w(widget), "https://evil.example"), 403, textForbidden},
	} {
		t.Run(r.name, func(t *testing.T) { r.check(t, p.send(t, r.call)) })
	}
}
