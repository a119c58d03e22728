package messaging

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
	notificationsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/notifications/v1"
	"github.com/ventanilla/ventanilla/services/session/internal/store"
)

const (
	// keptFor is how long a route is good without looking again.
	keptFor = time.Minute
	// role is session's, as providers name it.
	role = "session"
	// maxProviders is how many of session's providers are looked at, which is one page: an operator enters one for each data set.
	maxProviders = 500
	// maxTried is how many providers of a data set are asked for a subscription.
	maxTried = 8
)

// route is the provider that session is in a data set, and the service that it consumes.
type route struct {
	provider int64
	service  int32
}

// routes finds them out, and keeps those that it found for a while.
type routes struct {
	providers notificationsv1.ProviderServiceClient
	now       func() time.Time

	mu    sync.Mutex
	known map[store.DataSet]knownRoute
}

type knownRoute struct {
	route
	until time.Time
}

// find returns the route of a data set. It fails with MESSAGE_UNDELIVERABLE where there is none, which is not kept, and as notifications does.
func (r *routes) find(ctx context.Context, set store.DataSet) (route, error) {
	now := r.now()
	r.mu.Lock()
	known, ok := r.known[set]
	r.mu.Unlock()
	if ok && now.Before(known.until) {
		return known.route, nil
	}
	found, err := r.ask(ctx, set)
	if err != nil {
		return route{}, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.known[set] = knownRoute{found, now.Add(keptFor)}
	return found, nil
}

func (r *routes) forget(set store.DataSet) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.known, set)
}

// ask takes the newest provider that has a good subscription.
func (r *routes) ask(ctx context.Context, set store.DataSet) (route, error) {
	listed, err := r.providers.ListProviders(ctx, &notificationsv1.ListProvidersRequest{PageSize: maxProviders})
	if err != nil {
		return route{}, fmt.Errorf("listing providers: %w", err)
	}
	tried := 0
	for _, p := range slices.Backward(listed.GetProviders()) {
		if p.GetDisabled() || p.GetRole() != role || store.DataSetFromProto(p.GetDataSet()) != set {
			continue
		}
		if tried++; tried > maxTried {
			break
		}
		subscribed, err := r.providers.ListSubscriptions(ctx, &notificationsv1.ListSubscriptionsRequest{ProviderId: p.GetProviderId()})
		if err != nil {
			return route{}, fmt.Errorf("listing subscriptions: %w", err)
		}
		for _, s := range slices.Backward(subscribed.GetSubscriptions()) {
			if s.GetEndedAt() == nil {
				return route{p.GetProviderId(), s.GetServiceId()}, nil
			}
		}
	}
	return route{}, rpcerr.New(errorsv1.Reason_REASON_MESSAGE_UNDELIVERABLE, "session is no provider of notifications in the data set, or consumes no service")
}
