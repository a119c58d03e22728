package e2e

import (
	"context"
	"math/rand/v2"
	"net/http"
	"sync"
	"testing"
)

// ledger is what a platform has acknowledged.
type ledger struct {
	mu      sync.Mutex
	live    []string
	revoked []string
	clients []credentials
}

// TestDrillCrash kills an all-in-one platform at random moments of its work and starts it again over the same data:
// everything that it had acknowledged is still so.
func TestDrillCrash(t *testing.T) {
	data := t.TempDir()
	seen := &ledger{}
	for range rounds(5, 1000) {
		p := up(t, data, "--set", "edge.rate.per_second=100000", "--set", "edge.rate.burst=100000")
		seen.check(t, p)
		working := begin(t, "token lives", 3, func(ctx context.Context) error { return seen.tokenLife(ctx, p) })
		// Registering takes a process, so it goes on beside the tokens.
		registering := make(chan struct{})
		go func() {
			defer close(registering)
			seen.register(t, p)
		}()
		working.more(t, 1+rand.Int64N(60))
		p.process.kill()
		working.end()
		<-registering
	}
	p := up(t, data)
	seen.check(t, p)
	t.Logf("kept: %d live tokens, %d revoked ones, %d clients", len(seen.live), len(seen.revoked), len(seen.clients))
}

// tokenLife issues a token and revokes every other one, and writes down what was acknowledged.
func (l *ledger) tokenLife(ctx context.Context, p *platform) error {
	a, err := p.try(ctx, issuing(p.partner))
	if err != nil || a.status != http.StatusOK {
		return err
	}
	token, err := a.accessToken()
	if err != nil {
		return err
	}
	if rand.IntN(2) == 0 {
		l.note(func() { l.live = append(l.live, token) })
		return nil
	}
	a, err = p.try(ctx, revoking(token, p.partner))
	if err == nil && a.status == http.StatusOK {
		l.note(func() { l.revoked = append(l.revoked, token) })
	}
	return err
}

// register makes clients until the platform is gone.
func (l *ledger) register(t *testing.T, p *platform) {
	for range 20 {
		var made registered
		if err := p.owner().try(t, &made, "client", "create", "Crash drill", "--family", "cmp"); err != nil {
			return
		}
		l.note(func() { l.clients = append(l.clients, made.credentials()) })
	}
}

func (l *ledger) note(f func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	f()
}

// check asks the platform about the last of everything; what a soak gathers is too much to ask about each time.
func (l *ledger) check(t *testing.T, p *platform) {
	t.Helper()
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, token := range last(l.revoked) {
		if p.active(t, token, p.resource) {
			t.Error("a revocation was lost")
		}
	}
	for _, token := range last(l.live) {
		if !p.active(t, token, p.resource) {
			t.Error("a live token is dead")
		}
	}
	for _, c := range last(l.clients) {
		p.issue(t, c)
	}
}

func last[T any](all []T) []T { return all[max(0, len(all)-20):] }
