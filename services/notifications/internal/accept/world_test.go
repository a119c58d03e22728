package accept_test

import (
	"context"
	"crypto/sha256"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	metricnoop "go.opentelemetry.io/otel/metric/noop"
	tracenoop "go.opentelemetry.io/otel/trace/noop"
	"google.golang.org/protobuf/proto"

	"github.com/ventanilla/ventanilla/pkg/authn"
	"github.com/ventanilla/ventanilla/pkg/config"
	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
	"github.com/ventanilla/ventanilla/pkg/testkit"
	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
	notificationsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/notifications/v1"
	"github.com/ventanilla/ventanilla/services/notifications/internal/accept"
	"github.com/ventanilla/ventanilla/services/notifications/internal/message"
	"github.com/ventanilla/ventanilla/services/notifications/internal/recipient"
	"github.com/ventanilla/ventanilla/services/notifications/internal/store"
)

func TestMain(m *testing.M) { testkit.Main(m) }

var start = time.Date(2026, 3, 4, 5, 6, 7, 890_000_000, time.UTC)

const (
	optional = notificationsv1.PartRule_PART_RULE_OPTIONAL
	required = notificationsv1.PartRule_PART_RULE_REQUIRED
	refused  = notificationsv1.PartRule_PART_RULE_REFUSED

	token = "5f1c8a52-7c5a-4f43-9a6e-0d4f4b1a2c3d"
)

// world is a store with a provider of the client c1, which may consume a service, and persons: "all" has an address for each channel, "phone" one for
// SMS, and others are not known.
type world struct {
	t     testing.TB
	db    *sqlstore.DB
	store *store.Store
	clock *testkit.Clock
	// service is the service that is consumed; provider is the provider's identifier.
	service  *notificationsv1.Service
	provider int64
	woken    atomic.Int64
	// away are what Find fails with, and carried which channels are; both are set before the acceptor starts.
	away    error
	carried func(message.DataSet, message.Channel) bool
}

func onBoth(t *testing.T, test func(t *testing.T, w *world)) {
	t.Run("sqlite", func(t *testing.T) { test(t, newWorld(t, sqliteURL(t), 8)) })
	t.Run("postgres", func(t *testing.T) { test(t, newWorld(t, testkit.Postgres(t), 8)) })
}

func sqliteURL(t testing.TB) string {
	return "sqlite:" + filepath.Join(t.TempDir(), "notifications.db")
}

func newWorld(t testing.TB, url string, connections int) *world {
	t.Helper()
	settings := sqlstore.DefaultConfig()
	settings.URL, settings.MaxOpen = config.Secret(url), connections
	settings.LockTimeout, settings.StatementTimeout = time.Minute, time.Minute // a machine may be slow
	db, err := sqlstore.Open(t.Context(), settings, sqlstore.Options{
		Schema: store.Schema, Tracer: tracenoop.NewTracerProvider(), Meter: metricnoop.NewMeterProvider(),
	})
	check(t, err)
	t.Cleanup(func() { check(t, db.Close()) })
	check(t, sqlstore.Migrate(t.Context(), db, store.Migrations()))
	w := &world{t: t, db: db, clock: testkit.NewClock(start), carried: func(message.DataSet, message.Channel) bool { return true }}
	w.store = store.New(db, w.clock.Now)
	w.service, err = w.store.CreateService(t.Context(), "test", &notificationsv1.Service{
		Name: "Avisos", Destination: optional, Notification: optional, Advertisement: optional, QrCode: optional, MicroPayment: optional,
	})
	check(t, err)
	w.provider = w.newProvider(store.Provider{DataSet: message.Production, Name: "Biblioteca", ClientID: "c1"}, w.service.GetServiceId(), token)
	return w
}

func (w *world) newProvider(p store.Provider, serviceID int32, token string) int64 {
	w.t.Helper()
	made, err := w.store.CreateProvider(w.t.Context(), "test", p, func(int64) []byte { return []byte("sealed") })
	check(w.t, err)
	digest := sha256.Sum256([]byte(token))
	_, err = w.store.CreateSubscription(w.t.Context(), "test", made.ID, serviceID, digest[:])
	check(w.t, err)
	return made.ID
}

// changeService changes the service, and lets the time pass after which it is seen.
func (w *world) changeService(change func(*notificationsv1.Service)) {
	w.t.Helper()
	_, err := w.store.UpdateService(w.t.Context(), "test", w.service.GetServiceId(), func(s *notificationsv1.Service) error {
		change(s)
		return nil
	})
	check(w.t, err)
	w.clock.Advance(time.Second)
}

// Find knows the persons.
func (w *world) Find(_ context.Context, set message.DataSet, personID string) (recipient.Recipient, error) {
	channels := map[string][]message.Channel{"all": message.Channels(), "phone": {message.SMS}}[personID]
	r := recipient.Recipient{Known: len(channels) > 0 && set == message.Production, Addresses: make(map[message.Channel][]message.Address)}
	for _, channel := range channels {
		r.Addresses[channel] = []message.Address{{Value: "somewhere"}}
	}
	return r, w.away
}

// Carries tells what is.
func (w *world) Carries(set message.DataSet, channel message.Channel) bool {
	return w.carried(set, channel)
}

// acceptor runs one, a replica, on a store until the test ends.
func (w *world) acceptor(on accept.Store) *accept.Acceptor {
	w.t.Helper()
	a, err := accept.New(w.deps(on))
	check(w.t, err)
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() {
		if err := a.Run(ctx); err != nil {
			w.t.Error(err)
		}
	})
	w.t.Cleanup(func() { cancel(); running.Wait() })
	return a
}

// client is the provider's.
var client = authn.Caller{Peer: "gateway", Claims: &authn.Claims{
	ClientID: "c1", Kind: authv1.ClientKind_CLIENT_KIND_PARTNER, DataSet: authv1.DataSet_DATA_SET_PRODUCTION,
}}

// request is one with a notification by SMS, changed.
func (w *world) request(change ...func(*notificationsv1.DispatchRequest)) *notificationsv1.DispatchRequest {
	in := &notificationsv1.DispatchRequest{
		ProviderId: w.provider, ServiceId: w.service.GetServiceId(), ServiceToken: token, Destination: "all",
		Notification: &notificationsv1.Message{Channel: notificationsv1.Channel_CHANNEL_SMS, Title: "Hora", Message: "Lunes a las 9:15"},
	}
	for _, c := range change {
		c(in)
	}
	return in
}

func named(key, reference string) func(*notificationsv1.DispatchRequest) {
	return func(in *notificationsv1.DispatchRequest) { in.IdempotencyKey, in.Reference = key, reference }
}

func saying(text string) func(*notificationsv1.DispatchRequest) {
	return func(in *notificationsv1.DispatchRequest) { in.Notification.Message = text }
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// wantFault expects an error with a reason, about a field; about none where that is empty.
func wantFault(t testing.TB, err error, reason errorsv1.Reason, field string) {
	t.Helper()
	if got := rpcerr.Reason(err); got != reason {
		t.Errorf("got %v (%v), want %v", got, err, reason)
		return
	}
	var fields []string
	for _, f := range rpcerr.Fields(err) {
		if f.Field == field {
			return
		}
		fields = append(fields, f.Field)
	}
	if field != "" || len(fields) > 0 {
		t.Errorf("the error is about %v, want %q", fields, field)
	}
}

func clone(in *notificationsv1.DispatchRequest) *notificationsv1.DispatchRequest {
	return proto.CloneOf(in)
}
