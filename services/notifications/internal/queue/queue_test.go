package queue_test

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ventanilla/ventanilla/pkg/testkit"
	"github.com/ventanilla/ventanilla/services/notifications/internal/queue"
)

func TestMain(m *testing.M) { testkit.Main(m) }

// pile is a source of numbers that are claimed in their order.
type pile struct {
	mu      sync.Mutex
	waiting []int
	claims  []int // how many each claim asked for
	renewed [][]int
	lost    map[int]bool
	fails   error
}

func (p *pile) put(items ...int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.waiting = append(p.waiting, items...)
}

func (p *pile) claim(_ context.Context, n int) ([]int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.claims = append(p.claims, n)
	if p.fails != nil {
		return nil, p.fails
	}
	some := p.waiting[:min(n, len(p.waiting))]
	p.waiting = p.waiting[len(some):]
	return some, nil
}

func (p *pile) renew(_ context.Context, items []int) ([]bool, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.renewed = append(p.renewed, slices.Sorted(slices.Values(items)))
	if p.fails != nil {
		return nil, p.fails
	}
	held := make([]bool, len(items))
	for i, item := range items {
		held[i] = !p.lost[item]
	}
	return held, nil
}

// see calls look while nobody changes the pile.
func (p *pile) see(look func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	look()
}

// run runs an engine over the pile; stop ends it and waits.
func (p *pile) run(t *testing.T, lanes ...queue.Lane[int]) (e *queue.Engine[int], stop func()) {
	options := queue.DefaultOptions[int]()
	options.Renew, options.Now, options.Logger = p.renew, time.Now, slog.New(slog.DiscardHandler)
	e = queue.New(options, lanes...)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() { ended <- e.Run(ctx) }()
	return e, func() {
		t.Helper()
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	}
}

// hands are handlers that work until they are let go.
type hands struct {
	mu    sync.Mutex
	begun []int
	let   chan struct{}
	ended map[int]error // what their contexts said at the end
}

func newHands() *hands { return &hands{let: make(chan struct{}), ended: make(map[int]error)} }

func (h *hands) handle(ctx context.Context, item int) {
	h.mu.Lock()
	h.begun = append(h.begun, item)
	h.mu.Unlock()
	select {
	case <-h.let:
	case <-ctx.Done():
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.ended[item] = ctx.Err()
}

func (h *hands) want(t *testing.T, begun, ended int) {
	t.Helper()
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.begun) != begun || len(h.ended) != ended {
		t.Errorf("%d items have begun and %d ended, want %d and %d", len(h.begun), len(h.ended), begun, ended)
	}
}

// pass lets a bubble's time pass.
func pass(d time.Duration) {
	<-time.After(d)
	synctest.Wait()
}

func TestALaneClaimsAsManyAsItHasRoomFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, h := &pile{}, newHands()
		p.put(1, 2, 3, 4, 5)
		_, stop := p.run(t, queue.Lane[int]{Size: 2, Claim: p.claim, Handle: h.handle})
		synctest.Wait()
		h.want(t, 2, 0)
		h.let <- struct{}{}
		pass(3 * time.Millisecond)
		h.want(t, 3, 1)
		close(h.let)
		pass(time.Second)
		h.want(t, 5, 5)
		stop()
		for _, n := range p.claims {
			if n < 1 || n > 2 {
				t.Errorf("a claim asks for %d", n)
			}
		}
	})
}

func TestRoomBoundsALane(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, h := &pile{}, newHands()
		p.put(1, 2, 3)
		var room atomic.Int64
		_, stop := p.run(t, queue.Lane[int]{
			Size: 8, Claim: p.claim, Handle: h.handle,
			Room: func() (int, time.Duration) { return int(room.Load()), 10 * time.Second },
		})
		pass(9 * time.Second)
		h.want(t, 0, 0)
		room.Store(1)
		pass(2 * time.Second)
		close(h.let)
		synctest.Wait()
		stop()
		if slices.Max(p.claims) != 1 {
			t.Errorf("claims of %v items with room for one", p.claims)
		}
	})
}

func TestAnIdleLaneIsWokenOrLooksAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, h := &pile{}, newHands()
		close(h.let)
		e, stop := p.run(t, queue.Lane[int]{Size: 2, Claim: p.claim, Handle: h.handle})
		synctest.Wait()
		p.put(1)
		e.Wake()
		synctest.Wait()
		h.want(t, 1, 1)
		p.put(2)
		synctest.Wait()
		h.want(t, 1, 1)
		pass(501 * time.Millisecond)
		h.want(t, 2, 2)
		p.see(func() { p.fails = errors.New("away") })
		p.put(3)
		pass(2 * time.Second)
		h.want(t, 2, 2)
		p.see(func() { p.fails = nil })
		pass(501 * time.Millisecond)
		h.want(t, 3, 3)
		stop()
	})
}

func TestNoLaneIsInTheWayOfAnother(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		urgent, bulk, h, stuck := &pile{}, &pile{}, newHands(), newHands()
		close(h.let)
		bulk.put(1, 2, 3, 4)
		e, stop := bulk.run(t,
			queue.Lane[int]{Name: "bulk", Size: 2, Claim: bulk.claim, Handle: stuck.handle},
			queue.Lane[int]{Name: "urgent", Size: 2, Claim: urgent.claim, Handle: h.handle})
		synctest.Wait()
		urgent.put(5)
		e.Wake()
		synctest.Wait()
		h.want(t, 1, 1)
		stuck.want(t, 2, 0)
		close(stuck.let)
		stop()
	})
}

// All that is in hand is renewed with one call, and who has lost its lease is told.
func TestLeasesAreRenewedUntilTheyAreLost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, h := &pile{lost: map[int]bool{2: true}}, newHands()
		p.put(1, 2, 3)
		held := make(chan bool, 1)
		_, stop := p.run(t, queue.Lane[int]{Size: 3, Claim: p.claim, Handle: func(ctx context.Context, item int) {
			h.handle(ctx, item)
			if item == 1 {
				held <- queue.Held(ctx)
			}
		}})
		pass(2001 * time.Millisecond)
		h.want(t, 3, 1)
		if h.ended[2] == nil {
			t.Error("who lost its lease was not told")
		}
		pass(4 * time.Second)
		close(h.let)
		if !<-held {
			t.Error("a renewed lease is not held")
		}
		stop()
		want := [][]int{{1, 2, 3}, {1, 3}, {1, 3}}
		if !slices.EqualFunc(p.renewed, want, slices.Equal[[]int]) {
			t.Errorf("renewed %v, want %v", p.renewed, want)
		}
	})
}

func TestALeaseThatCannotBeRenewedEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, h := &pile{}, newHands()
		p.put(1)
		held := make(chan bool, 1)
		_, stop := p.run(t, queue.Lane[int]{Size: 1, Claim: p.claim, Handle: func(ctx context.Context, item int) {
			h.handle(ctx, item)
			held <- queue.Held(ctx)
		}})
		synctest.Wait()
		p.see(func() { p.fails = errors.New("away") })
		pass(6 * time.Second)
		h.want(t, 1, 0) // what it does may still come to something
		close(h.let)
		if <-held {
			t.Error("a lease that ended is held")
		}
		stop()
	})
}

func TestStoppingLetsWorkFinish(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, h := &pile{}, newHands()
		p.put(1, 2)
		_, stop := p.run(t, queue.Lane[int]{Size: 2, Claim: p.claim, Handle: h.handle})
		synctest.Wait()
		time.AfterFunc(4*time.Second, func() { close(h.let) })
		p.put(3)
		stop()
		h.want(t, 2, 2)
		if h.ended[1] != nil || h.ended[2] != nil {
			t.Errorf("the work was cut short: %v", h.ended)
		}
		if len(p.renewed) == 0 {
			t.Error("leases were not renewed while the work finished")
		}
		if len(p.waiting) != 1 {
			t.Error("an item was claimed after the stop")
		}
	})
}

func TestStoppingHasAnEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, h := &pile{}, newHands()
		p.put(1)
		_, stop := p.run(t, queue.Lane[int]{Size: 2, Claim: p.claim, Handle: h.handle})
		synctest.Wait()
		began := time.Now()
		stop()
		if took := time.Since(began); took != 5*time.Second || h.ended[1] == nil {
			t.Errorf("the end of the grace is after %s, %v", took, h.ended)
		}
	})
}
