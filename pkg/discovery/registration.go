package discovery

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"time"

	"go.etcd.io/etcd/api/v3/v3rpc/rpctypes"
	clientv3 "go.etcd.io/etcd/client/v3"
	"go.etcd.io/etcd/client/v3/naming/endpoints"
)

// Options of a registration.
type Options struct {
	Prefix   string        // Config.Prefix
	TTL      time.Duration // Config.TTL
	Instance string        // tells the instances of a role apart; without slashes
	Logger   *slog.Logger
}

// Registration keeps one instance listed until it is closed.
type Registration struct {
	client  *clientv3.Client
	manager endpoints.Manager
	key     string
	address string
	ttl     time.Duration
	logger  *slog.Logger

	lease  clientv3.LeaseID
	cancel context.CancelFunc
	done   sync.WaitGroup
}

// Register lists address (host:port) as an instance of role, and fails where etcd does not take it within
// ctx or two seconds for each of its requests. From then on, a lease that is lost, as in an outage longer than
// its TTL, is replaced and the address listed again.
func Register(ctx context.Context, client *clientv3.Client, role, address string, options Options) (*Registration, error) {
	if err := checkAddress(address); err != nil {
		return nil, fmt.Errorf("registering %s: %w", role, err)
	}
	if options.Instance == "" || strings.Contains(options.Instance, "/") {
		return nil, fmt.Errorf("registering %s: %q cannot name an instance", role, options.Instance)
	}
	target := roleKey(options.Prefix, role)
	manager, err := endpoints.NewManager(client, target)
	if err != nil {
		return nil, fmt.Errorf("registering %s: %w", role, err)
	}
	r := &Registration{
		client:  client,
		manager: manager,
		key:     target + "/" + options.Instance,
		address: address,
		ttl:     options.TTL,
		logger:  options.Logger.With("role", role, "instance", options.Instance),
	}
	if err := r.publish(ctx); err != nil {
		return nil, fmt.Errorf("registering %s: %w", role, err)
	}
	running, cancel := context.WithCancel(context.WithoutCancel(ctx))
	r.cancel = cancel
	r.done.Go(func() { r.keep(running) })
	return r, nil
}

// publish puts the key under a new lease, which replaces one that the key may still have.
func (r *Registration) publish(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, requestTimeout)
	defer cancel()
	lease, err := r.client.Grant(ctx, int64(r.ttl/time.Second))
	if err != nil {
		return fmt.Errorf("granting lease: %w", err)
	}
	err = r.manager.AddEndpoint(ctx, r.key, endpoints.Endpoint{Addr: r.address}, clientv3.WithLease(lease.ID))
	if err != nil {
		return fmt.Errorf("listing endpoint: %w", err)
	}
	r.lease = lease.ID
	return nil
}

// keep holds the lease, and replaces it when it is lost, until ctx ends.
func (r *Registration) keep(ctx context.Context) {
	retry := newRetry()
	for listed, told := true, false; ; {
		if listed {
			r.hold(ctx)
			told = false
		}
		if !pause(ctx, retry.NextBackOff()) {
			return
		}
		err := r.publish(ctx)
		if listed = err == nil; listed {
			retry.Reset()
			r.logger.Warn("listed again after the lease was lost")
		} else if ctx.Err() == nil {
			r.logger.Log(ctx, outageLevel(told), "not listed: the lease was lost and etcd gives no new one", "error", err)
			told = true
		}
	}
}

// hold returns when the lease is lost: its keep-alive channel is closed.
func (r *Registration) hold(ctx context.Context) {
	alive, err := r.client.KeepAlive(ctx, r.lease)
	if err != nil {
		return
	}
	for range alive {
	}
}

// Close takes the instance off the list, then waits until nothing of the registration runs. Call it before
// draining the server, so that clients turn elsewhere first. Where etcd cannot be told within ctx, the lease
// runs out by itself. It must be called once.
func (r *Registration) Close(ctx context.Context) error {
	r.cancel()
	r.done.Wait() // prompt: every request of keep ends with its context
	ctx, cancel := context.WithTimeout(ctx, requestTimeout)
	defer cancel()
	err := r.manager.DeleteEndpoint(ctx, r.key)
	_, revoked := r.client.Revoke(ctx, r.lease)
	if errors.Is(revoked, rpctypes.ErrLeaseNotFound) {
		revoked = nil // it ran out
	}
	if err = errors.Join(err, revoked); err != nil {
		return fmt.Errorf("taking %s off the list: %w", r.key, err)
	}
	return nil
}
