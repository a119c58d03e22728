package discovery_test

import (
	"context"
	"log/slog"
	"net"
	"path/filepath"
	"sync"
	"testing"
	"time"

	clientv3 "go.etcd.io/etcd/client/v3"
	"go.etcd.io/etcd/client/v3/naming/endpoints"
	"go.uber.org/goleak"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/health"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/peer"
	"google.golang.org/grpc/resolver"

	"github.com/ventanilla/ventanilla/pkg/discovery"
	"github.com/ventanilla/ventanilla/pkg/etcdnode"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// patience bounds every wait for something that must happen.
const patience = 20 * time.Second

var discard = slog.New(slog.DiscardHandler)

// etcd is a member that can go away and come back, and a client of it.
type etcd struct {
	config etcdnode.Config
	node   *etcdnode.Node
	client *clientv3.Client
}

func newEtcd(t *testing.T) *etcd {
	t.Helper()
	e := &etcd{config: etcdnode.Config{Dir: filepath.Join(t.TempDir(), "etcd")}}
	e.start(t)
	t.Cleanup(func() { e.node.Close() })
	config := discovery.DefaultConfig()
	config.Endpoints = e.node.ClientEndpoints()
	client, err := discovery.NewEtcd(config, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Close() })
	e.client = client
	return e
}

func (e *etcd) start(t *testing.T) {
	t.Helper()
	node, err := etcdnode.Start(t.Context(), e.config, discard)
	if err != nil {
		t.Fatal(err)
	}
	e.node = node
}

func (e *etcd) register(t *testing.T, instance, address string, logger *slog.Logger) *discovery.Registration {
	t.Helper()
	registration, err := discovery.Register(t.Context(), e.client, "auth", address, discovery.Options{
		Prefix: "ventanilla", TTL: 2 * time.Second, Instance: instance, Logger: logger,
	})
	if err != nil {
		t.Fatal(err)
	}
	return registration
}

func unregister(t *testing.T, registration *discovery.Registration) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if err := registration.Close(ctx); err != nil {
		t.Error(err)
	}
}

// listed reads the instances of role auth with etcd's own naming package.
func (e *etcd) listed(t *testing.T) endpoints.Key2EndpointMap {
	t.Helper()
	manager, err := endpoints.NewManager(e.client, "ventanilla/endpoints/auth")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	list, err := manager.List(ctx)
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	deadline := time.After(patience)
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for !holds() {
		select {
		case <-deadline:
			t.Fatalf("%s: not within %v", what, patience)
		case <-tick.C:
		}
	}
}

// serve runs a gRPC server with the health service and returns its address and the function that stops it.
func serve(t *testing.T) (address string, stop func()) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := grpc.NewServer()
	healthpb.RegisterHealthServer(server, health.NewServer())
	var served sync.WaitGroup
	served.Go(func() {
		if err := server.Serve(listener); err != nil {
			t.Error(err)
		}
	})
	stop = sync.OnceFunc(func() {
		server.Stop()
		served.Wait()
	})
	t.Cleanup(stop)
	return listener.Addr().String(), stop
}

func dial(t *testing.T, target string, builder resolver.Builder) *grpc.ClientConn {
	t.Helper()
	conn, err := grpc.NewClient(target,
		grpc.WithResolvers(builder),
		grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithDefaultServiceConfig(`{"loadBalancingConfig":[{"round_robin":{}}]}`),
	)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return conn
}

// call returns the address of the server that answered.
func call(t *testing.T, conn *grpc.ClientConn) (string, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	var answered peer.Peer
	if _, err := healthpb.NewHealthClient(conn).Check(ctx, &healthpb.HealthCheckRequest{}, grpc.Peer(&answered)); err != nil {
		return "", err
	}
	return answered.Addr.String(), nil
}

// answering returns the addresses that answer a number of calls.
func answering(t *testing.T, conn *grpc.ClientConn) map[string]int {
	t.Helper()
	count := map[string]int{}
	for range 10 {
		address, err := call(t, conn)
		if err != nil {
			address = err.Error()
		}
		count[address]++
	}
	return count
}

// messages is a log handler that hands over what is logged.
type messages chan string

func (m messages) Enabled(context.Context, slog.Level) bool { return true }
func (m messages) WithAttrs([]slog.Attr) slog.Handler       { return m }
func (m messages) WithGroup(string) slog.Handler            { return m }

func (m messages) Handle(_ context.Context, record slog.Record) error {
	select {
	case m <- record.Message:
	default:
	}
	return nil
}

func (m messages) await(t *testing.T, want string) {
	t.Helper()
	deadline := time.After(patience)
	for {
		select {
		case message := <-m:
			if message == want {
				return
			}
		case <-deadline:
			t.Fatalf("nothing logged %q within %v", want, patience)
		}
	}
}
