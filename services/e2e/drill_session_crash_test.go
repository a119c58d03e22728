package e2e

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ventanilla/ventanilla/gateway/dialect/mosia"
)

// given are the sessions and pass keys that callers were given, each good for longer than a drill.
type given struct {
	*workplace
	mu               sync.Mutex
	opened, passKeys []string
	// waited counts the answers that told a caller to come back.
	waited atomic.Int64
}

// sessionKilled kills each replica in turn under load, and brings it back: whoever was given something has it still.
func sessionKilled(t *testing.T, w *workplace) {
	for range rounds(1, 50) {
		for _, victim := range w.sessions {
			w.strike(t, victim, victim.kill, "killed")
		}
	}
}

// sessionStopped ends each replica in turn as an upgrade does: nobody even has to come back.
func sessionStopped(t *testing.T, w *workplace) {
	for range rounds(1, 50) {
		for _, victim := range w.sessions {
			if waited := w.strike(t, victim, func() { stopped(t, victim) }, "stopped"); waited > 0 {
				t.Errorf("%d were told to come back", waited)
			}
		}
	}
}

// strike does away with a replica while programs and apps call, and brings it back. It returns how many answers told callers to come back.
func (w *workplace) strike(t *testing.T, victim *role, away func(), how string) int64 {
	t.Helper()
	g := &given{workplace: w}
	sessions := begin(t, "logins and operations", 3, g.operates)
	passKeys := begin(t, "openings and redemptions", 2, g.hands)
	more := func(calls int64) {
		sessions.more(t, calls)
		passKeys.more(t, calls)
	}
	more(5)
	away()
	began := time.Now()
	more(10)
	t.Logf("served on after %v", time.Since(began))
	victim.start(t, w.cluster)
	more(10)
	sessions.ended(t, 0)
	passKeys.ended(t, 0)
	g.keptAll(t)
	t.Logf("%s: %d sessions and %d pass keys are kept, %d answers told callers to come back", how, len(g.opened), len(g.passKeys), g.waited.Load())
	return g.waited.Load()
}

// operates logs in, and works with any session that was given.
func (g *given) operates(ctx context.Context) error {
	a, err := g.insist(ctx, g.logIn(g.user))
	if err != nil {
		return fmt.Errorf("logging in: %w", err)
	}
	key, err := a.sessionKey()
	if err != nil {
		return err
	}
	g.keep(&g.opened, key)
	for range 3 {
		if _, err := g.insist(ctx, g.operate("Empresa", "listar_empresa", `{`+g.user.session(g.any(&g.opened))+`}`)); err != nil {
			return fmt.Errorf("listing organisations: %w", err)
		}
	}
	return nil
}

// hands has the functionality opened, and redeems any pass key that was given.
func (g *given) hands(ctx context.Context) error {
	a, err := g.insist(ctx, g.opening())
	if err != nil {
		return fmt.Errorf("opening: %w", err)
	}
	key, err := a.passKey()
	if err != nil {
		return err
	}
	g.keep(&g.passKeys, key)
	for _, path := range []string{mosia.UserPath, mosia.SystemPath} {
		if _, err := g.insist(ctx, g.redeeming(path, g.any(&g.passKeys))); err != nil {
			return fmt.Errorf("redeeming: %w", err)
		}
	}
	return nil
}

// insist does an errand as programs do that are told to come back.
func (g *given) insist(ctx context.Context, e errand) (answer, error) {
	at := g.gateway[rand.IntN(len(g.gateway))].edge
	for {
		a, err := e.try(ctx, at)
		if err != nil {
			return a, err
		}
		if a.status != http.StatusServiceUnavailable {
			return a, e.carriedOut(a)
		}
		if err := e.awaited(a); err != nil {
			return a, err
		}
		g.waited.Add(1)
		pause(ctx, 20*time.Millisecond)
	}
}

func (g *given) keep(all *[]string, key string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	*all = append(*all, key)
}

func (g *given) any(all *[]string) string {
	g.mu.Lock()
	defer g.mu.Unlock()
	return (*all)[rand.IntN(len(*all))]
}

// keptAll presents all that was given.
func (g *given) keptAll(t *testing.T) {
	t.Helper()
	for i, key := range g.opened {
		must(t, g.checking(key), g.gateway[i%len(g.gateway)])
	}
	for i, key := range g.passKeys {
		must(t, g.redeeming(mosia.UserPath, key), g.gateway[i%len(g.gateway)])
	}
}
