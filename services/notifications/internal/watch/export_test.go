package watch

import "context"

// Poll reads once what has changed, as Run does by and by.
func (h *Hub) Poll(ctx context.Context) { h.poll(ctx) }

// Bounds, for tests.
const (
	MaxFailures = maxFailures
	MaxWatches  = maxWatches
	MaxOfCaller = maxOfCaller
	MaxPending  = maxPending
	LongLap     = longLap
	LongEvery   = longEvery
	ShortLap    = shortLap
)
