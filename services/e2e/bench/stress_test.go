package main

import (
	"io"
	"net/http"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
)

func TestRefusalsAreToldFromWrongAnswers(t *testing.T) {
	var calls atomic.Int64
	var status int
	retry := "1"
	target := startTestServer(t, func(w http.ResponseWriter, _ *http.Request) {
		if calls.Add(1)%4 != 0 {
			if retry != "" {
				w.Header().Set("Retry-After", retry)
			}
			w.WriteHeader(status)
			return
		}
		_, _ = io.WriteString(w, tokenAnswer)
	})
	const n = 40
	wires, err := target.loader.wires(t.Context(), 2)
	if err != nil {
		t.Fatal(err)
	}
	defer hangUp(wires)
	ask := func() (outcome, error) {
		return target.loader.runAt(t.Context(), wires, issue(client{}, make([]string, n)), n, 1e9)
	}
	for _, status = range []int{http.StatusTooManyRequests, http.StatusServiceUnavailable} {
		if got, err := ask(); err != nil || got.good != n/4 || got.refused != n-n/4 || len(got.latencies) != n/4 {
			t.Errorf("%d: got %+v, %v", status, got, err)
		}
	}
	retry = ""
	if _, err := ask(); err == nil {
		t.Error("a refusal without Retry-After is taken")
	}
	status, retry = http.StatusInternalServerError, "1"
	if _, err := ask(); err == nil {
		t.Error("500 is taken")
	}
}

func TestSlowClientsComeAgain(t *testing.T) {
	var mu sync.Mutex
	seen := map[string]bool{}
	again := make(chan struct{})
	target := startTestServer(t, func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		if seen[r.RemoteAddr] = true; len(seen) == 3 {
			close(again)
		}
		conn, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		conn.Close() // cuts it off
	})
	slow, err := target.loader.startSlow(t.Context(), 1)
	if err != nil {
		t.Fatal(err)
	}
	defer slow.end()
	<-again
}

func TestCoresAreHalvedWithoutOverlap(t *testing.T) {
	h, err := newHalves()
	if err != nil {
		t.Fatal(err)
	}
	if h.own.Count() == 0 || h.server.Count() == 0 {
		t.Fatalf("own %d, server %d cores", h.own.Count(), h.server.Count())
	}
	for core := range 1024 {
		if runtime.NumCPU() > 1 && h.own.IsSet(core) && h.server.IsSet(core) {
			t.Errorf("core %d is in both", core)
		}
	}
}
