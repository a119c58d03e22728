package discovery

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

	clientv3 "go.etcd.io/etcd/client/v3"
	"google.golang.org/grpc/resolver"
)

// relist is how often the list is read although a watch follows it. A watch alone would never notice that
// etcd came back without its history.
const relist = 30 * time.Second

// follower is the resolver of one connection.
type follower struct {
	*builder
	role   string
	conn   resolver.ClientConn
	cancel context.CancelFunc
	done   sync.WaitGroup
	logger *slog.Logger
}

// ResolveNow does nothing: changes come by themselves.
func (f *follower) ResolveNow(resolver.ResolveNowOptions) {}

// Close returns once nothing of the resolver runs.
func (f *follower) Close() {
	f.cancel()
	f.done.Wait()
}

func (f *follower) run(ctx context.Context) {
	retry := newRetry()
	told := false
	for {
		err := f.follow(ctx, func() { retry.Reset(); told = false })
		if ctx.Err() != nil {
			return
		}
		if err != nil {
			f.logger.Log(ctx, outageLevel(told), "endpoints are followed again in a moment", "error", err)
			told = true
			if len(f.recall(f.role)) == 0 {
				f.conn.ReportError(err)
			}
			if !pause(ctx, retry.NextBackOff()) {
				return
			}
		}
	}
}

// follow lists the endpoints and applies changes until an error or the time to list again. It calls listed
// after the list.
func (f *follower) follow(ctx context.Context, listed func()) error {
	instances, revision, err := f.list(ctx)
	if err != nil {
		return err
	}
	listed()
	f.deliver(instances)

	watching, cancel := context.WithTimeout(clientv3.WithRequireLeader(ctx), relist)
	defer cancel()
	changes := f.client.Watch(watching, f.key(), clientv3.WithPrefix(), clientv3.WithRev(revision+1))
	for change := range changes {
		if err := change.Err(); err != nil {
			return fmt.Errorf("watching endpoints of %s: %w", f.role, err)
		}
		for _, event := range change.Events {
			f.apply(instances, event)
		}
		f.deliver(instances)
	}
	if watching.Err() == nil {
		return fmt.Errorf("watching endpoints of %s: the watch ended", f.role)
	}
	return nil
}

func (f *follower) key() string { return roleKey(f.prefix, f.role) + "/" }

// list returns the addresses by key.
func (f *follower) list(ctx context.Context) (map[string]string, int64, error) {
	ctx, cancel := context.WithTimeout(ctx, requestTimeout)
	defer cancel()
	response, err := f.client.Get(ctx, f.key(), clientv3.WithPrefix())
	if err != nil {
		return nil, 0, fmt.Errorf("listing endpoints of %s: %w", f.role, err)
	}
	instances := map[string]string{}
	for _, kv := range response.Kvs {
		f.apply(instances, &clientv3.Event{Type: clientv3.EventTypePut, Kv: kv})
	}
	return instances, response.Header.Revision, nil
}

// apply leaves out an instance whose value cannot be read.
func (f *follower) apply(instances map[string]string, event *clientv3.Event) {
	key := string(event.Kv.Key)
	delete(instances, key)
	if event.Type == clientv3.EventTypeDelete {
		return
	}
	endpoint, err := ParseEndpoint(event.Kv.Value)
	if err != nil {
		f.logger.Warn("an endpoint is left out", "key", key, "error", err)
		return
	}
	instances[key] = endpoint.Addr
}

// deliver passes the addresses on, each once. The balancer's opinion of them is its own affair: the list is
// what it is.
func (f *follower) deliver(instances map[string]string) {
	addresses := slices.Compact(slices.Sorted(maps.Values(instances)))
	f.remember(f.role, addresses)
	_ = f.conn.UpdateState(resolver.State{Endpoints: asEndpoints(addresses)})
}
