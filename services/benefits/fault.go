package benefits

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
)

// faults tells operators of published rules that fail: a counter to alert on, and a line of the log for each version and minute.
type faults struct {
	counter metric.Int64Counter
	logger  *slog.Logger
	now     func() time.Time

	mu   sync.Mutex
	told map[versionID]time.Time
}

type versionID struct {
	benefit string
	number  int32
}

func newFaults(meter metric.Meter, logger *slog.Logger, now func() time.Time) (*faults, error) {
	counter, err := meter.Int64Counter("ventanilla.benefits.rule_faults", metric.WithUnit("{evaluation}"),
		metric.WithDescription("Evaluations in which a rule of a published benefit failed."))
	if err != nil {
		return nil, fmt.Errorf("making the counter of faulty rules: %w", err)
	}
	return &faults{counter: counter, logger: logger, now: now, told: make(map[versionID]time.Time)}, nil
}

// tell counts a fault. What it is about is in the rule and not in the person: neither counter nor log know of whom it was asked.
func (f *faults) tell(v *version) {
	ctx := context.Background() // of no caller's trace
	f.counter.Add(ctx, 1, metric.WithAttributes(attribute.String("benefit_id", v.BenefitID), attribute.Int("version", int(v.Number))))
	if f.due(versionID{v.BenefitID, v.Number}) {
		f.logger.ErrorContext(ctx, "a rule of a published benefit fails: its condition is unknown for those concerned; publish a version that is mended",
			"benefit_id", v.BenefitID, "version", v.Number, "compiles", v.rules != nil)
	}
}

func (f *faults) due(id versionID) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	now := f.now()
	if at, ok := f.told[id]; ok && now.Sub(at) < time.Minute {
		return false
	}
	f.told[id] = now // as many as there are versions at most
	return true
}
