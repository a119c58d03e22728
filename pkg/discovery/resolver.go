package discovery

import (
	"context"
	"errors"
	"log/slog"
	"sync"

	clientv3 "go.etcd.io/etcd/client/v3"
	"google.golang.org/grpc/resolver"
)

// Scheme is that of targets resolved through etcd: ventanilla:///<role>.
const Scheme = "ventanilla"

// NewResolver builds resolvers for targets of the form ventanilla:///<role>. They list and then watch the
// role's endpoints. An error of etcd leaves the endpoints as they were; an empty list that etcd answers is
// passed on, and calls fail until an instance registers. Resolvers of one builder share what they know, so
// that a connection made while etcd is away starts with what an earlier one had.
func NewResolver(client *clientv3.Client, prefix string, logger *slog.Logger) resolver.Builder {
	return &builder{client: client, prefix: prefix, logger: logger, known: map[string][]string{}}
}

type builder struct {
	client *clientv3.Client
	prefix string
	logger *slog.Logger

	mu    sync.Mutex
	known map[string][]string // addresses by role
}

func (b *builder) Scheme() string { return Scheme }

func (b *builder) Build(target resolver.Target, conn resolver.ClientConn, _ resolver.BuildOptions) (resolver.Resolver, error) {
	role := target.Endpoint()
	if role == "" {
		return nil, errors.New("resolving: the target names no role")
	}
	ctx, cancel := context.WithCancel(context.Background())
	f := &follower{
		builder: b,
		role:    role,
		conn:    conn,
		cancel:  cancel,
		logger:  b.logger.With("role", role),
	}
	if addresses := b.recall(role); len(addresses) > 0 {
		_ = conn.UpdateState(resolver.State{Endpoints: asEndpoints(addresses)})
	}
	f.done.Go(func() { f.run(ctx) })
	return f, nil
}

func (b *builder) recall(role string) []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.known[role]
}

func (b *builder) remember(role string, addresses []string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.known[role] = addresses
}
