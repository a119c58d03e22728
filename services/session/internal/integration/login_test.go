package integration_test

import (
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ventanilla/ventanilla/services/session/internal/integration"
)

// wantFault checks what sort of fault an error is, and that it repeats nothing.
func wantFault(t *testing.T, err error, kind integration.Kind, why string) integration.Fault {
	t.Helper()
	fault, ok := errors.AsType[*integration.Fault](err)
	if !ok || fault.Kind != kind || !strings.Contains(fault.Why, why) {
		t.Fatalf("got %+v (%v), want kind %d: %s", fault, err, kind, why)
	}
	if strings.Contains(err.Error(), "127.0.0.1") || strings.Contains(err.Error(), "pass-word") || strings.Contains(err.Error(), "t1") {
		t.Errorf("the error repeats something: %v", err)
	}
	return *fault
}

func TestALoginTellsWhatTheEndpointSays(t *testing.T) {
	p := newPartner(t)
	p.login = func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("X-Session", "s1")
		_, _ = io.WriteString(w, `{ "data": {"chave": "ana@example.org", "cartao": "00010002000001000", "numero": 92888701234567890123456789,
			"valor": 1.10, "grande": 1e400, "lista": [1.0, {"a": null}], "html": "<&>"}, "ok": true }`)
	}
	in := p.authorized()
	in.StaticHeaders = []integration.NamedValue{{Name: "X-App", Value: "portal"}}
	in.Login.Attributes, in.UniqueKeyAttribute, in.SecurityHeaders = "/data", "chave", []string{"x-session", "X-Absent"}
	told, err := client(t, p.options(t)).LogIn(t.Context(), in, `ana"},{"`, "p{login}\r\n\\")
	if err != nil {
		t.Fatal(err)
	}
	want := `{"chave":"ana@example.org","cartao":"00010002000001000","numero":92888701234567890123456789,"valor":1.10,"grande":1e400,"lista":[1.0,{"a":null}],"html":"<&>"}`
	if string(told.Attributes) != want || told.UniqueKey != "ana@example.org" {
		t.Errorf("told %s of %s", told.Attributes, told.UniqueKey)
	}
	if diff := cmp.Diff(map[string]string{"x-session": "s1"}, told.Headers); diff != "" {
		t.Error(diff)
	}
	text, err := told.Text()
	if err != nil || string(text) != `{"attributes":`+want+`,"headers":{"x-session":"s1"}}` {
		t.Errorf("%s, %v", text, err)
	}
	calls := p.came("")
	if len(calls) != 2 {
		t.Fatalf("%d calls", len(calls))
	}
	if c := calls[0]; c.method != http.MethodPost || c.body != "grant_type=client_credentials" || c.header.Get("X-App") != "" ||
		c.header.Get("Content-Type") != "application/x-www-form-urlencoded" {
		t.Errorf("asked for a token by %+v", c)
	}
	if c := calls[1]; c.method != http.MethodPost || c.body != `{"secret":"p{login}\r\n\\","user":"ana\"},{\""}` || c.header.Get("X-App") != "portal" ||
		c.header.Get("Authorization") != "Bearer t1" || c.header.Get("Content-Type") != "application/json" || c.header.Get("Accept") != "application/json" {
		t.Errorf("logged in by %+v", c)
	}
}

func TestParametersOfAQueryAreEscaped(t *testing.T) {
	p := newPartner(t)
	in := p.simple()
	in.Login.URL, in.Login.Get = p.URL+"/login?v=2", true
	told, err := client(t, p.options(t)).LogIn(t.Context(), in, "ana&secret=x #", "é +")
	if err != nil || told.UniqueKey != "ana&secret=x #" {
		t.Fatalf("%+v, %v", told, err)
	}
	if c := p.came("")[0]; c.method != http.MethodGet || c.uri != "/login?v=2&secret=%C3%A9+%2B&user=ana%26secret%3Dx+%23" || c.body != "" {
		t.Errorf("logged in by %+v", c)
	}
}

func TestRefreshCarriesTheSecurityHeaders(t *testing.T) {
	p := newPartner(t)
	in := p.authorized()
	in.StaticHeaders = []integration.NamedValue{{Name: "X-Session", Value: "static"}, {Name: "X-App", Value: "portal"}}
	in.UniqueKeyAttribute = "chave"
	in.Refresh = &integration.Endpoint{URL: p.URL + "/me", Get: true, Parameters: []integration.NamedValue{{Name: "k", Value: "{unique_key}"}}}
	c := client(t, p.options(t))
	headers := map[string]string{"X-Session": "s1"}
	told, err := c.Refresh(t.Context(), in, "ana@example.org", headers)
	if err != nil || string(told.Attributes) != `{"chave":"ana@example.org"}` || !cmp.Equal(told.Headers, headers) {
		t.Fatalf("%+v, %v", told, err)
	}
	asked := p.came("/me?k=ana%40example.org")
	if len(asked) != 1 || asked[0].header.Get("X-Session") != "s1" || asked[0].header.Get("X-App") != "portal" || asked[0].header.Get("Authorization") != "Bearer t1" {
		t.Errorf("asked by %+v", asked)
	}
	_, err = c.Refresh(t.Context(), in, "bea@example.org", headers)
	if fault := wantFault(t, err, integration.Rejected, "another unique key"); !slices.Equal(fault.Attributes, []string{"chave"}) {
		t.Errorf("rejected for %v", fault.Attributes)
	}
}

func TestAttributesThatMustBeFilled(t *testing.T) {
	p := newPartner(t)
	in := p.simple()
	in.UniqueKeyAttribute = "chave"
	in.Attributes = []integration.Attribute{
		{Name: "cartao", Requirement: integration.Mandatory},
		{Name: "plano", Requirement: integration.Conditional, DependsOn: []string{"grau", "titular"}},
		{Name: "apelido", Requirement: integration.Optional},
	}
	c := client(t, p.options(t))
	for answer, rejected := range map[string][]string{
		`{"chave":"k","cartao":"1"}`:                                      nil,
		`{"chave":"k","cartao":0,"apelido":null,"titular":"","grau":" "}`: nil,
		`{"chave":"k","cartao":false,"titular":"x","plano":["a"]}`:        nil,
		`{"chave":"k"}`:                                             {"cartao"},
		`{"chave":"k","cartao":null}`:                               {"cartao"},
		`{"chave":"k","cartao":" \t\u00a0"}`:                        {"cartao"},
		`{"chave":"k","cartao":"","grau":1}`:                        {"cartao", "plano"},
		`{"chave":"k","cartao":"1","titular":"x","plano":""}`:       {"plano"},
		`{"chave":" ","cartao":"1"}`:                                {"chave"},
		`{"chave":12,"cartao":"1"}`:                                 {"chave"},
		`{"cartao":"1"}`:                                            {"chave"},
		`{"Chave":"k","CARTAO":"1"}`:                                {"cartao", "chave"},
		`{"cartao":"1","chave":"` + strings.Repeat("k", 255) + `"}`: {"chave"},
	} {
		p.login = says(answer)
		_, err := c.LogIn(t.Context(), in, "ana", "pass-word")
		if rejected == nil {
			if err != nil {
				t.Errorf("%s: %v", answer, err)
			}
			continue
		}
		if fault := wantFault(t, err, integration.Rejected, "attributes"); !slices.Equal(fault.Attributes, rejected) {
			t.Errorf("%s is rejected for %v", answer, fault.Attributes)
		}
	}
}

func TestTryTellsOfTheSteps(t *testing.T) {
	p := newPartner(t)
	in := p.authorized()
	in.Attributes = []integration.Attribute{{Name: "cartao", Requirement: integration.Mandatory}}
	c := client(t, p.options(t))
	names := func(steps []integration.Step) (all []string) {
		for _, s := range steps {
			all = append(all, s.Name)
		}
		return all
	}
	steps, attributes := c.Try(t.Context(), in, "ana", "pass-word")
	if !slices.Equal(names(steps), []string{"authorization", "login", "attributes"}) || !slices.Equal(steps[2].Rejected, []string{"cartao"}) ||
		steps[2].Failure == "" || steps[0].Status != 200 || steps[0].Failure+steps[1].Failure != "" || !slices.Equal(attributes, []string{"chave"}) {
		t.Errorf("%+v, %v", steps, attributes)
	}
	p.login = says(`{"b":1,"a":{},"cartao":"1"}`)
	steps, attributes = c.Try(t.Context(), in, "ana", "pass-word")
	if len(steps) != 3 || steps[2].Failure != "" || !slices.Equal(attributes, []string{"a", "b", "cartao"}) || len(p.came("/token")) != 2 {
		t.Errorf("%+v, %v", steps, attributes)
	}
	p.login = status(http.StatusUnauthorized)
	steps, _ = c.Try(t.Context(), in, "ana", "pass-word")
	if !slices.Equal(names(steps), []string{"authorization", "login"}) || steps[1].Status != 401 || steps[1].Failure == "" {
		t.Errorf("%+v", steps)
	}
	p.token = says(`{"token":"x"}`)
	steps, _ = c.Try(t.Context(), in, "ana", "pass-word")
	if len(steps) != 1 || steps[0].Status != 200 || !strings.Contains(steps[0].Failure, "no token") {
		t.Errorf("%+v", steps)
	}
}
