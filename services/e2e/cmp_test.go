package e2e

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/ventanilla/ventanilla/gateway/dialect/cmp"
	"github.com/ventanilla/ventanilla/pkg/testkit"
)

// demoCMP is what demo.json has of Red de Protección Social.
type demoCMP struct {
	ID             string `json:"client_id"`
	Secret         string `json:"client_secret"`
	APIKey         string `json:"api_key"`
	SecretKey      string `json:"secret_key"`
	CUToken        string `json:"cu_token"`
	RUT            string `json:"rut"`
	Origin         string `json:"origin"`
	StagingID      string `json:"staging_client_id"`
	StagingSecret  string `json:"staging_client_secret"`
	StagingCUToken string `json:"staging_cu_token"`
	StagingRUT     string `json:"staging_rut"`
	// Citizens are those who can log in, the first two of whom have other benefits.
	Citizens []demoCitizen `json:"citizens"`
}

// clients are those that a demo keeps over its starts.
func (d demoCMP) clients() [6]string {
	return [...]string{d.ID, d.Secret, d.APIKey, d.SecretKey, d.StagingID, d.StagingSecret}
}

// demoCitizen is one who can log in at the demo's ClaveÚnica.
type demoCitizen struct {
	RUT     string `json:"rut"`
	CUToken string `json:"cu_token"`
}

// stagingHost is where the demo serves the staging data set.
const stagingHost = "staging.localhost"

// benefits asks what the document of Red de Protección Social promises, and what it refuses.
func benefits(t *testing.T, p *platform) {
	t.Run("potential benefits", func(t *testing.T) { potentialBenefits(t, p) })
	t.Run("refusals", func(t *testing.T) { cmpRefusals(t, p) })
	t.Run("widget tokens", func(t *testing.T) { widgetTokens(t, p) })
	t.Run("widgets", func(t *testing.T) { widgetsData(t, p) })
	t.Run("tokens that hold no more", func(t *testing.T) { endedWidgetTokens(t, p) })
	t.Run("staging", func(t *testing.T) { stagingBenefits(t, p) })
	t.Run("strict", func(t *testing.T) { strictBenefits(t, p) })
}

// envelope is the body of every answer.
type envelope struct {
	Code    int             `json:"code"`
	Success bool            `json:"success"`
	Data    json.RawMessage `json:"data"`
}

// enveloped is the data of an answer that succeeded.
func (a answer) enveloped(t *testing.T, data any) {
	t.Helper()
	var body envelope
	if err := json.Unmarshal([]byte(a.body), &body); err != nil || a.status != http.StatusOK || body.Code != http.StatusOK || !body.Success {
		t.Fatalf("%d, %s: %v", a.status, a.body, err)
	}
	if err := json.Unmarshal(body.Data, data); err != nil {
		t.Fatalf("%s: %v", body.Data, err)
	}
	common(t, a)
	if got := a.header.Get("Cache-Control"); got != "no-store" {
		t.Errorf("Cache-Control: %q", got)
	}
}

// fields are parameters by name.
type fields map[string]string

// but is a copy with other values; those that become empty are left out.
func (f fields) but(pairs ...string) fields {
	other := make(fields, len(f))
	for name, value := range f {
		other[name] = value
	}
	for pair := range slices.Chunk(pairs, 2) {
		other[pair[0]] = pair[1]
		if pair[1] == "" {
			delete(other, pair[0])
		}
	}
	return other
}

func (f fields) json(path string) call {
	text, err := json.Marshal(f)
	if err != nil {
		panic(err) // they are strings
	}
	return call{path: path, header: http.Header{"Content-Type": {"application/json"}}, body: strings.NewReader(string(text))}
}

func (f fields) query(path string) call { return call{path: path + "?" + encodeForm(f)} }

func (f fields) form(path string) call { return call{path: path, form: f} }

func (c call) with(bearer string) call {
	c.bearer = bearer
	return c
}

func (c call) to(host string) call {
	c.host = host
	return c
}

// citizen asks about the demo's citizen.
func (p *platform) citizen() fields {
	return fields{"rut": p.demo.Cmp.RUT, "categoria": "todas", "cu_token": p.demo.Cmp.CUToken}
}

// widget asks for a token of the demo's widget.
func (p *platform) widget() fields {
	return fields{"apiKey": p.demo.Cmp.APIKey, "secretKey": p.demo.Cmp.SecretKey, "rut": p.demo.Cmp.RUT, "cu_token": p.demo.Cmp.CUToken}
}

// titles are those of the benefits of an answer, each of which has the document's members.
func titles(t *testing.T, a answer) (names []string) {
	t.Helper()
	var data map[string][]map[string]any
	a.enveloped(t, &data)
	if len(data) != 1 {
		t.Errorf("data has other members: %s", a.body)
	}
	for _, b := range data["beneficios"] {
		title, _ := b["title"].(string)
		ids, isArray := b["idChileAtiende"].([]any)
		for _, id := range ids {
			if n, isNumber := id.(float64); !isNumber || n < 1 {
				t.Errorf("%s: idChileAtiende %v", title, ids)
			}
		}
		if url, _ := b["url"].(string); len(b) != 4 || title == "" || b["description"] == "" || !isArray || !strings.HasPrefix(url, "https://") {
			t.Errorf("a benefit is %v", b)
		}
		names = append(names, title)
	}
	return names
}

func potentialBenefits(t *testing.T, p *platform) {
	token, citizen := p.issue(t, p.partner), p.citizen()
	all := titles(t, p.send(t, citizen.query(cmp.BenefitsPath).with(token)))
	if len(all) == 0 {
		t.Fatal("the citizen has no benefits")
	}
	same := func(what string, c call) {
		if got := titles(t, p.send(t, c.with(token))); !slices.Equal(got, all) {
			t.Errorf("%s: got %q, want %q", what, got, all)
		}
	}
	same("as a form", citizen.form(cmp.BenefitsPath))
	same("as JSON", citizen.json(cmp.BenefitsPath))
	same("the body first", citizen.form(cmp.BenefitsPath+"?rut=1&categoria=x&cu_token=y"))
	digits := strings.ReplaceAll(citizen["rut"], "-", "")
	same("without a dash", citizen.but("rut", digits).form(cmp.BenefitsPath))
	same("with dots", citizen.but("rut", digits[:2]+"."+digits[2:5]+"."+digits[5:8]+"-"+digits[8:]).form(cmp.BenefitsPath))

	var one []string
	for _, category := range []string{"salud", "educacion", "dependencia", "trabajo", "violencia", "transferencias", "covid"} {
		one = append(one, titles(t, p.send(t, citizen.but("categoria", category).query(cmp.BenefitsPath).with(token)))...)
	}
	if !slices.Equal(one, all) {
		t.Errorf("one category after the other: %q, want %q", one, all)
	}
	differ := false
	for _, c := range p.demo.Cmp.Citizens {
		got := titles(t, p.send(t, citizen.but("rut", c.RUT, "cu_token", c.CUToken).form(cmp.BenefitsPath).with(token)))
		differ = differ || !slices.Equal(got, all)
	}
	if !differ {
		t.Error("every citizen has the same benefits")
	}
}

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
func (p *platform) newWidget(t *testing.T, set string, more ...string) credentials {
	t.Helper()
	flags := append([]string{"--kind", "widget", "--origin", widgetOrigin, "--data-set", set}, more...)
	return p.owner().create(t, "E2E widget", cmp.Name, flags...).credentials()
}

// endedWidgetTokens are refused as soon as gateways have heard of it.
func endedWidgetTokens(t *testing.T, p *platform) {
	use := func(w credentials, token string) answer {
		return p.send(t, p.shown(cmp.HouseholdPath, w.id, token, widgetOrigin))
	}
	for why, end := range map[string]struct {
		flags []string
		act   func(id string)
	}{
		"over":     {[]string{"--token-life", "1s"}, func(string) {}},
		"rotated":  {nil, func(id string) { p.owner().run(t, nil, "client", "rotate-secret", id) }},
		"disabled": {nil, func(id string) { p.owner().run(t, nil, "client", "disable", id) }},
	} {
		t.Run(why, func(t *testing.T) {
			w := p.newWidget(t, production, end.flags...)
			token := p.widgetToken(t, p.widget().but("apiKey", w.id, "secretKey", w.secret), "")
			if end.flags == nil {
				if a := use(w, token); a.status != http.StatusOK {
					t.Fatalf("%d, %s", a.status, a.body)
				}
			}
			end.act(w.id)
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

func stagingBenefits(t *testing.T, p *platform) {
	d := p.demo.Cmp
	trial := credentials{d.StagingID, d.StagingSecret}
	citizen := fields{"rut": d.StagingRUT, "categoria": "todas", "cu_token": d.StagingCUToken}
	var issued struct {
		AccessToken string `json:"access_token"`
	}
	a := p.send(t, issuing(trial).to(stagingHost+":8443"))
	if err := json.Unmarshal([]byte(a.body), &issued); err != nil || a.status != http.StatusOK {
		t.Fatalf("%d, %s: %v", a.status, a.body, err)
	}
	titles(t, p.send(t, citizen.query(cmp.BenefitsPath).with(issued.AccessToken).to(strings.ToUpper(stagingHost))))
	for _, r := range []cmpRefused{
		{"a staging token in production", citizen.form(cmp.BenefitsPath).with(issued.AccessToken), 401, textUnauthorized},
		{"a production token in staging", p.citizen().form(cmp.BenefitsPath).with(p.issue(t, p.partner)).to(stagingHost), 401, textUnauthorized},
		{"a production widget in staging", p.widget().form(cmp.WidgetTokenPath).to(stagingHost), 401, textUnauthorized},
	} {
		t.Run(r.name, func(t *testing.T) { r.check(t, p.send(t, r.call)) })
	}
	for name, c := range map[string]call{"in production": issuing(trial), "in staging": issuing(p.partner).to(stagingHost)} {
		if a := p.send(t, c); a.status != http.StatusUnauthorized {
			t.Errorf("a client of the other data set %s: %d, %s", name, a.status, a.body)
		}
	}
}

func strictBenefits(t *testing.T, p *platform) {
	token, wrong := p.issue(t, p.partner), p.citizen().but("categoria", "")
	const body = `{"code":500,"success":false,"data":{"message":"Ingrese Categoría"}}`
	become := func(status int) {
		t.Helper()
		testkit.Eventually(t, patience, func() error {
			if a := p.send(t, wrong.form(cmp.BenefitsPath).with(token)); a.status != status || a.body != body {
				return fmt.Errorf("%d, %s", a.status, a.body)
			}
			return nil
		})
	}
	become(http.StatusInternalServerError)
	p.owner().run(t, nil, "switch", "set", cmp.Name, "--path", cmp.BenefitsPath, "--strict")
	become(http.StatusUnprocessableEntity)
	p.owner().run(t, nil, "switch", "clear", cmp.Name, "--path", cmp.BenefitsPath)
	become(http.StatusInternalServerError)
}
