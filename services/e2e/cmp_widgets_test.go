package e2e

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/ventanilla/ventanilla/gateway/dialect/cmp"
	"github.com/ventanilla/ventanilla/pkg/testkit"
)

// widgetToken is a token of a widget for the demo's citizen.
func (p *platform) widgetToken(t *testing.T, f fields, host string) string {
	t.Helper()
	var data map[string]string
	p.send(t, f.form(cmp.WidgetTokenPath).to(host)).enveloped(t, &data)
	if len(data) != 1 || data["CmpWidget"] == "" {
		t.Fatalf("data is %v", data)
	}
	return data["CmpWidget"]
}

func widgetTokens(t *testing.T, p *platform) {
	for what, c := range map[string]call{
		"form": p.widget().form(cmp.WidgetTokenPath), "query": p.widget().query(cmp.WidgetTokenPath), "JSON": p.widget().json(cmp.WidgetTokenPath),
	} {
		var data map[string]string
		p.send(t, c).enveloped(t, &data)
		parts := strings.Split(data["CmpWidget"], ".")
		if len(parts) != 3 {
			t.Fatalf("%s: %v", what, data)
		}
		header, claims := part(t, parts[0]), part(t, parts[1])
		if header["alg"] != "HS256" || header["typ"] != "JWT" {
			t.Errorf("%s: header %v", what, header)
		}
		jti, _ := claims["jti"].(string)
		_, integer := claims["sub"].(float64)
		life := claims["exp"].(float64) - claims["iat"].(float64)
		if len(jti) != 16 || !integer || life != 3600 || claims["nbf"] != claims["iat"] || claims["iss"] == "" ||
			claims["prv"] != "23bd5c8949f600adb39e701c400872db7a5976f7" || len(claims) != 7 {
			t.Errorf("%s: claims %v", what, claims)
		}
	}
}

// part is a part of a JWT.
func part(t *testing.T, text string) (object map[string]any) {
	t.Helper()
	raw, err := base64.RawURLEncoding.Strict().DecodeString(text)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(raw, &object); err != nil {
		t.Fatal(err)
	}
	return object
}

// shown asks for what a widget shows.
func (p *platform) shown(path, apiKey, token, origin string, more ...string) call {
	c := call{method: http.MethodGet, path: path + "?apiKey=" + apiKey + strings.Join(more, ""), bearer: token}
	if origin != "" {
		c.header = http.Header{"Origin": {origin}}
	}
	return c
}

func widgetsData(t *testing.T, p *platform) {
	d := p.demo.Cmp
	token := p.widgetToken(t, p.widget(), "")
	for _, path := range []string{cmp.ProfilePath, cmp.HouseholdPath} {
		var spanish, english struct {
			Persona struct {
				RUT, Nombres string
			}
			Hogar struct {
				Integrantes []struct{ Usted bool }
			}
			Beneficios []struct {
				ID, Estado, Title string
				Condiciones       []struct{ Texto, Estado string }
			}
			Accesos  []struct{ Fecha, Quien, Motivo string }
			Revision int
		}
		p.send(t, p.shown(path, d.APIKey, token, d.Origin)).enveloped(t, &spanish)
		p.send(t, p.shown(path, d.APIKey, token, d.Origin, "&idioma=en&rut=55555555-5")).enveloped(t, &english)
		if len(spanish.Beneficios) == 0 || spanish.Revision == 0 || len(english.Beneficios) != len(spanish.Beneficios) {
			t.Errorf("%s: %+v", path, spanish)
		}
		for _, b := range spanish.Beneficios {
			if b.ID == "" || b.Title == "" || b.Estado != "cumple" && b.Estado != "potencial" || len(b.Condiciones) == 0 {
				t.Errorf("%s: %+v", path, b)
			}
		}
		switch {
		case path == cmp.HouseholdPath:
			itself := slices.ContainsFunc(spanish.Hogar.Integrantes, func(m struct{ Usted bool }) bool { return m.Usted })
			if !itself || !reflect.DeepEqual(spanish.Hogar, english.Hogar) {
				t.Errorf("the household is %+v, and %+v", spanish.Hogar, english.Hogar)
			}
		case spanish.Persona.RUT != d.RUT || spanish.Persona.Nombres == "" || english.Persona != spanish.Persona:
			t.Errorf("the citizen is %+v, and %+v", spanish.Persona, english.Persona)
		case len(english.Accesos) == 0 || english.Accesos[0].Quien != "you":
			t.Errorf("who read: %+v", english.Accesos)
		}
		other := p.newWidget(t, production)
		for _, r := range []cmpRefused{
			{"no token", p.shown(path, d.APIKey, "", d.Origin), 401, textUnauthorized},
			{"an access token", p.shown(path, d.APIKey, p.issue(t, p.partner), d.Origin), 401, textUnauthorized},
			{"no apiKey", p.shown(path, "", token, d.Origin), 401, textUnauthorized},
			{"another widget's apiKey", p.shown(path, other.id, token, d.Origin), 401, textUnauthorized},
			{"another widget's apiKey and origin", p.shown(path, other.id, token, widgetOrigin), 401, textUnauthorized},
			{"no origin", p.shown(path, d.APIKey, token, ""), 403, textForbidden},
			{"an unregistered origin", p.shown(path, d.APIKey, token, "https://evil.example"), 403, textForbidden},
			{"another widget's origin", p.shown(path, d.APIKey, token, widgetOrigin), 403, textForbidden},
			{"another language", p.shown(path, d.APIKey, token, d.Origin, "&idioma=fr"), 400, textBadRequest},
			{"the staging host", p.shown(path, d.APIKey, token, d.Origin).to(stagingHost), 401, textUnauthorized},
		} {
			t.Run(path+" "+r.name, func(t *testing.T) { r.check(t, p.send(t, r.call)) })
		}
	}
}

// widgetOrigin is that of the widgets that newWidget registers.
const widgetOrigin = "https://pagina.example"

// newWidget registers a widget.
func (p *platform) newWidget(t *testing.T, set string) credentials {
	t.Helper()
	return p.owner().create(t, "E2E widget", cmp.Name, "--kind", "widget", "--origin", widgetOrigin, "--data-set", set).credentials()
}

// endedWidgetTokens are refused as soon as gateways have heard of it.
func endedWidgetTokens(t *testing.T, p *platform) {
	use := func(w credentials, token string) answer {
		return p.send(t, p.shown(cmp.HouseholdPath, w.id, token, widgetOrigin))
	}
	for why, end := range map[string]string{"rotated": "rotate-secret", "disabled": "disable"} {
		t.Run(why, func(t *testing.T) {
			w := p.newWidget(t, production)
			token := p.widgetToken(t, p.widget().but("apiKey", w.id, "secretKey", w.secret), "")
			if a := use(w, token); a.status != http.StatusOK {
				t.Fatalf("%d, %s", a.status, a.body)
			}
			p.owner().run(t, nil, "client", end, w.id)
			testkit.Eventually(t, patience, func() error {
				if use(w, token).status != http.StatusUnauthorized {
					return errors.New("the token is taken still")
				}
				return nil
			})
			cmpRefused{why, call{}, 401, textUnauthorized}.check(t, use(w, token))
		})
	}
}
