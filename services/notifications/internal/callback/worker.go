package callback

import (
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"time"

	"go.opentelemetry.io/otel/metric"

	"github.com/ventanilla/ventanilla/pkg/keyring"
	"github.com/ventanilla/ventanilla/services/notifications/internal/queue"
	"github.com/ventanilla/ventanilla/services/notifications/internal/secret"
	"github.com/ventanilla/ventanilla/services/notifications/internal/store"
	"github.com/ventanilla/ventanilla/services/notifications/internal/webhook"
)

const (
	// size is how many calls are under way at a time.
	size = 64
	// answerWithin bounds a call.
	answerWithin = 10 * time.Second
	// writeWithin bounds writing what came of one.
	writeWithin = 10 * time.Second
)

// Store is what the worker needs of the dispatcher's.
type Store interface {
	CalledProviders(ctx context.Context) ([]int64, error)
	ClaimCallbacks(ctx context.Context, providerID int64, owner string, n int, lease time.Duration) ([]store.Callback, error)
	RenewCallbacks(ctx context.Context, claimed []store.Callback, lease time.Duration) ([]bool, error)
	FinishCallback(ctx context.Context, c store.Callback, outcome string, next time.Time) error
	Callee(ctx context.Context, providerID int64) (store.Callee, error)
}

// Caller makes calls; *webhook.Client is one.
type Caller interface {
	Call(ctx context.Context, call webhook.Call) (webhook.Answer, error)
}

// Deps are what a worker works with. All are needed.
type Deps struct {
	Store  Store
	Caller Caller
	// KEK opens the providers' secrets.
	KEK *keyring.KEK
	// Now is the clock.
	Now func() time.Time
	// Jitter returns random numbers of at least 0 and less than 1.
	Jitter func() float64
	Logger *slog.Logger
	Meter  metric.Meter
}

// Worker makes the calls of one replica.
type Worker struct {
	Deps
	owner   string
	options queue.Options[store.Callback]
	engine  *queue.Engine[store.Callback]
	callees callees
	calls   metric.Int64Counter
}

// New returns a worker.
func New(deps Deps) (*Worker, error) {
	calls, err := deps.Meter.Int64Counter("ventanilla.notifications.callbacks",
		metric.WithDescription("Calls that tell providers of changes, by what came of them: told, again or failed."))
	if err != nil {
		return nil, fmt.Errorf("making the counter of callbacks: %w", err)
	}
	w := &Worker{Deps: deps, owner: rand.Text(), options: queue.DefaultOptions[store.Callback](), calls: calls}
	w.callees.known = make(map[int64]*callee)
	w.options.Now, w.options.Logger = deps.Now, deps.Logger
	w.options.Renew = func(ctx context.Context, items []store.Callback) ([]bool, error) {
		return w.Store.RenewCallbacks(ctx, items, w.options.Lease)
	}
	w.engine = queue.New(w.options, queue.Lane[store.Callback]{Name: "callbacks", Size: size, Claim: w.claim, Handle: w.handle})
	return w, nil
}

// Run makes calls until ctx ends, and returns nil when none is under way any more.
func (w *Worker) Run(ctx context.Context) error { return w.engine.Run(ctx) }

// claim takes callbacks of the providers that have room, each in its turn.
func (w *Worker) claim(ctx context.Context, n int) ([]store.Callback, error) {
	due, err := w.Store.CalledProviders(ctx)
	if err != nil {
		return nil, err
	}
	var claimed []store.Callback
	for _, id := range w.callees.turn(due) {
		room := min(w.callees.room(id, w.Now()), n-len(claimed))
		if room <= 0 {
			continue
		}
		some, err := w.Store.ClaimCallbacks(ctx, id, w.owner, room, w.options.Lease)
		if err != nil {
			return claimed, err
		}
		w.callees.begin(id, len(some), len(some) == room)
		claimed = append(claimed, some...)
	}
	return claimed, nil
}

// handle makes one call and writes what came of it.
func (w *Worker) handle(ctx context.Context, c store.Callback) {
	decided := w.attempt(ctx, c)
	if w.callees.end(c.ProviderID, decided, w.Now()) {
		defer w.engine.Wake()
	}
	if decided.lost {
		return // its lease ends, and another takes it
	}
	// What has happened is written although the worker is stopping.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), writeWithin)
	defer cancel()
	if err := w.Store.FinishCallback(ctx, c, decided.outcome, w.Now().Add(decided.wait)); err != nil {
		w.Logger.WarnContext(ctx, "cannot write what came of a callback, which is made again", "error", err)
	}
	w.count(ctx, decided)
	if decided.outcome == store.CallbackFailed {
		w.Logger.WarnContext(ctx, "a provider was not told of a change", "provider_id", c.ProviderID, "attempts", c.Attempt, "reason", decided.why)
	}
}

func (w *Worker) attempt(ctx context.Context, c store.Callback) decision {
	if !w.Now().Before(c.Until) {
		return decision{outcome: store.CallbackFailed, why: "time ran out"}
	}
	callee, err := w.Store.Callee(ctx, c.ProviderID)
	if err != nil {
		return w.again(c, 0, "its provider cannot be read")
	}
	if callee.URL == "" {
		return decision{outcome: store.CallbackFailed, why: "the provider is called nowhere any more"}
	}
	call := webhook.Call{ID: c.ID, URL: callee.URL, Body: []byte(c.Body)}
	for _, sealed := range callee.Sealed {
		key, err := secret.OpenKey(w.KEK, secret.OfProvider(c.ProviderID), sealed)
		if err != nil {
			w.Logger.ErrorContext(ctx, "cannot open the secret of a provider", "provider_id", c.ProviderID, "error", err)
			return w.again(c, 0, "its secret cannot be opened")
		}
		call.Secrets = append(call.Secrets, key)
	}
	if !queue.Held(ctx) {
		return decision{lost: true}
	}
	bound, cancel := context.WithTimeout(ctx, answerWithin)
	defer cancel()
	answer, err := w.Caller.Call(bound, call)
	if err != nil && ctx.Err() != nil {
		return decision{lost: true}
	}
	return w.decide(c, answer, err)
}
