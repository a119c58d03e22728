// Package probe answers those who watch over a process: whether it lives,
// whether it is ready for work, what it measures and, when configured, where
// its time goes. It speaks plain HTTP and belongs on a listener that partners
// cannot reach.
package probe

import (
	"context"
	"encoding/json"
	"log/slog"
	"maps"
	"net/http"
	"net/http/pprof"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// checkTimeout bounds one readiness answer.
const checkTimeout = 2 * time.Second

// Check tells whether something that the process needs is there. It returns soon after ctx ends.
// Its error goes to the log, never to the asker.
type Check func(ctx context.Context) error

// Probe is the state behind the answers.
type Probe struct {
	logger   *slog.Logger
	metrics  http.Handler
	pprof    bool
	draining atomic.Bool

	mu     sync.Mutex
	checks map[string]Check
	failed map[string]bool // as of the last answer
}

// New makes a probe that shows metrics under /metrics, and profiles when pprof is true.
func New(metrics http.Handler, pprof bool, logger *slog.Logger) *Probe {
	return &Probe{logger: logger, metrics: metrics, pprof: pprof, checks: make(map[string]Check), failed: make(map[string]bool)}
}

// Add makes readiness depend on check. A second check of the same name replaces the first.
func (p *Probe) Add(name string, check Check) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.checks[name] = check
}

// Draining makes the process not ready for good: it is on its way out.
func (p *Probe) Draining() { p.draining.Store(true) }

// Handler serves /livez, /readyz and /metrics, and /debug/pprof/ when configured.
func (p *Probe) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /livez", func(w http.ResponseWriter, _ *http.Request) {
		writeJSON(w, http.StatusOK, map[string]bool{"live": true})
	})
	mux.HandleFunc("GET /readyz", p.readyz)
	mux.Handle("GET /metrics", p.metrics)
	if p.pprof {
		// Importing the package also fills http.DefaultServeMux, which nobody here serves.
		mux.HandleFunc("GET /debug/pprof/", pprof.Index)
		mux.HandleFunc("GET /debug/pprof/cmdline", pprof.Cmdline)
		mux.HandleFunc("GET /debug/pprof/profile", pprof.Profile)
		mux.HandleFunc("GET /debug/pprof/symbol", pprof.Symbol)
		mux.HandleFunc("GET /debug/pprof/trace", pprof.Trace)
	}
	return mux
}

// readiness is the body of /readyz: names only, no causes.
type readiness struct {
	Ready    bool     `json:"ready"`
	Draining bool     `json:"draining,omitempty"`
	Failing  []string `json:"failing,omitempty"`
}

func (p *Probe) readyz(w http.ResponseWriter, r *http.Request) {
	answer := readiness{Draining: p.draining.Load()}
	answer.Failing = p.failing(r.Context())
	answer.Ready = !answer.Draining && len(answer.Failing) == 0
	status := http.StatusOK
	if !answer.Ready {
		status = http.StatusServiceUnavailable
	}
	writeJSON(w, status, answer)
}

// failing runs all checks at once and returns the names of those that fail, sorted.
func (p *Probe) failing(ctx context.Context) []string {
	ctx, cancel := context.WithTimeout(ctx, checkTimeout)
	defer cancel()
	p.mu.Lock()
	checks := maps.Clone(p.checks)
	p.mu.Unlock()

	var (
		wg     sync.WaitGroup
		mu     sync.Mutex
		failed []string
	)
	for name, check := range checks {
		wg.Go(func() {
			err := check(ctx)
			p.report(ctx, name, err)
			if err != nil {
				mu.Lock()
				defer mu.Unlock()
				failed = append(failed, name)
			}
		})
	}
	wg.Wait()
	slices.Sort(failed)
	return failed
}

// report logs when a check begins to fail and when it stops, not each answer between.
func (p *Probe) report(ctx context.Context, name string, err error) {
	p.mu.Lock()
	changed := p.failed[name] != (err != nil)
	p.failed[name] = err != nil
	p.mu.Unlock()
	switch {
	case !changed:
	case err != nil:
		p.logger.WarnContext(ctx, "not ready", "check", name, "error", err)
	default:
		p.logger.InfoContext(ctx, "ready again", "check", name)
	}
}

func writeJSON(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	// The asker may be gone; there is nobody to tell.
	_ = json.NewEncoder(w).Encode(body)
}
