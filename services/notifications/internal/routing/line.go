package routing

import (
	"math"
	"slices"
	"time"

	"github.com/failsafe-go/failsafe-go/circuitbreaker"
	"golang.org/x/time/rate"

	"github.com/ventanilla/ventanilla/services/notifications/internal/message"
)

const (
	// demotion is what one failure leaves of a carrier's weight, and least what many do.
	demotion = 0.8
	least    = 0.05
	// comeback is how long a carrier takes from nothing to its full weight.
	comeback = 10 * time.Minute
	// failures of the last recent attempts open the breaker.
	failures, recent = 8, 10
	// maxPause bounds how long a carrier can ask to wait.
	maxPause = 10 * time.Minute
)

// line is a carrier with what is known of it. The router's lock guards it.
type line struct {
	Carrier
	breaker circuitbreaker.CircuitBreaker[any]
	// limiter is nil where the rate has no bound. It holds two messages at least.
	limiter *rate.Limiter
	busy    int
	// health is how much of its weight the carrier had at since; it grows by time.
	health      float64
	since       time.Time
	pausedUntil time.Time
	pauses      int
}

func newLine(c Carrier, options Options) *line {
	l := &line{Carrier: c, health: 1, since: options.Now()}
	if c.PerSecond > 0 {
		l.limiter = rate.NewLimiter(rate.Limit(c.PerSecond), max(2, int(math.Ceil(c.PerSecond))))
	}
	l.breaker = circuitbreaker.NewBuilder[any]().
		WithFailureThresholdRatio(failures, recent).
		WithSuccessThreshold(1).
		WithDelay(options.OpenFor).
		OnOpen(func(circuitbreaker.StateChangedEvent) {
			options.Logger.Warn("a carrier fails; it is left alone for a while", "carrier", c.Name)
		}).
		OnClose(func(circuitbreaker.StateChangedEvent) { options.Logger.Info("a carrier is back", "carrier", c.Name) }).
		Build()
	return l
}

func (l *line) serves(set message.DataSet, channel message.Channel) bool {
	return slices.Contains(l.DataSets, set) && slices.Contains(l.Channels, channel)
}

// rests says how long the carrier is still to be left alone.
func (l *line) rests(now time.Time) time.Duration {
	rest := l.pausedUntil.Sub(now)
	if l.breaker.IsOpen() {
		rest = max(rest, l.breaker.RemainingDelay())
	}
	return rest
}

// room is how many more messages it can be given. Advertisements leave a quarter, and at least one, for others.
func (l *line) room(now time.Time, priority message.Priority) int {
	free := l.Concurrency - l.busy
	if priority == message.Bulk {
		free -= max(1, l.Concurrency/4)
	}
	if l.limiter != nil {
		tokens := l.limiter.TokensAt(now)
		if priority == message.Bulk {
			tokens -= max(1, float64(l.limiter.Burst())/4)
		}
		free = min(free, int(tokens))
	}
	return max(0, free)
}

// refills is when there may be room by time alone.
func (l *line) refills() time.Duration {
	if l.limiter == nil {
		return askAgain
	}
	return max(time.Millisecond, min(askAgain, time.Duration(float64(time.Second)/l.PerSecond)))
}

// share is the carrier's weight as it is now.
func (l *line) share(now time.Time) float64 { return float64(l.Weight) * l.healthAt(now) }

func (l *line) healthAt(now time.Time) float64 {
	return min(1, l.health+float64(now.Sub(l.since))/float64(comeback))
}

// take takes a place, unless the breaker lets nobody through.
func (l *line) take(now time.Time) bool {
	if !l.breaker.TryAcquirePermit() {
		return false
	}
	l.busy++
	if l.limiter != nil {
		l.limiter.AllowN(now, 1)
	}
	return true
}

// give gives the place back, and learns from what came of it.
func (l *line) give(now time.Time, result message.Result) {
	l.busy--
	if faulty(result) {
		l.health, l.since = max(least, l.healthAt(now)*demotion), now
		l.breaker.RecordFailure()
		return
	}
	l.breaker.RecordSuccess()
	if result.Outcome != message.OutcomeThrottled || result.Reason == message.RecipientAway { // one recipient's wish is no carrier's
		l.pauses = 0
		return
	}
	pause := result.RetryAfter
	if pause <= 0 { // it does not say
		pause = time.Second << min(l.pauses, 8)
		l.pauses++
	}
	if until := now.Add(min(pause, maxPause)); until.After(l.pausedUntil) {
		l.pausedUntil = until
	}
}

// faulty tells whether an attempt failed by the carrier's fault, not by the message's or the recipient's.
func faulty(result message.Result) bool {
	switch result.Outcome {
	case message.OutcomeFailed, message.OutcomeUnknown, message.OutcomeRejected:
	default:
		return false
	}
	switch result.Reason {
	case message.CarrierAway, message.CarrierTimeout, message.CarrierRefuses, message.Unintelligible:
		return true
	}
	return false
}
