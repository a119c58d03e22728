package edge_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/ventanilla/ventanilla/gateway/edge"
	"github.com/ventanilla/ventanilla/pkg/testkit"
)

// With all places and the room of those who wait taken, calls are refused before it is looked where they lead;
// preflights are answered.
func TestACrowdIsRefusedFirst(t *testing.T) {
	entered, leave := make(chan struct{}), make(chan struct{})
	c := start(t, func(cfg *edge.Config, _ *edge.Options) {
		cfg.Limits.Concurrent, cfg.Limits.Waiting, cfg.Limits.Wait = 1, 1, 50*time.Millisecond
		cfg.Rate.PerSecond, cfg.Rate.Burst = 1e6, 1e6
	}, family("f", func(http.ResponseWriter, *http.Request) { entered <- struct{}{}; <-leave }, []string{""}, route("POST", "/")))
	var first, others sync.WaitGroup
	first.Go(func() { c.do(t, "POST", "/", "x") })
	<-entered
	crowd, end := context.WithCancel(t.Context())
	for range 4 {
		others.Go(func() {
			for crowd.Err() == nil {
				if answer, body := c.do(t, "POST", "/", "x"); body != "f REASON_UNAVAILABLE" || answer.Header.Get("Retry-After") != "1" {
					t.Errorf("got %d %s %v", answer.StatusCode, body, answer.Header)
				}
			}
		})
	}
	testkit.Eventually(t, 30*time.Second, func() error {
		answer, body := c.do(t, "POST", "/nowhere", "x", "X-Request-Id", "mine", "Origin", "https://example.org")
		h := answer.Header
		if body == "f REASON_ROUTE_NOT_FOUND" {
			return errors.New("it was looked where it leads")
		}
		if body != "f REASON_UNAVAILABLE" || h.Get("Retry-After") != "1" || h.Get("X-Request-Id") != "mine" || h.Get("RateLimit") == "" || h.Get("Access-Control-Allow-Origin") != "*" {
			return fmt.Errorf("got %d %s %v", answer.StatusCode, body, h)
		}
		return nil
	})
	if answer, _ := c.do(t, "OPTIONS", "/", ""); answer.StatusCode != http.StatusNoContent {
		t.Errorf("preflight: got %d", answer.StatusCode)
	}
	end()
	others.Wait()
	close(leave)
	first.Wait()
}
