package switches_test

import (
	"context"
	"log/slog"
	"path/filepath"
	"sync"
	"testing"
	"time"

	clientv3 "go.etcd.io/etcd/client/v3"
	"go.uber.org/goleak"

	"github.com/ventanilla/ventanilla/pkg/discovery"
	"github.com/ventanilla/ventanilla/pkg/etcdnode"
	"github.com/ventanilla/ventanilla/pkg/switches"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// patience bounds every wait for something that must happen.
const patience = 20 * time.Second

const prefix = "ventanilla"

var (
	discard = slog.New(slog.DiscardHandler)
	noon    = time.Date(2026, time.January, 2, 12, 0, 0, 0, time.UTC)
)

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
	e.client = dial(t, e.node)
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

func dial(t *testing.T, node *etcdnode.Node) *clientv3.Client {
	t.Helper()
	config := discovery.DefaultConfig()
	config.Endpoints = node.ClientEndpoints()
	client, err := discovery.NewEtcd(config, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Close() })
	return client
}

// aside runs the member at another address, unheard by the client, while something is done to its data.
func (e *etcd) aside(t *testing.T, do func(client *clientv3.Client)) {
	t.Helper()
	node, err := etcdnode.Start(t.Context(), etcdnode.Config{Dir: e.config.Dir, Listen: "127.0.0.1:0"}, discard)
	if err != nil {
		t.Fatal(err)
	}
	defer node.Close()
	client := dial(t, node)
	do(client)
	_ = client.Close() // before the member
}

func (e *etcd) store() *switches.Store { return switches.NewStore(e.client, prefix, discard) }

// view is followed until the test ends.
func (e *etcd) view(t *testing.T, logger *slog.Logger) *switches.View {
	t.Helper()
	view := switches.NewView(e.client, prefix, logger)
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() {
		if err := view.Run(ctx); err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(func() {
		cancel()
		running.Wait()
	})
	return view
}

func set(t *testing.T, store *switches.Store, family, path string, effect switches.Effect) {
	t.Helper()
	err := store.Set(t.Context(), switches.Switch{Family: family, Path: path, Effect: effect, SetAt: noon, SetBy: "ana"})
	if err != nil {
		t.Fatal(err)
	}
}

// messages counts what is logged at the level Warn and above.
type messages struct {
	mu    sync.Mutex
	count map[string]int
}

func (m *messages) Enabled(_ context.Context, level slog.Level) bool { return level >= slog.LevelWarn }
func (m *messages) WithAttrs([]slog.Attr) slog.Handler               { return m }
func (m *messages) WithGroup(string) slog.Handler                    { return m }

func (m *messages) Handle(_ context.Context, record slog.Record) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.count == nil {
		m.count = map[string]int{}
	}
	m.count[record.Message]++
	return nil
}

func (m *messages) of(message string) int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.count[message]
}
