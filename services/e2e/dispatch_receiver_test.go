package e2e

import (
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
)

// receiver takes signed calls (Standard Webhooks) of recipients, and counts by webhook-id what it took. Now and then it refuses, or takes a
// call and is gone before the answer, so that the caller cannot know.
type receiver struct {
	*httptest.Server
	mu    sync.Mutex
	calls int
	taken map[string]int
}

func newReceiver(t *testing.T) *receiver {
	t.Helper()
	r := &receiver{taken: make(map[string]int)}
	r.Server = httptest.NewTLSServer(r)
	t.Cleanup(r.Close)
	return r
}

func (r *receiver) ServeHTTP(w http.ResponseWriter, q *http.Request) {
	if _, err := io.Copy(io.Discard, http.MaxBytesReader(w, q.Body, 1<<20)); err != nil {
		return
	}
	refuses, cut := r.take(q.Header.Get("Webhook-Id"))
	switch {
	case refuses:
		w.WriteHeader(http.StatusServiceUnavailable)
	case cut:
		panic(http.ErrAbortHandler)
	default:
		w.WriteHeader(http.StatusNoContent)
	}
}

// take counts a call. Each twentieth is refused, and each twentieth of the others cut.
func (r *receiver) take(id string) (refuses, cut bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.calls++
	if refuses = r.calls%20 == 7; !refuses {
		r.taken[id]++
	}
	return refuses, r.calls%20 == 13
}

// times is how often each message was taken.
func (r *receiver) times() map[string]int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return maps.Clone(r.taken)
}
