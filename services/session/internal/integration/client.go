package integration

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/failsafe-go/failsafe-go/circuitbreaker"
	"github.com/maypok86/otter/v2"
	"go.opentelemetry.io/otel/metric"

	"github.com/ventanilla/ventanilla/pkg/egress"
)

const (
	// maxLines bounds the integrations of which it is remembered how they are.
	maxLines = 1000
	// maxTurns bounds how many use an integration at the same time.
	maxTurns = 32
	// failures in a row mean that an endpoint is away.
	failures = 5
)

// Options are what a client works with. All are needed.
type Options struct {
	// Egress makes the calls.
	Egress *egress.Client
	// Timeout bounds a call.
	Timeout time.Duration
	// Pause is how long an endpoint is left alone after several failures in a row.
	Pause time.Duration
	// Now is the clock of tokens.
	Now func() time.Time
	// Logger is told when an endpoint goes away.
	Logger *slog.Logger
	// Meter counts what came of the calls.
	Meter metric.Meter
}

// Client calls integrations. It is safe for concurrent use.
type Client struct {
	egress  *egress.Client
	timeout time.Duration
	pause   time.Duration
	now     func() time.Time
	logger  *slog.Logger
	calls   metric.Int64Counter
	lines   *otter.Cache[lineKey, *line]
}

// New makes a client.
func New(options Options) (*Client, error) {
	calls, err := options.Meter.Int64Counter("ventanilla.session.integration_calls", metric.WithUnit("{call}"),
		metric.WithDescription("Calls of integrations, by step and outcome."))
	if err != nil {
		return nil, fmt.Errorf("making the counter of calls: %w", err)
	}
	lines, err := otter.New(&otter.Options[lineKey, *line]{
		MaximumSize: maxLines,
		// Upkeep runs in the caller, so that no goroutine is left to nobody.
		Executor: func(task func()) { task() },
	})
	if err != nil {
		return nil, fmt.Errorf("making the cache of integrations: %w", err)
	}
	return &Client{
		egress: options.Egress, timeout: options.Timeout, pause: options.Pause, now: options.Now, logger: options.Logger, calls: calls, lines: lines,
	}, nil
}

// lineKey is an integration as it was from a time on: who changes it begins anew.
type lineKey struct {
	key     string
	changed int64
}

// line is what is remembered of an integration.
type line struct {
	// breakers are those of the steps: what becomes of one is not another's fault.
	breakers map[string]circuitbreaker.CircuitBreaker[answer]
	tokens
	// turns has who uses it.
	turns chan struct{}
}

// Turn waits until an integration may be used; done gives the turn back. It fails with a *Fault when too many use it.
func (c *Client) Turn(ctx context.Context, in Integration) (done func(), err error) {
	turns := c.line(in).turns
	select {
	case turns <- struct{}{}:
		return func() { <-turns }, nil
	case <-ctx.Done():
		return nil, &Fault{Kind: Away, Step: stepLogin, Why: "too many use the integration"}
	}
}

func (c *Client) line(in Integration) *line {
	line, _ := c.lines.ComputeIfAbsent(lineKey{in.Key, in.Changed.UnixMilli()}, func() (*line, bool) { return c.newLine(in.Key), false })
	return line
}

func (c *Client) newLine(key string) *line {
	l := &line{breakers: make(map[string]circuitbreaker.CircuitBreaker[answer], 3), tokens: newTokens(), turns: make(chan struct{}, maxTurns)}
	for _, step := range []string{stepAuthorization, stepLogin, stepRefresh} {
		l.breakers[step] = circuitbreaker.NewBuilder[answer]().
			HandleIf(func(_ answer, err error) bool {
				fault, ok := errors.AsType[*Fault](err)
				return ok && fault.Kind == Away
			}).
			WithFailureThreshold(failures).
			WithSuccessThreshold(1).
			WithDelay(c.pause).
			OnOpen(func(circuitbreaker.StateChangedEvent) {
				c.logger.Warn("an integration's endpoint is away: it is left alone for a while", "integration", key, "step", step)
			}).
			Build()
	}
	return l
}
