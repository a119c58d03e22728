package discovery_test

import (
	"context"
	"log/slog"
	"testing"
	"time"

	clientv3 "go.etcd.io/etcd/client/v3"

	"github.com/ventanilla/ventanilla/pkg/discovery"
)

const key = "ventanilla/endpoints/auth/one"

func TestRegistrationAppearsAndDisappears(t *testing.T) {
	e := newEtcd(t)
	registration := e.register(t, "one", "127.0.0.1:4001", discard)
	if list := e.listed(t); len(list) != 1 || list[key].Addr != "127.0.0.1:4001" {
		t.Errorf("etcd's naming package reads %v", list)
	}
	lease := e.lease(t)
	unregister(t, registration)
	if list := e.listed(t); len(list) != 0 {
		t.Errorf("still listed after Close: %v", list)
	}
	leases, err := e.client.Leases(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, left := range leases.Leases {
		if left.ID == lease {
			t.Error("the lease was left behind")
		}
	}
}

// lease returns the lease of the key, or 0 where it is not there.
func (e *etcd) lease(t *testing.T) clientv3.LeaseID {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	response, err := e.client.Get(ctx, key)
	if err != nil {
		t.Fatal(err)
	}
	if len(response.Kvs) == 0 {
		return 0
	}
	return clientv3.LeaseID(response.Kvs[0].Lease)
}

func TestRevokedLeaseIsReplaced(t *testing.T) {
	e := newEtcd(t)
	defer unregister(t, e.register(t, "one", "127.0.0.1:4001", discard))
	before := e.lease(t)
	if _, err := e.client.Revoke(t.Context(), before); err != nil {
		t.Fatal(err)
	}
	eventually(t, "a new lease", func() bool {
		now := e.lease(t)
		return now != 0 && now != before
	})
}

func TestOutageLongerThanTheLease(t *testing.T) {
	e := newEtcd(t)
	log := make(messages, 100)
	defer unregister(t, e.register(t, "one", "127.0.0.1:4001", slog.New(log)))
	before := e.lease(t)
	e.node.Close()
	log.await(t, "not listed: the lease was lost and etcd gives no new one")
	e.start(t)
	log.await(t, "listed again after the lease was lost")
	if now := e.lease(t); now == 0 || now == before {
		t.Errorf("listed under lease %x, before %x; want a new one", now, before)
	}
}

func TestCloseWhileEtcdIsAway(t *testing.T) {
	e := newEtcd(t)
	registration := e.register(t, "one", "127.0.0.1:4001", discard)
	e.node.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	if err := registration.Close(ctx); err == nil {
		t.Error("an instance that could not be taken off the list was reported as gone")
	}
}

func TestRegistrationsRefused(t *testing.T) {
	e := newEtcd(t)
	for name, c := range map[string]struct{ address, instance string }{
		"no port":     {"127.0.0.1", "one"},
		"any port":    {"127.0.0.1:0", "one"},
		"any host":    {":4001", "one"},
		"no instance": {"127.0.0.1:4001", ""},
		"nested":      {"127.0.0.1:4001", "one/two"},
	} {
		_, err := discovery.Register(t.Context(), e.client, "auth", c.address, discovery.Options{
			Prefix: "ventanilla", TTL: 2 * time.Second, Instance: c.instance, Logger: discard,
		})
		if err == nil {
			t.Errorf("%s: registered", name)
		}
	}
}

func TestClearStaleLeavesTheRest(t *testing.T) {
	e := newEtcd(t)
	kept := []string{"ventanilla/switches/auth", "ventanilla2/endpoints/auth/one", "ventanilla/endpoints2/auth"}
	for _, name := range append([]string{key, "ventanilla/endpoints/gateway/one"}, kept...) {
		if _, err := e.client.Put(t.Context(), name, "x"); err != nil {
			t.Fatal(err)
		}
	}
	if err := discovery.ClearStale(t.Context(), e.client, "ventanilla"); err != nil {
		t.Fatal(err)
	}
	response, err := e.client.Get(t.Context(), "", clientv3.WithPrefix(), clientv3.WithKeysOnly())
	if err != nil {
		t.Fatal(err)
	}
	left := map[string]bool{}
	for _, kv := range response.Kvs {
		left[string(kv.Key)] = true
	}
	if len(left) != len(kept) {
		t.Errorf("left are %v, want %v", left, kept)
	}
	for _, name := range kept {
		if !left[name] {
			t.Errorf("%s was deleted", name)
		}
	}
}
