package accept_test

import (
	"context"
	"crypto/sha256"
	"log/slog"
	"sync"

	metricnoop "go.opentelemetry.io/otel/metric/noop"

	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
	notificationsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/notifications/v1"
	"github.com/ventanilla/ventanilla/services/notifications/internal/accept"
	"github.com/ventanilla/ventanilla/services/notifications/internal/code"
	"github.com/ventanilla/ventanilla/services/notifications/internal/message"
	"github.com/ventanilla/ventanilla/services/notifications/internal/store"
)

// memory is a store that takes everything.
type memory struct {
	service *notificationsv1.Service

	mu  sync.Mutex
	all []store.NewDispatch
}

func (m *memory) Offer(context.Context, int64, int32) (store.Offer, error) {
	digest := sha256.Sum256([]byte(token))
	return store.Offer{
		Provider: store.Provider{ID: 1, ClientID: "c1", DataSet: message.Production}, Service: m.service, Tokens: [][]byte{digest[:]},
	}, nil
}

func (m *memory) Template(context.Context, int64, string, int32) (store.Template, error) {
	return store.Template{Title: "Hora", Message: "El {{dia}}", Lengths: map[string]int32{"dia": 100}}, nil
}

func (m *memory) Accept(_ context.Context, group []store.NewDispatch) ([]store.Acceptance, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	answers := make([]store.Acceptance, len(group))
	for i, d := range group {
		answers[i] = store.Acceptance{DispatchID: d.ID, Status: message.Accepted, CreatedAt: start}
	}
	m.all = append(m.all, group...)
	return answers, nil
}

func (m *memory) Repeated(context.Context, store.NewDispatch) (store.Acceptance, bool, error) {
	return store.Acceptance{}, false, sqlstore.ErrUnavailable
}

// deps are what an acceptor works with on a store.
func (w *world) deps(on accept.Store) accept.Deps {
	return accept.Deps{
		Store: on, Directory: w, Carriers: w, Digests: []byte("a key for digests"), Codes: code.Issuer{Key: make([]byte, 32)}, Wake: func() { w.woken.Add(1) },
		Now: w.clock.Now, Logger: slog.New(slog.DiscardHandler), Meter: metricnoop.NewMeterProvider().Meter("test"),
	}
}
