package etcdnode_test

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	clientv3 "go.etcd.io/etcd/client/v3"
	"go.uber.org/zap"

	"github.com/ventanilla/ventanilla/pkg/etcdnode"
)

// logs collects what a member logs.
type logs struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *logs) Write(line []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(line)
}

func (l *logs) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

func start(t *testing.T, config etcdnode.Config) *etcdnode.Node {
	t.Helper()
	node, err := etcdnode.Start(t.Context(), config, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(node.Close)
	return node
}

func client(t *testing.T, endpoints []string, secure *tls.Config) *clientv3.Client {
	t.Helper()
	client, err := clientv3.New(clientv3.Config{Endpoints: endpoints, TLS: secure, Logger: zap.NewNop()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Close() })
	return client
}

func put(t *testing.T, client *clientv3.Client, key, value string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	if _, err := client.Put(ctx, key, value); err != nil {
		t.Fatal(err)
	}
}

func get(t *testing.T, client *clientv3.Client, key string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	response, err := client.Get(ctx, key)
	if err != nil {
		t.Fatal(err)
	}
	if len(response.Kvs) == 0 {
		return ""
	}
	return string(response.Kvs[0].Value)
}

func TestDataOutlivesTheMember(t *testing.T) {
	config := etcdnode.Config{Dir: filepath.Join(t.TempDir(), "etcd")}
	var log logs
	logger := slog.New(slog.NewTextHandler(&log, nil))
	first, err := etcdnode.Start(t.Context(), config, logger)
	if err != nil {
		t.Fatal(err)
	}
	connected := client(t, first.ClientEndpoints(), nil)
	put(t, connected, "switch", "on")
	watch := connected.Watch(t.Context(), "switch", clientv3.WithCreatedNotify())
	if created := <-watch; !created.Created {
		t.Fatalf("no watch was created: %v", created.Err())
	}
	first.Close()
	first.Close()
	if _, open := <-first.Err(); open {
		t.Error("closing was reported as a failure")
	}

	second := start(t, config)
	if got := second.ClientEndpoints(); got[0] != first.ClientEndpoints()[0] {
		t.Errorf("listens on %v, before on %v", got, first.ClientEndpoints())
	}
	if got := get(t, connected, "switch"); got != "on" {
		t.Errorf("read %q after the restart, want on", got)
	}
	put(t, connected, "switch", "off")
	for seen := ""; seen != "off"; {
		response, open := <-watch
		if !open || response.Err() != nil {
			t.Fatalf("the watch ended: %v", response.Err())
		}
		for _, event := range response.Events {
			seen = string(event.Kv.Value)
		}
	}
	if strings.Contains(log.String(), "level=ERROR") {
		t.Errorf("a healthy member logged errors:\n%s", log.String())
	}
}

func victimProcess(t *testing.T, dir string) *exec.Cmd {
	t.Helper()
	process := exec.CommandContext(t.Context(), os.Args[0])
	process.Env = append(os.Environ(), victimEnv+"="+dir)
	return process
}

func TestKilledMemberStartsAgain(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "etcd")
	process := victimProcess(t, dir)
	output, err := process.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := process.Start(); err != nil {
		t.Fatal(err)
	}
	endpoint, err := bufio.NewReader(output).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	put(t, client(t, []string{strings.TrimSpace(endpoint)}, nil), "switch", "on")
	if _, err := etcdnode.Start(t.Context(), etcdnode.Config{Dir: dir}, slog.New(slog.DiscardHandler)); !errors.Is(err, etcdnode.ErrInUse) {
		t.Errorf("starting beside a running member: got %v, want ErrInUse", err)
	}
	if err := process.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = process.Wait()

	node := start(t, etcdnode.Config{Dir: dir})
	if got := get(t, client(t, node.ClientEndpoints(), nil), "switch"); got != "on" {
		t.Errorf("read %q after the kill, want on", got)
	}
}

func TestFolderWithOddName(t *testing.T) {
	node := start(t, etcdnode.Config{Dir: filepath.Join(t.TempDir(), "Application Support", "50% #1?")})
	put(t, client(t, node.ClientEndpoints(), nil), "switch", "on")
}

func TestLongPathsGetAnotherSocket(t *testing.T) {
	dir := filepath.Join(t.TempDir(), strings.Repeat("d", 100))
	node := start(t, etcdnode.Config{Dir: dir})
	put(t, client(t, node.ClientEndpoints(), nil), "switch", "on")
	socket := strings.TrimPrefix(node.ClientEndpoints()[0], "unix://")
	node.Close()
	if _, err := os.Stat(filepath.Dir(socket)); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the socket's folder is still there: %v", err)
	}
}

// The error is looked at from outside: etcd leaves goroutines behind when it panics.
func TestDamagedDataIsAnError(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "etcd")
	start(t, etcdnode.Config{Dir: dir}).Close()
	segments, err := filepath.Glob(filepath.Join(dir, "member", "wal", "*.wal"))
	if err != nil || len(segments) == 0 {
		t.Fatalf("no log segments: %v", err)
	}
	if err := os.WriteFile(segments[0], bytes.Repeat([]byte{0xff}, 4096), 0o600); err != nil {
		t.Fatal(err)
	}
	output, err := victimProcess(t, dir).CombinedOutput()
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.ExitCode() != 1 || !strings.Contains(string(output), "damaged") {
		t.Errorf("ended with %v and said %q, want an error about damaged data", err, output)
	}
}
