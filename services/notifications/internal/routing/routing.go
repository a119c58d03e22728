// Package routing chooses who carries a message: among the carriers of a channel by weight, leaving out who fails or asks to wait.
//
// A carrier that fails loses weight at once and gets it back slowly; one that fails again and again is left alone for a while (a circuit
// breaker). One that asks to wait is given nothing meanwhile. A message goes next by another than before, where there is one. Advertisements leave room for notifications: a carrier's last places, and the
// last messages of its rate, are never theirs. All this is known to each replica by itself.
package routing

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"github.com/ventanilla/ventanilla/services/notifications/internal/carrier"
	"github.com/ventanilla/ventanilla/services/notifications/internal/message"
)

const (
	// openFor is how long a breaker stays open.
	openFor = 5 * time.Second
	// askAgain is when there may be room where nobody knows better.
	askAgain = time.Second
)

// Carrier is one that messages can go by.
type Carrier struct {
	// Name is what operators and providers know it by.
	Name string
	// Channels and DataSets are those that it carries.
	Channels []message.Channel
	DataSets []message.DataSet
	// Weight is its share of the messages beside others of the channel, 1 to 100.
	Weight int
	// Concurrency is how many messages it is given at a time, at least 2.
	Concurrency int
	// PerSecond bounds how many it is given a second; 0 for no bound.
	PerSecond float64
	// Timeout bounds one attempt.
	Timeout time.Duration
	Client  carrier.Client
}

// Options are what a router works with. All are needed.
type Options struct {
	Now    func() time.Time
	Logger *slog.Logger
	// OpenFor is how long a carrier that fails again and again is left alone; 5 s when 0.
	OpenFor time.Duration
}

// Router chooses carriers. It is safe for concurrent use.
type Router struct {
	now func() time.Time

	mu    sync.Mutex
	lines []*line
	// freed is closed, and made anew, whenever a place becomes free.
	freed chan struct{}
}

// New returns a router over carriers, whose names differ.
func New(carriers []Carrier, options Options) *Router {
	r := &Router{now: options.Now, freed: make(chan struct{})}
	if options.OpenFor == 0 {
		options.OpenFor = openFor
	}
	for _, c := range carriers {
		r.lines = append(r.lines, newLine(c, options))
	}
	return r
}

// Carries tells whether any carrier takes the channel for the data set.
func (r *Router) Carries(set message.DataSet, channel message.Channel) bool {
	return slices.ContainsFunc(r.lines, func(l *line) bool { return l.serves(set, channel) })
}

// Room is for how many messages of a channel and priority there is room now. When there is none, wait says after how long to ask again.
func (r *Router) Room(channel message.Channel, priority message.Priority) (room int, wait time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	now := r.now()
	wait = askAgain
	for _, l := range r.lines {
		if !slices.Contains(l.Channels, channel) {
			continue
		}
		if rest := l.rests(now); rest > 0 {
			wait = min(wait, rest)
			continue
		}
		room += l.room(now, priority)
	}
	if room > 0 {
		wait = 0
	}
	return room, wait
}

// Send makes one attempt by a carrier of its choice, and says which. It waits while all that could carry the message are busy. Name is empty
// when nothing was sent: no carrier serves the channel, all are left alone for now, or ctx ended.
func (r *Router) Send(ctx context.Context, set message.DataSet, m message.Message) (name string, result message.Result) {
	priority := message.Urgent
	if m.Kind == message.Advertisement {
		priority = message.Bulk
	}
	for {
		chosen, freed, wait := r.choose(set, m, priority)
		if chosen != nil {
			return chosen.Name, r.attempt(ctx, chosen, m)
		}
		if freed == nil {
			return "", message.Result{Outcome: message.OutcomeThrottled, Reason: message.NoCarrier, RetryAfter: wait}
		}
		timer := time.NewTimer(wait)
		select {
		case <-freed:
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return "", message.Result{Outcome: message.OutcomeThrottled, Reason: message.NoCarrier, RetryAfter: askAgain}
		}
		timer.Stop()
	}
}

// choose takes a place with a carrier. Without one it says when to look again: when freed is closed or after wait, or only after wait when
// freed is nil, because all are left alone.
func (r *Router) choose(set message.DataSet, m message.Message, priority message.Priority) (chosen *line, freed <-chan struct{}, wait time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	now := r.now()
	var able []*line
	wait = askAgain
	for _, l := range r.lines {
		if !l.serves(set, m.Channel) {
			continue
		}
		if rest := l.rests(now); rest > 0 {
			wait = min(wait, rest)
			continue
		}
		freed = r.freed
		if l.room(now, priority) > 0 {
			able = append(able, l)
		} else {
			wait = min(wait, l.refills())
		}
	}
	for len(able) > 0 {
		i := pick(able, now, m.Before)
		if able[i].take(now) {
			return able[i], nil, 0
		}
		able = slices.Delete(able, i, i+1)
	}
	return nil, freed, wait
}

// pick draws a line by weight, but the one before only where there is no other.
func pick(lines []*line, now time.Time, before string) int {
	share := func(l *line) float64 {
		if l.Name == before && len(lines) > 1 {
			return 0
		}
		return l.share(now)
	}
	var all float64
	for _, l := range lines {
		all += share(l)
	}
	at := rand.Float64() * all //nolint:gosec // no secret
	for i, l := range lines {
		if at -= share(l); at < 0 {
			return i
		}
	}
	return len(lines) - 1
}

func (r *Router) attempt(ctx context.Context, l *line, m message.Message) message.Result {
	ctx, cancel := context.WithTimeout(ctx, l.Timeout)
	defer cancel()
	result := message.Result{Outcome: message.OutcomeUnknown, Reason: message.Unintelligible}
	defer func() { // also when the client panics, so that its place is not lost
		r.mu.Lock()
		defer r.mu.Unlock()
		l.give(r.now(), result)
		close(r.freed)
		r.freed = make(chan struct{})
	}()
	result = l.Client.Send(ctx, m)
	return result
}

// Close closes the carriers' clients, when nothing is being sent any more.
func (r *Router) Close() error {
	var errs []error
	for _, l := range r.lines {
		errs = append(errs, l.Client.Close())
	}
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("closing carriers: %w", err)
	}
	return nil
}
