package web_test

import (
	"compress/gzip"
	"crypto/tls"
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"github.com/ventanilla/ventanilla/gateway/edgetest"
	"github.com/ventanilla/ventanilla/gateway/web"
	"github.com/ventanilla/ventanilla/pkg/rpcerr"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// browser asks an edge that has the pages.
type browser struct {
	client *http.Client
	base   string
}

func start(t *testing.T) browser {
	family, err := web.New(func(w http.ResponseWriter, _ *http.Request, err error) {
		w.WriteHeader(http.StatusTeapot)
		_, _ = io.WriteString(w, rpcerr.Reason(err).String())
	})
	if err != nil {
		t.Fatal(err)
	}
	opts, roots := edgetest.Options(t)
	e := edgetest.Start(t, edgetest.Config(), opts, roots, family, edgetest.Fallback())
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}, DisableCompression: true}
	t.Cleanup(transport.CloseIdleConnections)
	return browser{&http.Client{Transport: transport}, "https://" + e.Addr().String()}
}

// get returns the answer and its body.
func (b browser) get(t *testing.T, method, path string, header ...string) (*http.Response, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, b.base+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	resp, err := b.client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp, string(body)
}

const navigation = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8"

func TestThePageIsAtBothAddresses(t *testing.T) {
	b := start(t)
	_, production := b.get(t, "GET", web.ValidatorPath, "Accept", navigation)
	answer, staging := b.get(t, "GET", web.StagingValidatorPath, "Accept", navigation)
	if production != staging || !strings.HasPrefix(production, "<!doctype html>") {
		t.Errorf("got %q and %q", production, staging)
	}
	for name, want := range map[string]string{
		"Content-Type":           "text/html; charset=utf-8",
		"Cache-Control":          "no-cache",
		"X-Content-Type-Options": "nosniff",
		"Referrer-Policy":        "no-referrer",
		"Permissions-Policy":     "camera=(self), microphone=(), geolocation=()",
		"Set-Cookie":             "",
	} {
		if got := answer.Header.Get(name); got != want {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
	policy := answer.Header.Get("Content-Security-Policy")
	for _, want := range []string{"default-src 'none'", "script-src 'self'", "connect-src 'self'", "img-src 'self' blob: data:", "frame-ancestors 'none'"} {
		if !strings.Contains(policy+";", want+";") {
			t.Errorf("the policy %q has no %q", policy, want)
		}
	}
	if strings.Contains(policy, "unsafe") || regexp.MustCompile(`<style|style=|<script>|\son[a-z]+=`).MatchString(production) {
		t.Error("the page has inline code or style, or its policy allows some")
	}
}

func TestThePageFindsItsAssets(t *testing.T) {
	b := start(t)
	_, page := b.get(t, "GET", web.ValidatorPath)
	found := regexp.MustCompile(`(?:src|href)="(/[^"]+)"`).FindAllStringSubmatch(page, -1)
	if len(found) < 3 {
		t.Fatalf("the page asks for %q", found)
	}
	_, worker := b.get(t, "GET", "/c/sw.js")
	for _, match := range found {
		answer, body := b.get(t, "GET", match[1], "Accept", "*/*")
		if answer.StatusCode != http.StatusOK || body == "" {
			t.Errorf("%s: %d", match[1], answer.StatusCode)
		}
		if !strings.HasPrefix(match[1], "/c/assets/") {
			continue
		}
		if got := answer.Header.Get("Cache-Control"); got != "public, max-age=31536000, immutable" {
			t.Errorf("%s: Cache-Control: %q", match[1], got)
		}
		if !strings.Contains(worker, match[1]) {
			t.Errorf("%s: not kept for when there is no network", match[1])
		}
	}
}

func TestTheWorkerMayServeThePage(t *testing.T) {
	answer, _ := start(t).get(t, "GET", "/c/sw.js")
	if got := answer.Header.Get("Service-Worker-Allowed"); got != web.ValidatorPath {
		t.Errorf("Service-Worker-Allowed: %q", got)
	}
	if got := answer.Header.Get("Content-Type"); got != "text/javascript; charset=utf-8" {
		t.Errorf("Content-Type: %q", got)
	}
}

func TestWidgetsAreForPagesOfOtherOrigins(t *testing.T) {
	b := start(t)
	for path, accept := range map[string]string{
		"/widgets/v1/cmp-widgets.js":  "*/*",
		"/widgets/v1/cmp-widgets.css": "text/css,*/*;q=0.1",
	} {
		answer, body := b.get(t, "GET", path, "Accept", accept, "Origin", "https://ministerio.example")
		if answer.StatusCode != http.StatusOK || body == "" {
			t.Errorf("%s: %d", path, answer.StatusCode)
		}
		for name, want := range map[string]string{
			"Access-Control-Allow-Origin":  "*",
			"Cross-Origin-Resource-Policy": "cross-origin",
			"Cache-Control":                "public, max-age=300",
			"X-Content-Type-Options":       "nosniff",
			"Set-Cookie":                   "",
		} {
			if got := answer.Header.Get(name); got != want {
				t.Errorf("%s: %s: got %q, want %q", path, name, got, want)
			}
		}
		if again, _ := b.get(t, "GET", path, "If-None-Match", answer.Header.Get("ETag")); again.StatusCode != http.StatusNotModified {
			t.Errorf("%s: %d for a browser that has it", path, again.StatusCode)
		}
	}
}

// The widgets promise partners that their script weighs little.
func TestTheWidgetsScriptIsSmall(t *testing.T) {
	answer, _ := start(t).get(t, "GET", "/widgets/v1/cmp-widgets.js", "Accept-Encoding", "gzip")
	const most = 20_000
	if answer.ContentLength <= 0 || answer.ContentLength > most {
		t.Errorf("%d bytes compressed, more than %d", answer.ContentLength, most)
	}
}

func TestFilesAreCompressedForThoseWhoTakeIt(t *testing.T) {
	b := start(t)
	_, plain := b.get(t, "GET", web.ValidatorPath)
	for accepted, want := range map[string]string{
		"gzip, deflate, br": "gzip", "GZIP": "gzip", "br, gzip ; q=0.5": "gzip",
		"": "", "br": "", "gzip;q=0": "", "gzip;q=x": "", "x-gzip": "",
	} {
		answer, body := b.get(t, "GET", web.ValidatorPath, "Accept-Encoding", accepted)
		if got := answer.Header.Get("Content-Encoding"); got != want {
			t.Errorf("%q: got %q, want %q", accepted, got, want)
		}
		if want == "gzip" {
			r, err := gzip.NewReader(strings.NewReader(body))
			if err != nil {
				t.Fatal(err)
			}
			text, err := io.ReadAll(r)
			if err != nil {
				t.Fatal(err)
			}
			body = string(text)
		}
		if body != plain || answer.Header.Get("Vary") != "Accept-Encoding" {
			t.Errorf("%q: another page, or Vary: %q", accepted, answer.Header.Get("Vary"))
		}
	}
}

func TestWhatTheBrowserHasIsNotSentAgain(t *testing.T) {
	b := start(t)
	answer, _ := b.get(t, "GET", web.ValidatorPath)
	again, body := b.get(t, "GET", web.ValidatorPath, "If-None-Match", "W/"+answer.Header.Get("ETag"))
	if again.StatusCode != http.StatusNotModified || body != "" {
		t.Errorf("%d, %q", again.StatusCode, body)
	}
	head, body := b.get(t, "HEAD", web.ValidatorPath)
	if head.StatusCode != http.StatusOK || body != "" || head.ContentLength != answer.ContentLength {
		t.Errorf("HEAD: %d, %q, %d bytes announced", head.StatusCode, body, head.ContentLength)
	}
}

func TestRefusalsAreTheFamilysOwn(t *testing.T) {
	b := start(t)
	for _, c := range []struct{ method, path, accept, want string }{
		{"GET", "/c/", navigation, "REASON_ROUTE_NOT_FOUND"},
		{"GET", "/c/index.html", navigation, "REASON_ROUTE_NOT_FOUND"},
		{"GET", "/c/assets/none.js", "*/*", "REASON_ROUTE_NOT_FOUND"},
		{"GET", "/c/../c", "*/*", "REASON_ROUTE_NOT_FOUND"},
		{"POST", "/c", "*/*", "REASON_METHOD_NOT_ALLOWED"},
		{"GET", "/c", "application/json", "REASON_NOT_ACCEPTABLE"},
	} {
		if _, got := b.get(t, c.method, c.path, "Accept", c.accept); got != c.want {
			t.Errorf("%s %s, %s: got %s, want %s", c.method, c.path, c.accept, got, c.want)
		}
	}
}
