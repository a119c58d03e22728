package sandbox_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
	"github.com/ventanilla/ventanilla/pkg/testkit"
	"github.com/ventanilla/ventanilla/services/notifications/internal/carrier/sandbox"
	"github.com/ventanilla/ventanilla/services/notifications/internal/message"
)

func TestMain(m *testing.M) { testkit.Main(m) }

// told hands receipts on, each answered by the test.
type told struct {
	receipts chan message.Receipt
	answers  chan error
}

// Receive hands a receipt on.
func (r told) Receive(ctx context.Context, receipt message.Receipt) error {
	select {
	case r.receipts <- receipt:
		return <-r.answers
	case <-ctx.Done():
		return ctx.Err()
	}
}

// world is a sandbox whose clock waits for the test.
type world struct {
	*sandbox.Client
	told
	clock *testkit.Clock
	waits chan time.Duration
	rings chan time.Time
}

func start(t *testing.T, config sandbox.Config) *world {
	t.Helper()
	w := &world{
		told:  told{make(chan message.Receipt), make(chan error, 100)},
		clock: testkit.NewClock(time.Now()), waits: make(chan time.Duration, 100), rings: make(chan time.Time),
	}
	var err error
	w.Client, err = sandbox.New(config, w.told, sandbox.Clock{Now: w.clock.Now, After: func(d time.Duration) <-chan time.Time {
		w.waits <- d
		return w.rings
	}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := w.Close(); err != nil {
			t.Error(err)
		}
	})
	return w
}

// pass lets one of those who wait go on, and tells how long it wanted to.
func (w *world) pass() time.Duration {
	d := <-w.waits
	w.rings <- w.clock.Now()
	return d
}

func to(address string, attempt int) message.Message {
	return message.Message{ID: "d1-1", Attempt: attempt, To: message.Address{Value: address}, Receipt: fmt.Sprintf("r-%d", attempt)}
}

func TestWhatBecomesOfMessages(t *testing.T) {
	sent := message.Result{Outcome: message.OutcomeSent, Ref: "d1-1", Detail: "sandbox"}
	delivered := message.Receipt{Outcome: message.OutcomeDelivered, Detail: "sandbox"}
	not := func(outcome message.Outcome, reason message.Reason) message.Result {
		return message.Result{Outcome: outcome, Reason: reason, Detail: "sandbox"}
	}
	throttled := not(message.OutcomeThrottled, message.Throttled)
	throttled.RetryAfter = time.Second
	gone := not(message.OutcomeFailed, message.BadAddress)
	gone.AddressDead = true
	for address, c := range map[string]struct {
		first, second message.Result
		receipt       message.Receipt
	}{
		"+56911111111":           {sent, sent, delivered},
		"01":                     {sent, sent, delivered},
		"":                       {sent, sent, delivered},
		"+56911111001":           {not(message.OutcomeRejected, message.BadAddress), not(message.OutcomeRejected, message.BadAddress), message.Receipt{}},
		"+56911111002":           {not(message.OutcomeFailed, message.CarrierAway), sent, delivered},
		"+56911111003":           {sent, sent, message.Receipt{}},
		"+56911111004":           {throttled, sent, delivered},
		"+56911111005":           {sent, sent, message.Receipt{Outcome: message.OutcomeFailed, Reason: message.Undelivered, Detail: "sandbox"}},
		"+56911111006":           {not(message.OutcomeUnknown, message.CarrierTimeout), sent, delivered},
		"device-007":             {gone, gone, message.Receipt{}},
		"https://example.cl/008": {not(message.OutcomeFailed, message.CarrierAway), not(message.OutcomeFailed, message.CarrierAway), message.Receipt{}},
		"ana.001@example.cl":     {not(message.OutcomeRejected, message.BadAddress), not(message.OutcomeRejected, message.BadAddress), message.Receipt{}},
	} {
		t.Run(address, func(t *testing.T) {
			w := start(t, sandbox.DefaultConfig())
			for i, want := range []message.Result{c.first, c.second} {
				if got := w.Send(t.Context(), to(address, i+1)); got != want {
					t.Errorf("attempt %d: got %+v, want %+v", i+1, got, want)
				}
				if want.Outcome != message.OutcomeSent || c.receipt.Outcome == "" {
					continue
				}
				if d := w.pass(); d != sandbox.DefaultConfig().Delay {
					t.Errorf("the receipt comes after %s", d)
				}
				w.answers <- nil
				told := c.receipt
				told.Token = fmt.Sprintf("r-%d", i+1)
				if got := <-w.receipts; got != told {
					t.Errorf("attempt %d: got %+v, want %+v", i+1, got, told)
				}
			}
			select {
			case <-w.waits:
				t.Error("there is one more receipt")
			default:
			}
		})
	}
}

func TestAReceiverThatIsAwayIsToldAgain(t *testing.T) {
	w := start(t, sandbox.DefaultConfig())
	w.Send(t.Context(), to("+56911111111", 1))
	for _, err := range []error{fmt.Errorf("storing: %w", sqlstore.ErrUnavailable), sqlstore.ErrUnavailable, errors.New("never")} {
		w.pass()
		w.answers <- err
		if got := <-w.receipts; got.Token != "r-1" {
			t.Errorf("got %+v", got)
		}
	}
	// What can never be stored is not told again: the next that is told is another.
	w.Send(t.Context(), to("+56911111111", 2))
	w.pass()
	w.answers <- nil
	if got := <-w.receipts; got.Token != "r-2" {
		t.Errorf("got %+v", got)
	}
}

func TestThereIsRoomForSoManyReceipts(t *testing.T) {
	w := start(t, sandbox.Config{Delay: time.Second, Queue: 3})
	taken := 0
	testkit.Eventually(t, time.Minute, func() error {
		got := w.Send(t.Context(), to("+56911111111", 1))
		if got.Outcome == message.OutcomeSent {
			taken++
			return errors.New("it takes more")
		}
		if got.Outcome != message.OutcomeThrottled || got.RetryAfter == 0 {
			t.Errorf("got %+v", got)
		}
		return nil
	})
	if taken < 3 || taken > 3+sandbox.Tellers {
		t.Errorf("it took %d", taken)
	}
	// Without a receipt there is always room.
	if got := w.Send(t.Context(), to("+56911111003", 1)); got.Outcome != message.OutcomeSent {
		t.Errorf("got %+v", got)
	}
}

func TestClosingEndsWhatIsOnItsWay(t *testing.T) {
	w := start(t, sandbox.DefaultConfig())
	for range 100 {
		w.Send(t.Context(), to("+56911111111", 1))
	}
	w.pass() // one is told by now, or about to be
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestConfig(t *testing.T) {
	for _, c := range []struct {
		config sandbox.Config
		ok     bool
	}{
		{sandbox.DefaultConfig(), true},
		{sandbox.Config{Delay: 0, Queue: 1}, true},
		{sandbox.Config{Delay: -1, Queue: 1}, false},
		{sandbox.Config{Delay: time.Hour, Queue: 1}, false},
		{sandbox.Config{Delay: time.Second, Queue: 0}, false},
	} {
		if err := c.config.Validate(); (err == nil) != c.ok {
			t.Errorf("%+v: %v", c.config, err)
		}
	}
	if _, err := sandbox.New(sandbox.Config{}, told{}, sandbox.Time()); err == nil {
		t.Error("a sandbox without room was made")
	}
}
