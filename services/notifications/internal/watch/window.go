package watch

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/ventanilla/ventanilla/services/notifications/internal/store"
)

const (
	// Each reading goes back by shortLap, one in longEvery by longLap: replicas' clocks may differ, and a change take, by so much in all.
	shortLap  = 2 * time.Second
	longLap   = 20 * time.Second
	longEvery = 5 * time.Second
	// read is how many changes are read at a time, maxRead in all.
	read    = 1000
	maxRead = 200_000
)

var errFlood = errors.New("more changes than can be followed")

// window has the versions of what has changed lately.
type window struct {
	source Source
	now    func() time.Time

	// seen is nil while nobody watches.
	seen     map[string]store.Change
	last     time.Time // when the last reading began
	lastLong time.Time
	reading  struct { // the one under way
		at    time.Time
		since time.Time
		long  bool
	}
}

// fresh returns what has changed since the last reading, oldest first. The first one returns nothing. What it returns is fresh again the next
// time, unless settle is called.
func (w *window) fresh(ctx context.Context) ([]store.Change, error) {
	now := w.now()
	w.reading.at, w.reading.long = now, w.seen == nil || now.Sub(w.lastLong) >= longEvery
	switch {
	case w.seen == nil:
		w.reading.since = now.Add(-longLap)
	case w.reading.long:
		w.reading.since = earlier(now, w.lastLong).Add(-longLap)
	default:
		w.reading.since = earlier(now, w.last).Add(-shortLap)
	}
	var fresh []store.Change
	at, id := w.reading.since, ""
	for range maxRead / read {
		changes, err := w.source.Changes(ctx, at, id, read)
		if err != nil {
			return nil, err
		}
		for _, c := range changes {
			at, id = c.At, c.ID
			if seen, ok := w.seen[c.ID]; !ok || c.Version > seen.Version {
				fresh = append(fresh, c)
			}
		}
		if len(changes) < read {
			return w.begun(fresh), nil
		}
	}
	return nil, fmt.Errorf("%w in %s", errFlood, now.Sub(w.reading.since))
}

// begun takes the first reading for what was there before.
func (w *window) begun(fresh []store.Change) []store.Change {
	if w.seen != nil {
		return fresh
	}
	w.last, w.lastLong = w.reading.at, w.reading.at
	w.seen = make(map[string]store.Change, len(fresh))
	for _, c := range fresh {
		w.seen[c.ID] = c
	}
	return nil
}

// settle says that the fresh changes were told, as they were when the dispatches were read.
func (w *window) settle(fresh []store.Change, told map[string]*store.Snapshot) {
	if w.seen == nil {
		return
	}
	for _, c := range fresh {
		if d := told[c.ID]; d != nil && d.Version > c.Version {
			c.At, c.Version = d.ChangedAt, d.Version
		}
		w.seen[c.ID] = c
	}
	w.last = w.reading.at
	if !w.reading.long {
		return
	}
	w.lastLong = w.reading.at
	for id, c := range w.seen {
		if c.At.Before(w.reading.since) { // it will not be read again
			delete(w.seen, id)
		}
	}
}

// forget is for when nobody watches any more.
func (w *window) forget() { w.seen = nil }

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}
