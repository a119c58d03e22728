package edge_test

import (
	"crypto/tls"
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"github.com/ventanilla/ventanilla/gateway/edge"
	"github.com/ventanilla/ventanilla/gateway/edgetest"
	"github.com/ventanilla/ventanilla/pkg/rpcerr"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// family answers errors with its name and the reason, and requests as serve does.
func family(name string, serve http.HandlerFunc, prefixes []string, routes ...edge.Route) edge.Family {
	return edge.Family{
		Name: name, Prefixes: prefixes, Routes: routes, Handler: serve,
		WriteError: func(w http.ResponseWriter, _ *http.Request, err error) {
			w.WriteHeader(499)
			_, _ = io.WriteString(w, name+" "+rpcerr.Reason(err).String())
		},
	}
}

func route(method, path string, consumes ...string) edge.Route {
	return edge.Route{Method: method, Path: path, Consumes: consumes}
}

// echo answers with what the family was handed.
func echo(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		edge.Fail(r, err)
		return
	}
	_ = json.NewEncoder(w).Encode(map[string]string{
		"method": r.Method, "type": r.Header.Get("Content-Type"), "body": string(body), "proto": r.Proto,
	})
}

type client struct {
	*http.Client
	base string
}

func start(t *testing.T, change func(*edge.Config, *edge.Options), families ...edge.Family) client {
	t.Helper()
	cfg := edgetest.Config()
	opts, roots := edgetest.Options(t)
	if change != nil {
		change(&cfg, &opts)
	}
	e := edgetest.Start(t, cfg, opts, roots, families...)
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}, ForceAttemptHTTP2: true}
	t.Cleanup(transport.CloseIdleConnections)
	return client{&http.Client{Transport: transport}, "https://" + e.Addr().String()}
}

func (c client) do(t *testing.T, method, path, body string, headers ...string) (*http.Response, string) {
	t.Helper()
	var reader io.Reader
	if body != "" {
		reader = strings.NewReader(body)
	}
	r, err := http.NewRequestWithContext(t.Context(), method, c.base+path, reader)
	if err != nil {
		t.Fatal(err)
	}
	for pair := range slices.Chunk(headers, 2) {
		r.Header.Add(pair[0], pair[1])
	}
	answer, err := c.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer, string(text)
}

func TestOrderOfStages(t *testing.T) {
	opts, _ := edgetest.Options(t)
	server, err := edge.New(edgetest.Config(), opts, edgetest.Fallback())
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"shedding", "telemetry", "recovery", "request-id", "cors", "announcement", "quota", "transport", "negotiation", "switch", "throttle",
		"body", "concurrency",
	}
	if got := server.StageNames(); !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestRouting(t *testing.T) {
	c := start(t, nil,
		family("one", echo, []string{"/one", "/two/deep"}, route("GET", "/one"), route("GET", "/one/{id}"), route("POST", "/one/{id}")),
		family("two", echo, []string{"/two"}, route("POST", "/two/deep/but/mine")),
		family("rest", echo, []string{""}, route("GET", "/")))
	for _, test := range []struct{ method, path, want string }{
		{"GET", "/one", "served"},
		{"GET", "/one/7", "served"},
		{"GET", "/one/%37", "served"},
		{"GET", "/one/", "one REASON_ROUTE_NOT_FOUND"},
		{"GET", "/one/7/8", "one REASON_ROUTE_NOT_FOUND"},
		{"GET", "/one/a%2Fb", "served"},
		{"GET", "/onerous", "rest REASON_ROUTE_NOT_FOUND"},
		{"GET", "/One", "rest REASON_ROUTE_NOT_FOUND"},
		{"PUT", "/one/7", "one REASON_METHOD_NOT_ALLOWED"},
		{"GET", "/two", "two REASON_ROUTE_NOT_FOUND"},
		{"GET", "/two/x", "two REASON_ROUTE_NOT_FOUND"},
		{"GET", "/two/deep/x", "one REASON_ROUTE_NOT_FOUND"},
		{"POST", "/two/deep/but/mine", "served"},
		{"GET", "//one", "one REASON_ROUTE_NOT_FOUND"},
		{"GET", "/x/../one", "one REASON_ROUTE_NOT_FOUND"},
		{"GET", "/one/./7", "one REASON_ROUTE_NOT_FOUND"},
		{"GET", "/", "served"},
	} {
		answer, body := c.do(t, test.method, test.path, "")
		if answer.StatusCode == http.StatusOK {
			body = "served"
		}
		if body != test.want {
			t.Errorf("%s %s: got %d %s, want %s", test.method, test.path, answer.StatusCode, body, test.want)
		}
	}
}

func TestAllowAndHead(t *testing.T) {
	c := start(t, nil, family("f", echo, []string{""}, route("GET", "/both"), route("POST", "/both"), route("GET", "/get")))
	for path, want := range map[string]string{"/both": "GET, HEAD, OPTIONS, POST", "/get": "GET, HEAD, OPTIONS"} {
		for _, method := range []string{"DELETE", "OPTIONS"} {
			answer, _ := c.do(t, method, path, "")
			if got := answer.Header.Get("Allow"); got != want {
				t.Errorf("%s %s: Allow: %q, want %q", method, path, got, want)
			}
		}
	}
	answer, body := c.do(t, "HEAD", "/get", "")
	if answer.StatusCode != http.StatusOK || body != "" {
		t.Errorf("HEAD: %d %q", answer.StatusCode, body)
	}
	if answer, _ := c.do(t, "OPTIONS", "/none", ""); answer.StatusCode != 499 {
		t.Errorf("OPTIONS of an unknown path: %d", answer.StatusCode)
	}
}

// Over HTTP/2 the answer to HEAD is over before a long body is written.
func TestALongBodyIsNoFailureOfHead(t *testing.T) {
	wrote := make(chan error, 1)
	c := start(t, nil, family("f", func(w http.ResponseWriter, _ *http.Request) {
		var err error
		for range 64 {
			if _, failed := w.Write(make([]byte, 4<<10)); failed != nil {
				err = failed
			}
		}
		wrote <- err
	}, []string{""}, route("GET", "/get")))
	if answer, _ := c.do(t, "HEAD", "/get", ""); answer.StatusCode != http.StatusOK {
		t.Errorf("HEAD: %d", answer.StatusCode)
	}
	if err := <-wrote; err != nil {
		t.Error(err)
	}
}

func TestNegotiation(t *testing.T) {
	c := start(t, func(cfg *edge.Config, _ *edge.Options) { cfg.Limits.BodyBytes = 8 },
		family("f", echo, []string{""}, route("POST", "/form", "application/x-www-form-urlencoded"), route("POST", "/any"), route("GET", "/get")))
	const served = "served"
	for name, test := range map[string]struct {
		method, path, body string
		headers            []string
		want               string
	}{
		"any Accept":           {"GET", "/get", "", []string{"Accept", "*/*"}, served},
		"empty Accept":         {"GET", "/get", "", []string{"Accept", ""}, served},
		"JSON among others":    {"GET", "/get", "", []string{"Accept", "text/html, Application/JSON;q=0.2"}, served},
		"two Accepts":          {"GET", "/get", "", []string{"Accept", "text/html", "Accept", "application/*"}, served},
		"the specific decides": {"GET", "/get", "", []string{"Accept", "*/*, application/json;q=0"}, "f REASON_NOT_ACCEPTABLE"},
		"the specific allows":  {"GET", "/get", "", []string{"Accept", "application/json, */*;q=0"}, served},
		"no JSON":              {"GET", "/get", "", []string{"Accept", "text/html"}, "f REASON_NOT_ACCEPTABLE"},
		"another JSON":         {"GET", "/get", "", []string{"Accept", "application/json-seq"}, "f REASON_NOT_ACCEPTABLE"},
		"right type":           {"POST", "/form", "a", []string{"Content-Type", "Application/X-www-form-urlencoded ; charset=x"}, served},
		"wrong type":           {"POST", "/form", "a", []string{"Content-Type", "text/plain"}, "f REASON_MEDIA_TYPE_UNSUPPORTED"},
		"no type":              {"POST", "/form", "a", nil, "f REASON_MEDIA_TYPE_UNSUPPORTED"},
		"no type, no body":     {"POST", "/form", "", nil, served},
		"no type, any taken":   {"POST", "/any", "a", nil, served},
		"compressed": {
			"POST", "/form", "a",
			[]string{"Content-Type", "application/x-www-form-urlencoded", "Content-Encoding", "gzip"},
			"f REASON_MEDIA_TYPE_UNSUPPORTED",
		},
		"as large as may be":  {"POST", "/any", "12345678", nil, served},
		"too large":           {"POST", "/any", "123456789", nil, "f REASON_BODY_TOO_LARGE"},
		"type before size":    {"POST", "/form", "123456789", nil, "f REASON_MEDIA_TYPE_UNSUPPORTED"},
		"Accept before type":  {"POST", "/form", "a", []string{"Accept", "text/html"}, "f REASON_NOT_ACCEPTABLE"},
		"method before both":  {"PUT", "/form", "a", []string{"Accept", "text/html"}, "f REASON_METHOD_NOT_ALLOWED"},
		"path before all":     {"PUT", "/none", "a", []string{"Accept", "text/html"}, "f REASON_ROUTE_NOT_FOUND"},
		"override is ignored": {"GET", "/form", "", []string{"X-HTTP-Method-Override", "POST"}, "f REASON_METHOD_NOT_ALLOWED"},
	} {
		t.Run(name, func(t *testing.T) {
			answer, body := c.do(t, test.method, test.path, test.body, test.headers...)
			if answer.StatusCode == http.StatusOK {
				body = served
			}
			if body != test.want {
				t.Errorf("got %d %s, want %s", answer.StatusCode, body, test.want)
			}
		})
	}
}

func TestTheFamilySeesTheBareType(t *testing.T) {
	c := start(t, nil, family("f", echo, []string{""}, route("POST", "/x", "application/json")))
	_, body := c.do(t, "POST", "/x", "{}", "Content-Type", "APPLICATION/json; a=b; a=c")
	if body != `{"body":"{}","method":"POST","proto":"HTTP/2.0","type":"application/json"}`+"\n" {
		t.Error(body)
	}
}

func TestOriginsOfANarrowedFamily(t *testing.T) {
	c := start(t, func(cfg *edge.Config, _ *edge.Options) { cfg.Origins = map[string][]string{"f": {"https://a.example"}} },
		family("f", echo, []string{""}, route("GET", "/")))
	for origin, want := range map[string]string{"https://a.example": "https://a.example", "https://b.example": "", "": ""} {
		answer, _ := c.do(t, "GET", "/", "", "Origin", origin)
		if got := answer.Header.Get("Access-Control-Allow-Origin"); got != want || answer.Header.Get("Vary") != "Origin" {
			t.Errorf("%q: got %v", origin, answer.Header)
		}
	}
}

func TestRequestIDs(t *testing.T) {
	c := start(t, nil, family("f", echo, []string{""}, route("GET", "/")))
	long := strings.Repeat("a", 128)
	for id, want := range map[string]string{
		"": edgetest.RequestID, "aZ0._-": "aZ0._-", long: long, long + "a": edgetest.RequestID, "a b": edgetest.RequestID, "é": edgetest.RequestID,
	} {
		if answer, _ := c.do(t, "GET", "/", "", "X-Request-Id", id); answer.Header.Get("X-Request-Id") != want {
			t.Errorf("%q: got %q", id, answer.Header.Get("X-Request-Id"))
		}
	}
}

func TestFamiliesThatDoNotFit(t *testing.T) {
	opts, _ := edgetest.Options(t)
	for name, families := range map[string][]edge.Family{
		"no fallback":       {family("f", echo, []string{"/f"})},
		"a prefix twice":    {family("f", echo, []string{""}), family("g", echo, []string{""})},
		"a route twice":     {family("f", echo, []string{""}, route("GET", "/x"), route("GET", "/x"))},
		"another's route":   {family("f", echo, []string{""}, route("GET", "/x")), family("g", echo, []string{"/g"}, route("POST", "/x"))},
		"a malformed route": {family("f", echo, []string{""}, route("GET", "/{"))},
	} {
		if _, err := edge.New(edgetest.Config(), opts, families...); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
