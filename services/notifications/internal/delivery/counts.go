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
	due                       metric.Int64Gauge
	age                       metric.Float64Gauge
}

// NewCounts makes them.
func NewCounts(meter metric.Meter) (*Counts, error) {
	attempts, err1 := meter.Int64Counter("ventanilla.notifications.attempts", metric.WithUnit("{attempt}"),
		metric.WithDescription("Attempts to send a part, by what came of them."))
	repeated, err2 := meter.Int64Counter("ventanilla.notifications.repeated", metric.WithUnit("{attempt}"),
		metric.WithDescription("Attempts after one that may have reached the recipient."))
	parts, err3 := meter.Int64Counter("ventanilla.notifications.parts_ended", metric.WithUnit("{part}"),
		metric.WithDescription("Parts that need no more attempts, by where they are then."))
	due, err4 := meter.Int64Gauge("ventanilla.notifications.queue.due", metric.WithUnit("{part}"),
		metric.WithDescription("Parts that are due and not sent, at most 100,000."))
	age, err5 := meter.Float64Gauge("ventanilla.notifications.queue.age", metric.WithUnit("s"),
		metric.WithDescription("How long the first of them has been due."))
	return &Counts{attempts, repeated, parts, due, age}, errors.Join(err1, err2, err3, err4, err5)
}

func (c *Counts) attempt(ctx context.Context, part store.Claimed, carrier string, outcome message.Outcome) {
	channel := attribute.String("channel", string(part.Channel))
	c.attempts.Add(ctx, 1, metric.WithAttributes(channel, attribute.String("carrier", carrier), attribute.String("outcome", string(outcome))))
	if part.Repeated {
		c.repeated.Add(ctx, 1, metric.WithAttributes(channel))
	}
}

// Ended counts a part that came to a status, unless it is one in which more is to be done. A part that was sent is counted again when a receipt comes.
func (c *Counts) Ended(ctx context.Context, channel message.Channel, status message.Status) {
	if status != "" && !status.Open() {
		c.parts.Add(ctx, 1, metric.WithAttributes(attribute.String("channel", string(channel)), attribute.String("status", string(status))))
	}
}

// Depth records how much waits in a lane.
func (c *Counts) Depth(ctx context.Context, d store.Depth) {
	lane := metric.WithAttributes(attribute.String("channel", string(d.Channel)), attribute.String("priority", priorities[d.Priority]))
	c.due.Record(ctx, d.Due, lane)
	c.age.Record(ctx, d.Age.Seconds(), lane)
}
