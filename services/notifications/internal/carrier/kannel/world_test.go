package kannel_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/ventanilla/ventanilla/pkg/config"
	"github.com/ventanilla/ventanilla/pkg/testkit"
	"github.com/ventanilla/ventanilla/services/notifications/internal/carrier/kannel"
	"github.com/ventanilla/ventanilla/services/notifications/internal/message"
)

func TestMain(m *testing.M) { testkit.Main(m) }

const (
	patience = 60 * time.Second
	phone    = "+56911111111"
)

// world is a Kannel, a client of it, and where its reports arrive.
type world struct {
	*testkit.Gateway
	*kannel.Client
	*receiver
	t *testing.T
}

func start(t *testing.T, change func(*kannel.Config)) *world {
	t.Helper()
	return with(t, testkit.Kannel(t), change)
}

func with(t *testing.T, gateway *testkit.Gateway, change func(*kannel.Config)) *world {
	t.Helper()
	w := &world{Gateway: gateway, receiver: &receiver{}, t: t}
	listener, err := kannel.Listen(t.Context(), kannel.Receipts{Listen: "127.0.0.1:0"}, w.receiver, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	var serving sync.WaitGroup
	serving.Go(func() {
		if err := listener.Serve(ctx); err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(func() { cancel(); serving.Wait() })
	c := kannel.DefaultConfig()
	c.URL, c.Username, c.Password, c.From = w.SendSMS, w.Username, config.Secret(w.Password), "1234"
	c.ReceiptsURL = "http://" + listener.Addr().String()
	if change != nil {
		change(&c)
	}
	w.Client = client(t, c)
	return w
}

func client(t *testing.T, c kannel.Config) *kannel.Client {
	t.Helper()
	made, err := kannel.New(c, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := made.Close(); err != nil {
			t.Error(err)
		}
	})
	return made
}

func text(title, text string) message.Message {
	return message.Message{
		ID: "d1-1", Attempt: 1, Channel: message.SMS, Kind: message.Notification, To: message.Address{Value: phone},
		Title: title, Text: text, Expires: time.Now().Add(time.Hour),
	}
}

// send makes an attempt that has all the time it needs.
func (w *world) send(m message.Message) message.Result {
	ctx, cancel := context.WithTimeout(w.t.Context(), patience)
	defer cancel()
	return w.Send(ctx, m)
}

func want(t *testing.T, got message.Result, outcome message.Outcome, reason message.Reason) {
	t.Helper()
	if got.Outcome != outcome || got.Reason != reason {
		t.Errorf("got %+v, want %s %s", got, outcome, reason)
	}
}

// messages waits until the centre has as many.
func (w *world) messages(count int) []testkit.ShortMessage {
	w.t.Helper()
	var got []testkit.ShortMessage
	testkit.Eventually(w.t, patience, func() error {
		if got = w.Messages(); len(got) != count {
			return fmt.Errorf("the centre has %d messages: %q", len(got), got)
		}
		return nil
	})
	return got
}

// receiver keeps receipts, unless it is away.
type receiver struct {
	mu       sync.Mutex
	failed   error
	refused  int
	receipts []message.Receipt
}

// Receive keeps a receipt.
func (r *receiver) Receive(_ context.Context, receipt message.Receipt) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.failed != nil {
		r.refused++
		return r.failed
	}
	r.receipts = append(r.receipts, receipt)
	return nil
}

// fails makes it fail from now on; nil for not.
func (r *receiver) fails(err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.failed = err
}

// has fails until there is a receipt for token with the outcome.
func (r *receiver) has(token string, outcome message.Outcome) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, receipt := range r.receipts {
		if receipt.Token == token && receipt.Outcome == outcome {
			return nil
		}
	}
	return fmt.Errorf("no receipt %s among %+v", outcome, r.receipts)
}

// wasRefused fails until a receipt was.
func (r *receiver) wasRefused() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.refused == 0 {
		return errors.New("nothing was refused")
	}
	return nil
}
