package discovery

import (
	"context"
	"log/slog"
	"slices"
	"sync"

	"google.golang.org/grpc/resolver"
)

// follower is the resolver of one connection.
type follower struct {
	*builder
	role   string
	conn   resolver.ClientConn
	cancel context.CancelFunc
	done   sync.WaitGroup
	logger *slog.Logger
	// unreadable has the revisions of the values that were left out, by key, so that each is told once.
	unreadable map[string]int64
}

// ResolveNow does nothing: changes come by themselves.
func (f *follower) ResolveNow(resolver.ResolveNowOptions) {}

// Close returns once nothing of the resolver runs.
func (f *follower) Close() {
	f.cancel()
	f.done.Wait()
}

func (f *follower) run(ctx context.Context) {
	Follow(ctx, f.client, roleKey(f.prefix, f.role)+"/", Listener{Deliver: f.deliver, Failed: func(err error, level slog.Level) {
		f.logger.Log(ctx, level, "endpoints are followed again in a moment", "error", err)
		if len(f.recall(f.role)) == 0 {
			f.conn.ReportError(err)
		}
	}})
}

// deliver passes the addresses on, each once, without the instances whose value cannot be read. The balancer's
// opinion of them is its own affair: the list is what it is.
func (f *follower) deliver(entries Entries) {
	addresses := make([]string, 0, len(entries))
	unreadable := map[string]int64{}
	for key, kv := range entries {
		endpoint, err := ParseEndpoint(kv.Value)
		if err == nil {
			addresses = append(addresses, endpoint.Addr)
			continue
		}
		unreadable[key] = kv.ModRevision
		if f.unreadable[key] != kv.ModRevision {
			f.logger.Warn("an endpoint is left out", "key", key, "error", err)
		}
	}
	f.unreadable = unreadable
	slices.Sort(addresses)
	addresses = slices.Compact(addresses)
	f.remember(f.role, addresses)
	_ = f.conn.UpdateState(resolver.State{Endpoints: asEndpoints(addresses)})
}
