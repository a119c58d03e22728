package claveunica_test

import (
	"errors"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"go.opentelemetry.io/otel/attribute"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"

	"github.com/ventanilla/ventanilla/pkg/nationalid"
	"github.com/ventanilla/ventanilla/pkg/testkit"
	"github.com/ventanilla/ventanilla/services/auth/internal/claveunica"
)

func TestMain(m *testing.M) { testkit.Main(m) }

const patience = 20 * time.Second

// world is a ClaveÚnica that answers as a test wants, and a client of it.
type world struct {
	*claveunica.Client
	answer  atomic.Pointer[http.HandlerFunc]
	asked   atomic.Int64
	metrics *sdkmetric.ManualReader
}

func start(t *testing.T, change func(*claveunica.Options)) *world {
	t.Helper()
	w := &world{metrics: sdkmetric.NewManualReader()}
	server := httptest.NewServer(http.HandlerFunc(func(out http.ResponseWriter, in *http.Request) {
		w.asked.Add(1)
		(*w.answer.Load())(out, in)
	}))
	t.Cleanup(server.Close)
	requests, err := claveunica.Requests(sdkmetric.NewMeterProvider(sdkmetric.WithReader(w.metrics)))
	if err != nil {
		t.Fatal(err)
	}
	opts := claveunica.Options{
		URL: server.URL + "/openid/userinfo/", Timeout: patience, Pause: time.Minute, Requests: requests,
		Attributes: []attribute.KeyValue{attribute.String("ventanilla.data_set", "production")}, Logger: slog.New(slog.DiscardHandler),
	}
	if change != nil {
		change(&opts)
	}
	w.Client = claveunica.New(opts)
	t.Cleanup(w.Close)
	return w
}

func (w *world) answers(status int, body string) {
	w.does(func(out http.ResponseWriter, _ *http.Request) {
		out.WriteHeader(status)
		_, _ = io.WriteString(out, body)
	})
}

func (w *world) does(do http.HandlerFunc) { w.answer.Store(&do) }

// outcomes are the counts of the metric.
func (w *world) outcomes(t *testing.T) map[string]int64 {
	t.Helper()
	var all metricdata.ResourceMetrics
	if err := w.metrics.Collect(t.Context(), &all); err != nil {
		t.Fatal(err)
	}
	counts := map[string]int64{}
	for _, point := range all.ScopeMetrics[0].Metrics[0].Data.(metricdata.Sum[int64]).DataPoints {
		outcome, _ := point.Attributes.Value("ventanilla.clave_unica.outcome")
		counts[outcome.AsString()] = point.Value
		if set, _ := point.Attributes.Value("ventanilla.data_set"); set.AsString() != "production" || point.Attributes.Len() != 2 {
			t.Errorf("attributes %v", point.Attributes)
		}
	}
	return counts
}

func TestTheCallIsClaveUnicas(t *testing.T) {
	w := start(t, nil)
	w.does(func(out http.ResponseWriter, in *http.Request) {
		body, err := io.ReadAll(in.Body)
		if in.Method != http.MethodPost || in.Header.Get("Authorization") != "Bearer a-token" || err != nil || len(body) > 0 ||
			in.URL.Path != "/openid/userinfo/" || in.ContentLength != 0 {
			t.Errorf("%s %s %v with %d bytes", in.Method, in.URL, in.Header, len(body))
		}
		_, _ = io.WriteString(out, `{"sub":"2","RolUnico":{"numero":44444444,"DV":"4","tipo":"RUN"},"name":{"nombres":["A"],"apellidos":["B"]}}`)
	})
	if rut, err := w.RUT(t.Context(), "a-token"); rut != "44444444-4" || err != nil {
		t.Errorf("%q, %v", rut, err)
	}
}

func TestAnswers(t *testing.T) {
	token, away := claveunica.ErrToken, claveunica.ErrAway
	for name, c := range map[string]struct {
		status int
		body   string
		rut    string
		err    error
	}{
		"a number":           {200, `{"RolUnico":{"numero":44444444,"DV":"4"}}`, "44444444-4", nil},
		"a string":           {200, `{"RolUnico":{"numero":"44444444","DV":"4"}}`, "44444444-4", nil},
		"a K":                {200, `{"RolUnico":{"numero":1000005,"DV":"k"}}`, "1000005-K", nil},
		"unknown token":      {401, `{"error":"invalid_token"}`, "", token},
		"forbidden":          {403, ``, "", away},
		"gone":               {404, ``, "", away},
		"not by POST":        {405, ``, "", away},
		"too many":           {429, ``, "", away},
		"failing":            {500, ``, "", away},
		"nothing":            {204, ``, "", away},
		"empty":              {200, ``, "", away},
		"no JSON":            {200, `<html>`, "", away},
		"a list":             {200, `[]`, "", away},
		"two values":         {200, `{"RolUnico":{"numero":44444444,"DV":"4"}}{}`, "", away},
		"no RolUnico":        {200, `{"sub":"2"}`, "", away},
		"a null RolUnico":    {200, `{"RolUnico":null}`, "", away},
		"no number":          {200, `{"RolUnico":{"DV":"4"}}`, "", away},
		"a name for number":  {200, `{"RolUnico":{"numero":"Marisol","DV":"4"}}`, "", away},
		"a fraction":         {200, `{"RolUnico":{"numero":44444444.0,"DV":"4"}}`, "", away},
		"no digit":           {200, `{"RolUnico":{"numero":44444444}}`, "", away},
		"a wrong digit":      {200, `{"RolUnico":{"numero":44444444,"DV":"5"}}`, "", away},
		"more than is taken": {200, `{"RolUnico":{"numero":44444444,"DV":"4"},"filler":"` + strings.Repeat("a", 64<<10) + `"}`, "", away},
	} {
		t.Run(name, func(t *testing.T) {
			w := start(t, nil)
			w.answers(c.status, c.body)
			rut, err := w.RUT(t.Context(), "a-token")
			if rut != c.rut || !errors.Is(err, c.err) {
				t.Errorf("%q, %v", rut, err)
			}
			for _, personal := range []string{"44444444", "Marisol", "a-token"} {
				if err != nil && strings.Contains(err.Error(), personal) {
					t.Errorf("%q is in %v", personal, err)
				}
			}
		})
	}
}

func TestWhatCannotBeATokenIsNotAskedAbout(t *testing.T) {
	w := start(t, nil)
	for _, token := range []string{"", " ", "a b", "a\r\nX: y", "ñ", "==", "a=b", strings.Repeat("a", 4097)} {
		if _, err := w.RUT(t.Context(), token); !errors.Is(err, claveunica.ErrToken) {
			t.Errorf("%q: %v", token, err)
		}
	}
	if n := w.asked.Load(); n != 0 {
		t.Errorf("asked %d times", n)
	}
}

func TestARedirectIsNotFollowed(t *testing.T) {
	w := start(t, nil)
	w.does(func(out http.ResponseWriter, in *http.Request) {
		http.Redirect(out, in, "/elsewhere", http.StatusTemporaryRedirect)
	})
	if _, err := w.RUT(t.Context(), "a-token"); !errors.Is(err, claveunica.ErrAway) || w.asked.Load() != 1 {
		t.Errorf("%v, asked %d times", err, w.asked.Load())
	}
}

func TestTheEnvironmentsProxyIsNotUsed(t *testing.T) {
	t.Setenv("HTTP_PROXY", "http://127.0.0.1:1")
	t.Setenv("HTTPS_PROXY", "http://127.0.0.1:1")
	w := start(t, nil)
	w.answers(200, `{"RolUnico":{"numero":44444444,"DV":"4"}}`)
	if _, err := w.RUT(t.Context(), "a-token"); err != nil {
		t.Error(err)
	}
}

func TestOutcomesAreCounted(t *testing.T) {
	w := start(t, func(o *claveunica.Options) { o.Timeout = 2 * time.Second })
	ask := func() { _, _ = w.RUT(t.Context(), "a-token") }
	w.answers(200, `{"RolUnico":{"numero":44444444,"DV":"4"}}`)
	ask()
	w.answers(401, ``)
	ask()
	w.answers(200, `{}`)
	ask()
	for range 4 {
		w.answers(500, ``)
		ask()
	}
	w.does(func(_ http.ResponseWriter, in *http.Request) {
		_, _ = io.Copy(io.Discard, in.Body)
		<-in.Context().Done()
	})
	for range 2 {
		ask()
	}
	want := map[string]int64{"answered": 1, "token invalid": 1, "answer invalid": 1, "away": 4, "slow": 1, "left alone": 1}
	if got := w.outcomes(t); !maps.Equal(got, want) {
		t.Errorf("counted %v", got)
	}
}

// Whoever has a strange token does not take ClaveÚnica from the others.
func TestAnAnswerAboutATokenShutsNobodyOut(t *testing.T) {
	for name, c := range map[string]struct {
		status int
		body   string
	}{
		"malformed": {400, ``}, "without the scope": {403, ``}, "too long a header": {431, ``},
		"no RUT": {200, `{"sub":"2"}`}, "a wrong digit": {200, `{"RolUnico":{"numero":44444444,"DV":"5"}}`},
	} {
		t.Run(name, func(t *testing.T) {
			w := start(t, nil)
			w.answers(c.status, c.body)
			for range 10 {
				if _, err := w.RUT(t.Context(), "a-token"); !errors.Is(err, claveunica.ErrAway) {
					t.Fatal(err)
				}
			}
			w.answers(200, `{"RolUnico":{"numero":44444444,"DV":"4"}}`)
			if _, err := w.RUT(t.Context(), "another-token"); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestItIsAskedAgainAfterAPause(t *testing.T) {
	logs := &strings.Builder{}
	w := start(t, func(o *claveunica.Options) {
		o.Pause = 10 * time.Millisecond
		o.Logger = slog.New(slog.NewTextHandler(logs, nil)) // the calls of this test are one after the other
	})
	w.answers(503, ``)
	for range 5 {
		_, _ = w.RUT(t.Context(), "a-token")
	}
	if wait := w.RetryAfter(); wait < time.Second {
		t.Errorf("come back after %v", wait)
	}
	w.answers(200, `{"RolUnico":{"numero":44444444,"DV":"4"}}`)
	testkit.Eventually(t, patience, func() error {
		_, err := w.RUT(t.Context(), "a-token")
		return err
	})
	if text := logs.String(); strings.Count(text, "is away") != 1 || strings.Count(text, "is back") != 1 {
		t.Errorf("logged %s", text)
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(`{"sub":"2","RolUnico":{"numero":44444444,"DV":"4","tipo":"RUN"}}`))
	f.Add([]byte(`{"RolUnico":{"numero":"1000005","DV":"K"}}`))
	f.Add([]byte(`{"RolUnico":{"numero":-1,"DV":""}}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		rut, err := claveunica.Read(text)
		if err != nil {
			return
		}
		if canonical, err := nationalid.Parse(nationalid.RUT, rut); err != nil || canonical != rut {
			t.Errorf("%q passes for a RUT", rut)
		}
	})
}
