package delivery

import (
	"context"
	"errors"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"

	"github.com/ventanilla/ventanilla/services/notifications/internal/message"
	"github.com/ventanilla/ventanilla/services/notifications/internal/store"
)

// priorities are their names in metrics and logs.
var priorities = map[message.Priority]string{message.Urgent: "urgent", message.Bulk: "bulk"}

// Counts are the metrics of delivery.
type Counts struct {
	attempts, repeated, parts metric.Int64Counter
}

// NewCounts makes them.
func NewCounts(meter metric.Meter) (*Counts, error) {
	attempts, err1 := meter.Int64Counter("ventanilla.notifications.attempts", metric.WithUnit("{attempt}"),
		metric.WithDescription("Attempts to send a part, by what came of them."))
	repeated, err2 := meter.Int64Counter("ventanilla.notifications.repeated", metric.WithUnit("{attempt}"),
		metric.WithDescription("Attempts after one that may have reached the recipient."))
	parts, err3 := meter.Int64Counter("ventanilla.notifications.parts_ended", metric.WithUnit("{part}"),
		metric.WithDescription("Parts that need no more attempts, by where they are then."))
	return &Counts{attempts, repeated, parts}, errors.Join(err1, err2, err3)
}

func (c *Counts) attempt(ctx context.Context, part store.Claimed, carrier string, outcome message.Outcome) {
	channel := attribute.String("channel", string(part.Channel))
	c.attempts.Add(ctx, 1, metric.WithAttributes(channel, attribute.String("carrier", carrier), attribute.String("outcome", string(outcome))))
	if part.Repeated {
		c.repeated.Add(ctx, 1, metric.WithAttributes(channel))
	}
}

func (c *Counts) ended(ctx context.Context, part store.Claimed, status message.Status) {
	if !status.Open() {
		c.parts.Add(ctx, 1, metric.WithAttributes(attribute.String("channel", string(part.Channel)), attribute.String("status", string(status))))
	}
}
