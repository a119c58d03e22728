package delivery_test

import (
	"context"
	"slices"
	"testing"
	"time"

	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
	"github.com/ventanilla/ventanilla/services/notifications/internal/delivery"
	"github.com/ventanilla/ventanilla/services/notifications/internal/message"
	"github.com/ventanilla/ventanilla/services/notifications/internal/queue"
	"github.com/ventanilla/ventanilla/services/notifications/internal/recipient"
	"github.com/ventanilla/ventanilla/services/notifications/internal/store"
)

func TestAStopLetsWhatIsBeingSentComeToItsEnd(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		began, let := make(chan struct{}), make(chan struct{})
		w.carriers.hold = func(context.Context, message.Message) { close(began); <-let }
		w.enter(notification("a"))
		stop := w.deliver(nil)
		<-began
		stopped := make(chan struct{})
		go func() { stop(); close(stopped) }()
		w.enter(notification("b"))
		close(let)
		<-stopped
		if a, b := w.part("a"), w.part("b"); a.Status != message.Sent || b.Status != message.Accepted || len(b.Attempts) > 0 {
			t.Errorf("what was being sent is %s, what came later %s", a.Status, b.Status)
		}
	})
}

// What a worker that stops at once was sending is unknown; what it had not begun is given back, and is no attempt.
func TestAStopHasAnEnd(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		began := make(chan struct{}, 2)
		w.carriers.hold = func(ctx context.Context, _ message.Message) { began <- struct{}{}; <-ctx.Done() }
		w.carriers.answer = func(message.Message) (string, message.Result) { return "carrier", unknown }
		waiting := make(chan struct{})
		slow := notification("preparing")
		slow.PersonID = "slow"
		w.enter(notification("sending"), slow)
		stop := w.deliver(func(o *delivery.Options) {
			o.Queue = func(q *queue.Options[store.Claimed]) { q.Idle, q.Grace = 5*time.Millisecond, 10*time.Millisecond }
			o.Recipients = slowPersons{w.persons, waiting}
		})
		<-began
		<-waiting
		stop()
		if p := w.part("sending"); p.Status != message.Accepted || !slices.Equal(outcomes(p), []string{"unknown"}) {
			t.Errorf("what was being sent is %s after %v", p.Status, outcomes(p))
		}
		if p := w.part("preparing"); p.Status != message.Accepted || len(p.Attempts) > 0 {
			t.Errorf("what was not begun is %s after %v", p.Status, outcomes(p))
		}
	})
}

// slowPersons are found when the context ends, but for ana.
type slowPersons struct {
	*persons
	waiting chan struct{}
}

func (p slowPersons) Find(ctx context.Context, set message.DataSet, personID string) (recipient.Recipient, error) {
	if personID == "slow" {
		close(p.waiting)
		<-ctx.Done()
		return recipient.Recipient{}, ctx.Err()
	}
	return p.persons.Find(ctx, set, personID)
}

// A store that is away loses no result: it is written when the store is back, if nobody else has the part by then.
func TestResultsAreWrittenWhenTheStoreIsBack(t *testing.T) {
	w := onSQLite(t)
	w.enter(notification("a"))
	failing := &awayStore{Store: w.Store, left: 3}
	w.deliver(func(o *delivery.Options) { o.Store = failing })
	part := w.becomes("a", message.Sent)
	if got := outcomes(part); !slices.Equal(got, []string{"sent"}) || failing.left != 0 {
		t.Errorf("outcomes %v, %d failures left", got, failing.left)
	}
}

// awayStore does not write results a few times.
type awayStore struct {
	*store.Store
	left int
}

func (s *awayStore) Finish(ctx context.Context, results []store.Result) ([]bool, error) {
	if s.left > 0 {
		s.left--
		return nil, sqlstore.ErrUnavailable
	}
	return s.Store.Finish(ctx, results)
}
