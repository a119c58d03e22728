package hostpage_test

import (
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"github.com/ventanilla/ventanilla/services/cmd/internal/hostpage"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const origin = "http://partner.test"

// platform answers as told, and keeps what it was asked.
type platform struct {
	status int
	answer string
	asked  []http.Header
	forms  []map[string][]string
}

func (p *platform) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPost || r.URL.Path != "/v1/auth/widget" {
		w.WriteHeader(http.StatusNotFound)
		return
	}
	_ = r.ParseForm()
	p.asked, p.forms = append(p.asked, r.Header), append(p.forms, r.PostForm)
	w.WriteHeader(p.status)
	_, _ = io.WriteString(w, p.answer)
}

// start serves the page of a site of that platform.
func start(t *testing.T, p *platform) (page *hostpage.Page, edge *httptest.Server) {
	t.Helper()
	edge = httptest.NewTLSServer(p)
	t.Cleanup(edge.Close)
	page, err := hostpage.New(hostpage.Site{
		BaseURL: edge.URL, Origin: origin, APIKey: "the-api-key", SecretKey: "the-secret-key",
		Citizens: []hostpage.Citizen{
			{RUT: "44444444-4", Token: "cu-first", About: "<the first>"},
			{RUT: "5126663-3", Token: "cu-second"},
		},
		Functionalities: []hostpage.Functionality{{Instance: "2", Key: "the-functionality", Token: "the-client-token"}},
	}, edge.Client(), slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	return page, edge
}

func get(t *testing.T, page http.Handler, target string) *httptest.ResponseRecorder {
	t.Helper()
	w := httptest.NewRecorder()
	page.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, origin+target, nil))
	return w
}

func granted() *platform {
	return &platform{status: http.StatusOK, answer: `{"code":200,"success":true,"data":{"CmpWidget":"aaa.bbb.ccc"}}`}
}

func TestThePageHasTheTokenOfTheChosenCitizen(t *testing.T) {
	p := granted()
	page, edge := start(t, p)
	for target, want := range map[string]string{
		"/": "44444444-4", "/?persona=1": "5126663-3", "/?persona=2": "44444444-4", "/?persona=-1": "44444444-4", "/?persona=x": "44444444-4",
	} {
		p.forms = nil
		w := get(t, page, target)
		if w.Code != http.StatusOK || len(p.forms) != 1 || p.forms[0]["rut"][0] != want {
			t.Fatalf("%s: %d, asked %v", target, w.Code, p.forms)
		}
		body := w.Body.String()
		for _, has := range []string{`data-token="aaa.bbb.ccc"`, `data-api-key="the-api-key"`, edge.URL + "/widgets/v1/cmp-widgets.js", "&lt;the first&gt;"} {
			if !strings.Contains(body, has) {
				t.Errorf("%s: no %q in the page", target, has)
			}
		}
		if strings.Contains(body, "the-secret-key") || strings.Contains(body, "cu-") {
			t.Errorf("%s: the page tells what the server keeps", target)
		}
	}
	if form := p.forms[0]; form["apiKey"][0] != "the-api-key" || form["secretKey"][0] != "the-secret-key" || p.asked[0].Get("Origin") != "" {
		t.Errorf("asked %v with %v", form, p.asked[0])
	}
}

func TestThePolicyIsStrict(t *testing.T) {
	page, edge := start(t, granted())
	w := get(t, page, "/")
	policy := w.Header().Get("Content-Security-Policy")
	for _, want := range []string{"default-src 'none'", "script-src 'self' " + edge.URL, "style-src 'self' " + edge.URL, "connect-src " + edge.URL} {
		if !strings.Contains(policy+";", want+";") {
			t.Errorf("the policy %q has no %q", policy, want)
		}
	}
	if strings.Contains(policy, "unsafe") || regexp.MustCompile(`<style|style=|<script>|\son[a-z]+=`).MatchString(w.Body.String()) {
		t.Error("the page has inline code or style, or its policy allows some")
	}
	for name, want := range map[string]string{"Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Content-Type-Options": "nosniff"} {
		if got := w.Header().Get(name); got != want {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
	for _, asset := range []string{"/page.js", "/page.css", "/funcionalidade.js", "/icon.svg"} {
		if w := get(t, page, asset); w.Code != http.StatusOK || w.Body.Len() == 0 {
			t.Errorf("%s: %d", asset, w.Code)
		}
	}
	if w := get(t, page, "/other"); w.Code != http.StatusNotFound {
		t.Errorf("another address: %d", w.Code)
	}
}

func TestChoicesAreKept(t *testing.T) {
	page, _ := start(t, granted())
	body := get(t, page, "/?idioma=en&tema=oscuro&prueba=token").Body.String()
	for _, has := range []string{`<html lang="en" data-theme="oscuro">`, "Ministry of Example", `value="token" selected`, `data-token="xxxxxxxx"`} {
		if !strings.Contains(body, has) {
			t.Errorf("no %q in the page", has)
		}
	}
	body = get(t, page, `/?idioma="><script>&tema=x&prueba=clave`).Body.String()
	for _, has := range []string{`<html lang="es" data-theme="auto">`, `data-api-key="otra-clave"`} {
		if !strings.Contains(body, has) {
			t.Errorf("no %q in the page", has)
		}
	}
}

func TestThePageTellsWhyThereIsNoToken(t *testing.T) {
	for name, c := range map[string]struct {
		platform *platform
		want     string
	}{
		"refused":   {&platform{status: 401, answer: `{"code":401,"success":false,"data":{"message":"Tu api key es incorrecta"}}`}, "401: Tu api key es incorrecta"},
		"no answer": {&platform{status: 502, answer: `<html>`}, "la plataforma no respondió"},
		"no token":  {&platform{status: 200, answer: `{"code":200,"success":true,"data":{}}`}, "200:"},
	} {
		t.Run(name, func(t *testing.T) {
			page, _ := start(t, c.platform)
			if w := get(t, page, "/"); w.Code != http.StatusBadGateway || !strings.Contains(w.Body.String(), c.want) {
				t.Errorf("%d, without %q", w.Code, c.want)
			}
		})
	}
}

func TestThePageAnswersUnderItsOwnNameOnly(t *testing.T) {
	p := granted()
	page, _ := start(t, p)
	w := httptest.NewRecorder()
	page.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "http://evil.test/", nil))
	if w.Code != http.StatusMisdirectedRequest || len(p.forms) != 0 {
		t.Errorf("%d, after asking %d times", w.Code, len(p.forms))
	}
}

func TestThePageOfAFunctionalityRedeemsByItself(t *testing.T) {
	p := granted()
	page, edge := start(t, p)
	w := get(t, page, hostpage.FunctionalityPath+"?instanciaApp=2&chavePasse=a-pass-key")
	body := w.Body.String()
	for _, has := range []string{`data-base="` + edge.URL + `"`, `data-token="the-client-token"`, `data-instancia="2"`, `data-funcionalidade="the-functionality"`} {
		if !strings.Contains(body, has) {
			t.Errorf("no %q in the page", has)
		}
	}
	if w.Code != http.StatusOK || strings.Contains(body, "a-pass-key") || len(p.forms) != 0 {
		t.Errorf("%d; the server looked at the pass key, or asked the platform", w.Code)
	}
	if w := get(t, page, hostpage.FunctionalityPath+"?instanciaApp=1"); w.Code != http.StatusNotFound {
		t.Errorf("a functionality that does not lead here: %d", w.Code)
	}
}

func TestAPageNeedsSomebodyToShow(t *testing.T) {
	if _, err := hostpage.New(hostpage.Site{}, nil, nil); err == nil {
		t.Error("there is nobody to show")
	}
}
