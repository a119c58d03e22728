package probe_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"github.com/ventanilla/ventanilla/pkg/probe"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var metrics = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "m 1\n") })

func get(t *testing.T, h http.Handler, path string) (status int, body string) {
	t.Helper()
	answer := httptest.NewRecorder()
	h.ServeHTTP(answer, httptest.NewRequest(http.MethodGet, path, nil))
	return answer.Code, strings.TrimSpace(answer.Body.String())
}

func TestReadiness(t *testing.T) {
	pass := func(context.Context) error { return nil }
	fail := func(context.Context) error { return errors.New("password=hunter2") }
	for name, c := range map[string]struct {
		checks   map[string]probe.Check
		draining bool
		status   int
		body     string
	}{
		"no checks": {nil, false, http.StatusOK, `{"ready":true}`},
		"passing":   {map[string]probe.Check{"store": pass}, false, http.StatusOK, `{"ready":true}`},
		"failing": {
			map[string]probe.Check{"store": fail, "etcd": fail, "keys": pass},
			false,
			http.StatusServiceUnavailable, `{"ready":false,"failing":["etcd","store"]}`,
		},
		"draining": {
			map[string]probe.Check{"store": pass},
			true,
			http.StatusServiceUnavailable, `{"ready":false,"draining":true}`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			var log bytes.Buffer
			p := probe.New(metrics, false, slog.New(slog.NewJSONHandler(&log, nil)))
			for check, f := range c.checks {
				p.Add(check, f)
			}
			if c.draining {
				p.Draining()
			}
			status, body := get(t, p.Handler(), "/readyz")
			if status != c.status || body != c.body {
				t.Errorf("%d %s", status, body)
			}
			if name == "failing" && !strings.Contains(log.String(), "hunter2") {
				t.Error("the cause is not logged")
			}
			if status, _ := get(t, p.Handler(), "/livez"); status != http.StatusOK {
				t.Errorf("livez says %d", status)
			}
		})
	}
}

func TestPprofOnlyWhenConfigured(t *testing.T) {
	for configured, want := range map[bool]int{true: http.StatusOK, false: http.StatusNotFound} {
		p := probe.New(metrics, configured, slog.New(slog.DiscardHandler))
		if got, _ := get(t, p.Handler(), "/debug/pprof/"); got != want {
			t.Errorf("pprof=%v: %d", configured, got)
		}
	}
}

func TestServerServesUntilContextEnds(t *testing.T) {
	logger := slog.New(slog.DiscardHandler)
	ctx, cancel := context.WithCancel(t.Context())
	server, err := probe.Listen(ctx, probe.DefaultConfig(), probe.New(metrics, false, logger).Handler(), logger)
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- server.Serve(ctx) }()

	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	answer, err := client.Get("http://" + server.Addr().String() + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if body, err := io.ReadAll(answer.Body); err != nil || string(body) != "m 1\n" {
		t.Errorf("%q %v", body, err)
	}
	cancel()
	if err := <-served; err != nil {
		t.Error(err)
	}
}

func TestConfigNamesTheKey(t *testing.T) {
	if err := probe.DefaultConfig().Validate(); err != nil {
		t.Error(err)
	}
	if err := (probe.Config{Listen: "nowhere"}).Validate(); err == nil || !strings.HasPrefix(err.Error(), "listen") {
		t.Errorf("%v", err)
	}
}
