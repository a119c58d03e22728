package delivery_test

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ventanilla/ventanilla/pkg/testkit"
	"github.com/ventanilla/ventanilla/services/notifications/internal/delivery"
	"github.com/ventanilla/ventanilla/services/notifications/internal/message"
	"github.com/ventanilla/ventanilla/services/notifications/internal/store"
)

// benchRoom is how many messages the carriers take at a time.
const benchRoom = 1000

// BenchmarkDelivery is what a part costs from its claim to its result, with a carrier that answers at once.
func BenchmarkDelivery(b *testing.B) {
	b.Run("sqlite", func(b *testing.B) { benchDelivery(b, onSQLite(b)) })
	b.Run("postgres", func(b *testing.B) { benchDelivery(b, newWorld(b, testkit.Postgres(b))) })
}

// instant are carriers that answer at once. done is closed when left parts have their results.
type instant struct {
	left atomic.Int64
	done chan struct{}
}

func (i *instant) Room(message.Channel, message.Priority) (int, time.Duration) { return benchRoom, 0 }

func (i *instant) Send(context.Context, message.DataSet, message.Message) (string, message.Result) {
	return "instant", message.Result{Outcome: message.OutcomeSent, Ref: "reference"}
}

// counting tells when all results are written.
type counting struct {
	*store.Store
	*instant
}

func (c counting) Finish(ctx context.Context, results []store.Result) ([]bool, error) {
	written, err := c.Store.Finish(ctx, results)
	if err == nil && c.left.Add(-int64(len(results))) == 0 {
		close(c.done)
	}
	return written, err
}

func benchDelivery(b *testing.B, w *world) {
	for n := 0; n < b.N; n += 1000 {
		group := make([]store.NewDispatch, min(1000, b.N-n))
		for i := range group {
			group[i] = notification(fmt.Sprintf("%08d-0000-4000-8000-000000000000", n+i))
		}
		w.enter(group...)
	}
	carrier := &instant{done: make(chan struct{})}
	carrier.left.Store(int64(b.N))
	b.ResetTimer()
	stop := w.deliver(func(o *delivery.Options) {
		o.Store, o.Carriers = counting{w.Store, carrier}, carrier
		o.Queue = nil
	})
	<-carrier.done
	b.StopTimer()
	stop()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "parts/s")
}
