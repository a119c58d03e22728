package edge_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ventanilla/ventanilla/gateway/edge"
	"github.com/ventanilla/ventanilla/pkg/rpcerr"
)

// switchboard has switches by family and path, and can be changed while the edge serves.
type switchboard struct {
	atomic.Pointer[map[string]edge.Switch]
}

func (b *switchboard) At(family, path string) (edge.Switch, bool) {
	s, ok := (*b.Load())[family+path]
	return s, ok
}

func TestSwitchesHoldAtTheirEndpointOnly(t *testing.T) {
	board := &switchboard{}
	board.Store(&map[string]edge.Switch{
		"one/one/{id}": {Maintenance: true, RetryAfter: 90 * time.Second},
		"one/one/*":    {Retired: true}, // no endpoint: nothing may ask for it
		"rest/gone":    {Retired: true, Maintenance: true},
	})
	c := start(t, func(_ *edge.Config, opts *edge.Options) { opts.Switches = board },
		family("one", echo, []string{"/one"}, route("GET", "/one"), route("GET", "/one/{id}"), route("POST", "/one/{id}")),
		family("rest", echo, []string{""}, route("GET", "/gone"), route("GET", "/here")))
	check := func(method, path, want, retry string) {
		t.Helper()
		answer, body := c.do(t, method, path, "")
		if answer.StatusCode == http.StatusOK || answer.StatusCode == http.StatusNoContent {
			body = "served"
		}
		if got := answer.Header.Get("Retry-After"); body != want || got != retry {
			t.Errorf("%s %s: got %s, Retry-After %q; want %s, %q", method, path, body, got, want, retry)
		}
	}
	check("GET", "/one", "served", "")
	check("GET", "/one/7", "one REASON_MAINTENANCE", "90")
	check("POST", "/one/%37", "one REASON_MAINTENANCE", "90")
	check("OPTIONS", "/one/7", "served", "")
	check("PUT", "/one/7", "one REASON_METHOD_NOT_ALLOWED", "")
	check("GET", "/one/7/8", "one REASON_ROUTE_NOT_FOUND", "")
	check("GET", "//one/7", "one REASON_ROUTE_NOT_FOUND", "")
	check("GET", "/gone", "rest REASON_RETIRED", "")
	check("GET", "/here", "served", "")
	board.Store(&map[string]edge.Switch{"rest/here": {Maintenance: true}})
	check("GET", "/gone", "served", "")
	check("GET", "/here", "rest REASON_MAINTENANCE", "60")
}

func TestAFamilysOwnLinksStayBesideTheAnnouncement(t *testing.T) {
	board := &switchboard{}
	board.Store(&map[string]edge.Switch{"f/": {
		SunsetAt: time.Date(2026, time.December, 31, 23, 0, 0, 0, time.FixedZone("", 3600)), Documentation: "https://example.org/end",
	}})
	c := start(t, func(_ *edge.Config, opts *edge.Options) { opts.Switches = board },
		family("f", func(w http.ResponseWriter, _ *http.Request) { w.Header().Add("Link", `</2>; rel="next"`) }, []string{""}, route("GET", "/")))
	answer, _ := c.do(t, "GET", "/", "")
	if got, want := answer.Header["Link"], []string{`<https://example.org/end>; rel="sunset"`, `</2>; rel="next"`}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := answer.Header.Get("Sunset"); got != "Thu, 31 Dec 2026 22:00:00 GMT" {
		t.Errorf("Sunset: %s", got)
	}
}

func TestWhatAnOperatorSwitchedIsNoErrorInTheLog(t *testing.T) {
	board := &switchboard{}
	board.Store(&map[string]edge.Switch{"f/": {Maintenance: true}})
	var log bytes.Buffer
	refusing := family("f", echo, []string{""}, route("GET", "/"))
	refusing.WriteError = func(w http.ResponseWriter, _ *http.Request, _ error) { w.WriteHeader(http.StatusServiceUnavailable) }
	c := start(t, func(_ *edge.Config, opts *edge.Options) {
		opts.Switches, opts.Logger = board, slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	}, refusing)
	if answer, _ := c.do(t, "GET", "/", ""); answer.StatusCode != http.StatusServiceUnavailable {
		t.Fatalf("status %d", answer.StatusCode)
	}
	c.CloseIdleConnections()
	if text := log.String(); strings.Contains(text, "level=ERROR") || !strings.Contains(text, "REASON_MAINTENANCE") {
		t.Errorf("logged %s", text)
	}
}

func TestWrongParametersAreNoErrorInTheLogWhateverTheStatus(t *testing.T) {
	var log bytes.Buffer
	strict := family("f", func(_ http.ResponseWriter, r *http.Request) { edge.Fail(r, rpcerr.Missing("rut")) }, []string{""}, route("GET", "/"))
	strict.WriteError = func(w http.ResponseWriter, _ *http.Request, _ error) { w.WriteHeader(http.StatusInternalServerError) }
	c := start(t, func(_ *edge.Config, opts *edge.Options) {
		opts.Logger = slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	}, strict)
	if answer, _ := c.do(t, "GET", "/", ""); answer.StatusCode != http.StatusInternalServerError {
		t.Fatalf("status %d", answer.StatusCode)
	}
	c.CloseIdleConnections()
	if text := log.String(); strings.Contains(text, "level=ERROR") || !strings.Contains(text, "REASON_FIELD_MISSING") {
		t.Errorf("logged %s", text)
	}
}

func TestFamiliesHearOfStrictness(t *testing.T) {
	board := &switchboard{}
	board.Store(&map[string]edge.Switch{"one/one": {Strict: true}})
	tell := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, edge.Strict(r.Context())) })
	c := start(t, func(_ *edge.Config, opts *edge.Options) { opts.Switches = board },
		family("one", tell, []string{"/one"}, route("GET", "/one"), route("GET", "/one/else")),
		family("rest", echo, []string{""}))
	for path, want := range map[string]string{"/one": "true", "/one/else": "false"} {
		if _, body := c.do(t, "GET", path, ""); body != want {
			t.Errorf("%s: %s", path, body)
		}
	}
	if edge.Strict(t.Context()) {
		t.Error("strict without a request")
	}
}
