package delivery_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"sync"
	"testing"
	"time"

	metricnoop "go.opentelemetry.io/otel/metric/noop"
	tracenoop "go.opentelemetry.io/otel/trace/noop"

	"github.com/ventanilla/ventanilla/pkg/config"
	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
	"github.com/ventanilla/ventanilla/pkg/testkit"
	"github.com/ventanilla/ventanilla/services/notifications/internal/content"
	"github.com/ventanilla/ventanilla/services/notifications/internal/delivery"
	"github.com/ventanilla/ventanilla/services/notifications/internal/message"
	"github.com/ventanilla/ventanilla/services/notifications/internal/queue"
	"github.com/ventanilla/ventanilla/services/notifications/internal/receipt"
	"github.com/ventanilla/ventanilla/services/notifications/internal/recipient"
	"github.com/ventanilla/ventanilla/services/notifications/internal/store"
)

func TestMain(m *testing.M) { testkit.Main(m) }

// noon of a day in Santiago, where it is UTC-3 then.
var start = time.Date(2026, 3, 4, 15, 0, 0, 0, time.UTC)

// world is a store with what delivery works with.
type world struct {
	t     testing.TB
	clock *testkit.Clock
	*store.Store
	persons  *persons
	carriers *script
}

func onBoth(t *testing.T, test func(t *testing.T, w *world)) {
	t.Run("sqlite", func(t *testing.T) { test(t, onSQLite(t)) })
	t.Run("postgres", func(t *testing.T) { test(t, newWorld(t, testkit.Postgres(t))) })
}

func onSQLite(t testing.TB) *world {
	return newWorld(t, "sqlite:"+filepath.Join(t.TempDir(), "notifications.db"))
}

func newWorld(t testing.TB, url string) *world {
	t.Helper()
	settings := sqlstore.DefaultConfig()
	settings.URL = config.Secret(url)
	settings.LockTimeout, settings.StatementTimeout = time.Minute, time.Minute // a machine may be slow
	db, err := sqlstore.Open(t.Context(), settings, sqlstore.Options{
		Schema: store.Schema, Tracer: tracenoop.NewTracerProvider(), Meter: metricnoop.NewMeterProvider(),
	})
	check(t, err)
	t.Cleanup(func() { check(t, db.Close()) })
	check(t, sqlstore.Migrate(t.Context(), db, store.Migrations()))
	clock := testkit.NewClock(start)
	return &world{t, clock, store.New(db, clock.Now), newPersons(), newScript()}
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// deliver runs a deliverer until stop is called, or the test ends. change adapts its options; nil for none.
func (w *world) deliver(change func(*delivery.Options)) (stop func()) {
	w.t.Helper()
	counts, err := delivery.NewCounts(metricnoop.NewMeterProvider().Meter("test"))
	check(w.t, err)
	quiet, err := delivery.ParseQuiet("21:00", "09:00")
	check(w.t, err)
	options := delivery.Options{
		Store: w.Store, Recipients: w.persons, Carriers: w.carriers, Receipts: signer, Quiet: quiet, Counts: counts,
		PictureURL: func(id string) string { return "https://pictures.example/" + id }, Now: w.clock.Now, Logger: slog.New(slog.DiscardHandler),
		Queue: func(o *queue.Options[store.Claimed]) { o.Idle = 5 * time.Millisecond },
	}
	if change != nil {
		change(&options)
	}
	d := delivery.New(options)
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() {
		if err := d.Run(ctx); err != nil {
			w.t.Error(err)
		}
	})
	stop = sync.OnceFunc(func() { cancel(); running.Wait() })
	w.t.Cleanup(stop)
	return stop
}

var signer = receipt.Signer{Key: []byte("a key of a test")}

// notification is a dispatch with an SMS for the person "ana".
func notification(id string) store.NewDispatch {
	return store.NewDispatch{
		ID: id, ProviderID: 1, ServiceID: 1, DataSet: message.Production, PersonID: "ana", Digest: id,
		ExpiresAt: start.Add(72 * time.Hour), Retention: 24 * time.Hour,
		Content: content.Content{Notification: &content.Part{Channel: message.SMS, Title: "Aviso", Text: "Su hora es mañana"}}.Encode(),
		Parts:   []store.Part{{Kind: message.Notification, Channel: message.SMS, Status: message.Accepted}},
	}
}

// advertisement is one with a push, which waits through quiet hours.
func advertisement(id string) store.NewDispatch {
	d := notification(id)
	d.Content = content.Content{
		Advertisement: &content.Part{Channel: message.FCM, Title: "Oferta", Text: "Dos por uno"}, QuietHours: true,
	}.Encode()
	d.Parts = []store.Part{{Kind: message.Advertisement, Channel: message.FCM, Priority: message.Bulk, Status: message.Accepted}}
	return d
}

func (w *world) enter(dispatches ...store.NewDispatch) {
	w.t.Helper()
	accepted, err := w.Accept(w.t.Context(), dispatches)
	check(w.t, err)
	for _, a := range accepted {
		check(w.t, a.Err)
	}
}

func (w *world) part(id string) store.SnapshotPart {
	w.t.Helper()
	found, err := w.Whole(w.t.Context(), []string{id})
	check(w.t, err)
	if len(found) != 1 {
		w.t.Fatalf("there is no dispatch %s", id)
	}
	return found[0].Parts[0]
}

// becomes waits until the first part of a dispatch is something, moving the clock on to its next attempts; it returns the part.
func (w *world) becomes(id string, status message.Status) store.SnapshotPart {
	w.t.Helper()
	var part store.SnapshotPart
	testkit.Eventually(w.t, time.Minute, func() error {
		part = w.part(id)
		if part.Status == status {
			return nil
		}
		if wait := part.NextAttemptAt.Sub(w.clock.Now()); part.Status == message.Accepted && wait > 0 {
			w.clock.Advance(wait)
		}
		return fmt.Errorf("%s is %s, %s", id, part.Status, part.Reason)
	})
	return part
}

// outcomes are those of a part's attempts, with + where one repeated another.
func outcomes(part store.SnapshotPart) (all []string) {
	for _, a := range part.Attempts {
		text := string(a.Outcome)
		if a.Repeated {
			text += "+"
		}
		all = append(all, text)
	}
	return all
}

// persons are recipients by their identifiers.
type persons struct {
	mu     sync.Mutex
	known  map[string]recipient.Recipient
	pruned []string
	away   bool
}

func newPersons() *persons {
	santiago, err := time.LoadLocation("America/Santiago")
	if err != nil {
		panic(err)
	}
	return &persons{known: map[string]recipient.Recipient{"ana": {
		Known: true, Zone: santiago,
		Addresses: map[message.Channel][]message.Address{
			message.SMS: {{Value: "+56900000000"}},
			message.FCM: {{ID: "newer", Value: "t2"}, {ID: "older", Value: "t1"}},
		},
	}}}
}

// change changes what is known of ana.
func (p *persons) change(change func(*recipient.Recipient)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	r := p.known["ana"]
	change(&r)
	p.known["ana"] = r
}

func (p *persons) isAway(away bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.away = away
}

func (p *persons) Find(_ context.Context, _ message.DataSet, personID string) (recipient.Recipient, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.away {
		return recipient.Recipient{}, errors.New("away")
	}
	return p.known[personID], nil
}

func (p *persons) Prune(_ context.Context, _ message.DataSet, personID string, address message.Address) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.pruned = append(p.pruned, address.ID)
	r := p.known[personID]
	addresses := make(map[message.Channel][]message.Address)
	for channel, all := range r.Addresses {
		for _, a := range all {
			if a.ID != address.ID {
				addresses[channel] = append(addresses[channel], a)
			}
		}
	}
	r.Addresses = addresses
	p.known[personID] = r
	return nil
}

// script are carriers that answer as a test says.
type script struct {
	mu   sync.Mutex
	sent []message.Message
	// answer decides; an answer of no carrier when name is empty.
	answer func(m message.Message) (name string, result message.Result)
	// hold, if there is one, is called before the answer, without the lock.
	hold func(ctx context.Context, m message.Message)
	room int
}

func newScript() *script {
	return &script{room: 1000, answer: func(message.Message) (string, message.Result) {
		return "carrier", message.Result{Outcome: message.OutcomeSent}
	}}
}

// results answers with results one after the other, the last again and again.
func (s *script) results(results ...message.Result) {
	s.answer = func(message.Message) (string, message.Result) {
		next := results[0]
		if len(results) > 1 {
			results = results[1:]
		}
		if next == nobody {
			return "", message.Result{Outcome: message.OutcomeThrottled, Reason: message.NoCarrier, RetryAfter: time.Second}
		}
		return "carrier", next
	}
}

// nobody is the answer when there is no carrier.
var nobody = message.Result{Detail: "nobody"}

func (s *script) Room(message.Channel, message.Priority) (int, time.Duration) {
	return s.room, time.Second
}

func (s *script) Send(ctx context.Context, _ message.DataSet, m message.Message) (string, message.Result) {
	if s.hold != nil {
		s.hold(ctx, m)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sent = append(s.sent, m)
	return s.answer(m)
}

func (s *script) messages() []message.Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]message.Message(nil), s.sent...)
}
