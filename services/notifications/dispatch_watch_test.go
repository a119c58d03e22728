package notifications_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"google.golang.org/grpc"

	"github.com/ventanilla/ventanilla/pkg/testkit"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
	notificationsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/notifications/v1"
	"github.com/ventanilla/ventanilla/services/notifications/internal/message"
	"github.com/ventanilla/ventanilla/services/notifications/internal/store"
)

type dispatchStream = grpc.ServerStreamingClient[notificationsv1.WatchDispatchesResponse]

func (r *replica) watch(ctx context.Context, req *notificationsv1.WatchDispatchesRequest) dispatchStream {
	r.T.Helper()
	watching, err := r.dispatches().WatchDispatches(ctx, req)
	check(r.T, err)
	return watching
}

// watchAll watches by a filter, from when this returns.
func (r *replica) watchAll(ctx context.Context, filter *notificationsv1.DispatchFilter) dispatchStream {
	r.T.Helper()
	watching := r.watch(ctx, &notificationsv1.WatchDispatchesRequest{Filter: filter})
	_, err := watching.Header()
	check(r.T, err)
	return watching
}

func recv(t testing.TB, watching dispatchStream) *notificationsv1.Dispatch {
	t.Helper()
	message, err := watching.Recv()
	check(t, err)
	return message.GetDispatch()
}

func TestADispatchIsWatchedToItsEnd(t *testing.T) {
	onBoth(t, func(t *testing.T, p *platform) {
		watched, other := p.replica(), p.replica()
		owner := p.owner("c1", "", message.Production)
		id := p.park(owner, func(d *store.NewDispatch) {
			d.Parts = append(d.Parts, store.Part{Kind: message.Advertisement, Channel: message.SMS, Priority: message.Bulk, Status: message.Scheduled})
		})
		for destination, ctx := range map[string]context.Context{"": p.byClient(production), "p1": p.ByOperator("support")} {
			watching := watched.watch(ctx, &notificationsv1.WatchDispatchesRequest{DispatchId: id})
			first := recv(t, watching)
			if first.GetVersion() == 1 {
				_, err := other.dispatches().CancelDispatch(p.byClient(production), &notificationsv1.CancelDispatchRequest{DispatchId: id})
				check(t, err)
				first = recv(t, watching)
			}
			if first.GetStatus() != notificationsv1.Status_STATUS_CANCELLED || first.GetDestination() != destination {
				t.Errorf("got %v", first)
			}
			if _, err := watching.Recv(); !errors.Is(err, io.EOF) {
				t.Errorf("behind the end: %v", err)
			}
		}
	})
}

func TestAWatchHasWhatItsCallerSees(t *testing.T) {
	p := newPlatform(t)
	r := p.replica()
	own, another := p.owner("c1", "", message.Production), p.owner("c2", "", message.Production)
	ctx, cancel := context.WithCancel(p.byClient(production))
	defer cancel()
	watching := r.watchAll(ctx, nil)
	failures := r.watchAll(p.ByOperator("viewer"), &notificationsv1.DispatchFilter{Status: notificationsv1.Status_STATUS_CANCELLED})
	p.park(another)
	first := p.park(own)
	if got := recv(t, watching); got.GetDispatchId() != first || got.GetDestination() != "" {
		t.Errorf("got %v", got)
	}
	check(t, p.store().CancelDispatch(t.Context(), first, ""))
	for _, w := range []dispatchStream{watching, failures} {
		if got := recv(t, w); got.GetDispatchId() != first || got.GetStatus() != notificationsv1.Status_STATUS_CANCELLED {
			t.Errorf("got %v", got)
		}
	}
	cancel()
	_, err := watching.Recv()
	wantReason(t, err, errorsv1.Reason_REASON_CANCELLED)
}

func TestWatchesEndWithTheirReplica(t *testing.T) {
	p := newPlatform(t)
	r := p.replica()
	watching := r.watchAll(p.ByOperator("viewer"), nil)
	one := r.watch(p.ByOperator("viewer"), &notificationsv1.WatchDispatchesRequest{DispatchId: p.park(p.owner("c1", "", message.Production))})
	recv(t, one)
	recv(t, watching)
	r.Stop()
	for _, w := range []dispatchStream{watching, one} {
		_, err := w.Recv()
		wantReason(t, err, errorsv1.Reason_REASON_UNAVAILABLE)
	}
}

func TestACallerHasSoManyWatches(t *testing.T) {
	p := newPlatform(t)
	r := p.replica()
	var all []dispatchStream
	for range 32 {
		all = append(all, r.watch(p.byClient(production), &notificationsv1.WatchDispatchesRequest{}))
	}
	for _, watching := range all {
		_, err := watching.Header()
		check(t, err)
	}
	_, err := r.watch(p.byClient(production), &notificationsv1.WatchDispatchesRequest{}).Recv()
	wantReason(t, err, errorsv1.Reason_REASON_RATE_LIMITED)
	r.watchAll(p.ByOperator("viewer"), nil)
}

// Replicas store, cancel and end dispatches at the same time; each watcher sees all of them, and the last of each dispatch. One reads nothing
// for long, and gets the last states alone.
func TestNoLastStateIsMissed(t *testing.T) {
	onBoth(t, func(t *testing.T, p *platform) {
		watched := p.replica()
		owner := p.owner("c1", "", message.Production)
		watchers := []dispatchStream{watched.watchAll(p.byClient(production), nil), watched.watchAll(p.ByOperator("support"), nil)}
		idle := watched.watchAll(p.ByOperator("viewer"), nil)

		var seen [2]sync.Map
		var watching sync.WaitGroup
		for i, w := range watchers {
			watching.Go(func() {
				for {
					message, err := w.Recv()
					if err != nil {
						return
					}
					seen[i].Store(message.GetDispatch().GetDispatchId(), message.GetDispatch().GetVersion())
				}
			})
		}
		var mu sync.Mutex
		var ids []string
		var changing sync.WaitGroup
		for worker := range 4 {
			random := rand.New(rand.NewPCG(3, uint64(worker)))
			changing.Go(func() {
				for range 25 {
					id := p.park(owner, func(d *store.NewDispatch) { d.SendAt = time.Time{} }) // the service tries to send it
					mu.Lock()
					ids = append(ids, id)
					mu.Unlock()
					if random.IntN(2) == 0 {
						if err := p.store().CancelDispatch(t.Context(), id, ""); err != nil && !errors.Is(err, store.ErrNothingToCancel) {
							t.Error(err)
						}
					}
				}
			})
		}
		changing.Wait()
		testkit.Eventually(t, 30*time.Second, func() error {
			last, err := p.store().LastChanges(t.Context(), ids)
			if err != nil {
				return err
			}
			for _, c := range last {
				for i := range seen {
					if version, _ := seen[i].Load(c.ID); version != c.Version {
						return fmt.Errorf("watcher %d has version %v of %d", i, version, c.Version)
					}
				}
			}
			return nil
		})
		for missing := len(ids); missing > 0; {
			d := recv(t, idle)
			if version, _ := seen[0].Load(d.GetDispatchId()); version == d.GetVersion() {
				missing--
			}
		}
		watched.Stop()
		watching.Wait()
	})
}
