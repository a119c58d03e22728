package discovery_test

import (
	"log/slog"
	"testing"

	clientv3 "go.etcd.io/etcd/client/v3"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/ventanilla/ventanilla/pkg/discovery"
	"github.com/ventanilla/ventanilla/pkg/etcdnode"
)

func (e *etcd) dial(t *testing.T) *grpc.ClientConn {
	t.Helper()
	return dial(t, discovery.DefaultConfig().Target("auth"), discovery.NewResolver(e.client, "ventanilla", discard))
}

func both(t *testing.T, conn *grpc.ClientConn, a, b string) func() bool {
	return func() bool {
		count := answering(t, conn)
		return count[a] == 5 && count[b] == 5
	}
}

func TestRoundRobinOverInstances(t *testing.T) {
	e := newEtcd(t)
	one, _ := serve(t)
	two, _ := serve(t)
	defer unregister(t, e.register(t, "one", one, discard))
	conn := e.dial(t)
	if answered, err := call(t, conn); err != nil || answered != one {
		t.Fatalf("%s answered, %v; want %s", answered, err, one)
	}
	defer unregister(t, e.register(t, "two", two, discard))
	eventually(t, "calls in turn", both(t, conn, one, two))
}

func TestInstanceLeavesBeforeItsServer(t *testing.T) {
	e := newEtcd(t)
	one, stop := serve(t)
	two, _ := serve(t)
	leaving := e.register(t, "one", one, discard)
	defer unregister(t, e.register(t, "two", two, discard))
	conn := e.dial(t)
	eventually(t, "calls in turn", both(t, conn, one, two))

	unregister(t, leaving)
	eventually(t, "calls to the one that stays", func() bool {
		count := answering(t, conn)
		if count[one]+count[two] != 10 {
			t.Fatalf("a call failed while the server still served: %v", count)
		}
		return count[one] == 0
	})
	stop()
	if count := answering(t, conn); count[two] != 10 {
		t.Errorf("after the server went: %v", count)
	}
}

func TestEmptyListIsBelieved(t *testing.T) {
	e := newEtcd(t)
	one, _ := serve(t)
	conn := e.dial(t)
	if _, err := call(t, conn); status.Code(err) != codes.Unavailable {
		t.Fatalf("with no instance: %v, want Unavailable", err)
	}
	registration := e.register(t, "one", one, discard)
	answers := func() bool {
		_, err := call(t, conn)
		return err == nil
	}
	eventually(t, "an answer", answers)
	unregister(t, registration)
	eventually(t, "no answer", func() bool { return !answers() })
}

func TestLastKnownEndpointsServeOn(t *testing.T) {
	e := newEtcd(t)
	one, _ := serve(t)
	two, _ := serve(t)
	defer unregister(t, e.register(t, "one", one, discard))
	builder := discovery.NewResolver(e.client, "ventanilla", discard)
	conn := dial(t, "ventanilla:///auth", builder)
	if _, err := call(t, conn); err != nil {
		t.Fatal(err)
	}

	e.node.Close()
	if count := answering(t, conn); count[one] != 10 {
		t.Errorf("with etcd away: %v", count)
	}
	if count := answering(t, dial(t, "ventanilla:///auth", builder)); count[one] != 10 {
		t.Errorf("a connection made with etcd away: %v", count)
	}
	if _, err := call(t, dial(t, "ventanilla:///gateway", builder)); status.Code(err) != codes.Unavailable {
		t.Errorf("a role not known before: %v, want Unavailable", err)
	}

	e.start(t)
	defer unregister(t, e.register(t, "two", two, discard))
	eventually(t, "the new instance", both(t, conn, one, two))
}

// While the resolver's etcd is away, the list changes and its history is compacted: the watch cannot go on
// from where it was.
func TestCompactedHistoryIsListedAgain(t *testing.T) {
	e := newEtcd(t)
	one, _ := serve(t)
	two, _ := serve(t)
	put := func(client *clientv3.Client, address string) int64 {
		response, err := client.Put(t.Context(), key, `{"Op":0,"Addr":"`+address+`","Metadata":null}`)
		if err != nil {
			t.Fatal(err)
		}
		return response.Header.Revision
	}
	put(e.client, one)
	log := make(messages, 100)
	conn := dial(t, "ventanilla:///auth", discovery.NewResolver(e.client, "ventanilla", slog.New(log)))
	if answered, err := call(t, conn); err != nil || answered != one {
		t.Fatalf("%s answered, %v; want %s", answered, err, one)
	}
	e.node.Close()

	aside := &etcd{config: etcdnode.Config{Dir: e.config.Dir, Listen: "127.0.0.1:0"}}
	aside.start(t)
	config := discovery.DefaultConfig()
	config.Endpoints = aside.node.ClientEndpoints()
	client, err := discovery.NewEtcd(config, nil)
	if err != nil {
		t.Fatal(err)
	}
	put(client, two)
	if _, err := client.Compact(t.Context(), put(client, two)); err != nil {
		t.Fatal(err)
	}
	_ = client.Close()
	aside.node.Close()

	e.start(t)
	log.await(t, "endpoints are followed again in a moment")
	eventually(t, "the new address", func() bool { return answering(t, conn)[two] == 10 })
}

func TestUnreadableEndpointIsLeftOut(t *testing.T) {
	e := newEtcd(t)
	one, _ := serve(t)
	for name, value := range map[string]string{"a": "not JSON", "b": `{"Addr":""}`, "c": `{"Addr":"127.0.0.1"}`} {
		if _, err := e.client.Put(t.Context(), "ventanilla/endpoints/auth/"+name, value); err != nil {
			t.Fatal(err)
		}
	}
	defer unregister(t, e.register(t, "one", one, discard))
	if count := answering(t, e.dial(t)); count[one] != 10 {
		t.Errorf("beside unreadable endpoints: %v", count)
	}
}
