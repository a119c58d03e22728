package e2e

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ventanilla/ventanilla/services/e2e/history"
)

const (
	// together is how many histories go on at a time.
	together = 48
	// historyWorkers is how many call for each.
	historyWorkers = 4
	// settling and keyWorker call when these have ended, and for all histories.
	settling, keyWorker = historyWorkers, historyWorkers + 1
	// leastCalls and mostCalls are of one worker.
	leastCalls, mostCalls = 10, 30
	// mostFound ends a run early.
	mostFound = 10
	// search bounds the look for an order that explains a view of one history.
	search = 30 * time.Second
)

// TestDrillHistories has many clients issued, revoked, disabled, enabled, rotated and introspected at random, by
// concurrent callers at two gateways, while signing keys are rotated and retired, processes killed and connections cut; each client's history must be
// one that some order of events explains.
func TestDrillHistories(t *testing.T) {
	seed := setting(t, "VENTANILLA_E2E_SEED", rand.Uint64())
	total := setting(t, "VENTANILLA_E2E_HISTORIES", uint64(rounds(150, 100_000)))
	t.Logf("VENTANILLA_E2E_SEED=%d repeats the questions and the faults", seed)
	began := time.Now()
	s := newSites(t)
	run := &histories{
		sites: s, seed: seed, total: int64(total), began: began,
		trouble: &trouble{sites: s, random: rand.New(rand.NewPCG(seed, 0)), began: began},
	}
	run.keys = &keyKeeper{
		sites: s, t: t, random: rand.New(rand.NewPCG(seed, 1)),
		Recorder: history.NewRecorder(func() time.Duration { return time.Since(began) }),
	}
	calm := make(chan struct{})
	keeping, stop := context.WithCancel(t.Context())
	defer stop()
	var keeper, group sync.WaitGroup
	keeper.Go(func() { run.keys.work(keeping) })
	for range together {
		group.Go(func() { run.some(t) })
	}
	go func() {
		group.Wait()
		close(calm)
	}()
	run.trouble.makeUntil(t, calm)
	stop()
	keeper.Wait()
	run.summarize(t)
}

// setting is a number from the environment.
func setting(t *testing.T, name string, usual uint64) uint64 {
	t.Helper()
	text := os.Getenv(name)
	if text == "" {
		return usual
	}
	number, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return number
}

// histories are made and checked by several goroutines.
type histories struct {
	sites   *sites
	seed    uint64
	total   int64
	began   time.Time
	trouble *trouble
	keys    *keyKeeper

	taken    atomic.Int64
	mu       sync.Mutex
	checked  int
	found    int
	outcomes map[string]int
	folder   string
	checking time.Duration
}

// some makes one history after the other until there are enough.
func (h *histories) some(t *testing.T) {
	for {
		number := h.taken.Add(1)
		if number > h.total || h.enough() {
			return
		}
		if err := h.one(t.Context(), t, number); err != nil {
			t.Errorf("history %d: %v", number, err)
			return
		}
	}
}

func (h *histories) one(ctx context.Context, t *testing.T, number int64) error {
	s, err := h.sites.newSubject(ctx, t, int(number), h.began)
	if err != nil {
		return err
	}
	var workers sync.WaitGroup
	for worker := range historyWorkers {
		random := rand.New(rand.NewPCG(h.seed, uint64(number)*historyWorkers+uint64(worker)))
		workers.Go(func() { s.work(ctx, worker, leastCalls+random.IntN(mostCalls-leastCalls), random) })
	}
	workers.Wait()
	if err := s.settle(ctx, settling); err != nil {
		return err
	}
	began := time.Now()
	violations := history.Check(slices.Concat(s.Operations(), h.keys.Operations()), search)
	h.mu.Lock()
	defer h.mu.Unlock()
	h.checking += time.Since(began)
	h.checked++
	h.count(s.Operations())
	for _, v := range violations {
		if err := h.report(t, number, v); err != nil {
			return err
		}
	}
	return nil
}

// enough tells that there is more to read than anybody would.
func (h *histories) enough() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.found >= mostFound
}

// count is called with mu held.
func (h *histories) count(operations []history.Operation) {
	if h.outcomes == nil {
		h.outcomes = map[string]int{}
	}
	for _, o := range operations {
		h.outcomes[o.Kind.String()+", "+answered(o)]++
	}
}

func answered(o history.Operation) string {
	switch {
	case o.Outcome == history.Open:
		return "no answer"
	case o.Outcome == history.Refused:
		return "refused"
	case o.Outcome == history.Gone:
		return "gone"
	case o.Kind == history.Introspect && o.Active:
		return "active"
	case o.Kind == history.Introspect:
		return "inactive"
	}
	return "done"
}

// report writes a violation to files that stay, for people to read. It is called with mu held.
func (h *histories) report(t *testing.T, number int64, v *history.Violation) error {
	if h.folder == "" {
		var err error
		//nolint:usetesting // It stays when the test has ended.
		if h.folder, err = os.MkdirTemp("", "ventanilla-histories-"); err != nil {
			return err
		}
	}
	h.found++
	text := fmt.Sprintf("VENTANILLA_E2E_SEED=%d, history %d\n%v\n%v", h.seed, number, v, h.trouble)
	file := filepath.Join(h.folder, fmt.Sprintf("%d-%d", number, h.found))
	t.Errorf("%s.html shows:\n%s", file, text)
	if err := os.WriteFile(file+".txt", []byte(text), 0o600); err != nil {
		return err
	}
	page, err := os.Create(file + ".html")
	if err != nil {
		return err
	}
	defer func() { _ = page.Close() }()
	return v.Visualize(page)
}

// summarize fails when something was never answered: a run that asks nothing finds nothing.
func (h *histories) summarize(t *testing.T) {
	h.count(h.keys.Operations())
	t.Logf("%d histories in %v, their checks took %v; %d faults; answers: %v, of these 503: %d",
		h.checked, time.Since(h.began), h.checking, h.trouble.count, h.outcomes, h.sites.unavailable.Load())
	for _, name := range []string{
		"issue, done", "issue, refused", "introspect, active", "introspect, inactive", "introspect, refused",
		"revoke, done", "revoke, refused", "disable, done", "enable, done", "rotate, done", "delete, done", "look, done", "look, gone",
		"retire, done",
	} {
		if h.outcomes[name] == 0 {
			t.Errorf("never seen: %s", name)
		}
	}
}
