package etcdnode

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"

	"go.etcd.io/etcd/client/pkg/v3/fileutil"
	"go.etcd.io/etcd/server/v3/embed"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"google.golang.org/grpc"
)

// ErrInUse is wrapped by Start's error where another process runs a member on the same data.
var ErrInUse = errors.New("another process uses the data folder")

// maxSocketPath is the longest path of a Unix socket that every supported system takes.
const maxSocketPath = 100

// Node is a running etcd member.
type Node struct {
	lock      *fileutil.LockedFile
	level     zap.AtomicLevel
	etcd      *embed.Etcd
	server    *grpc.Server // the listener's, handed over by etcd
	endpoint  string
	sockets   string // folder
	temporary bool   // whether that folder is removed at the end
	closing   sync.Once
}

// Start runs the member and returns once it takes requests. ctx bounds the start only.
func Start(ctx context.Context, config Config, logger *slog.Logger) (*Node, error) {
	if err := config.Validate(); err != nil {
		return nil, err
	}
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("starting etcd: %w", err)
	}
	n := &Node{level: zap.NewAtomicLevelAt(zapcore.WarnLevel)}
	err := n.occupy(config.Dir)
	if err == nil {
		err = n.start(ctx, config, logger)
	}
	if err != nil {
		n.Close()
		return nil, fmt.Errorf("starting etcd in %s: %w", config.Dir, err)
	}
	return n, nil
}

// occupy makes the data folder this member's. A second member would take away the first one's sockets before
// it waited for the first one's database.
func (n *Node) occupy(dir string) (err error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	n.lock, err = fileutil.TryLockFile(filepath.Join(dir, "etcd.lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if errors.Is(err, fileutil.ErrLocked) {
		return ErrInUse
	}
	if err != nil {
		return fmt.Errorf("locking the data folder: %w", err)
	}
	return n.placeSockets(dir)
}

// placeSockets keeps the sockets beside the data, or in a temporary folder where the path would be too long.
func (n *Node) placeSockets(dir string) error {
	absolute, err := filepath.Abs(dir)
	if err != nil {
		return err
	}
	if len(filepath.Join(absolute, httpSocket)) <= maxSocketPath {
		n.sockets = absolute
		return nil
	}
	n.temporary = true
	if n.sockets, err = os.MkdirTemp("", "ventanilla-etcd-"); err != nil {
		return fmt.Errorf("making a folder for the sockets: %w", err)
	}
	return nil
}

// start turns etcd's panics into errors: that is how it refuses data that it cannot read.
func (n *Node) start(ctx context.Context, config Config, logger *slog.Logger) (err error) {
	defer func() {
		if failure := recover(); failure != nil {
			err = fmt.Errorf("etcd panicked, its data may be damaged: %v", failure)
		}
	}()
	servers := make(chan *grpc.Server, 1)
	settings := n.settings(config, logger)
	settings.ServiceRegister = func(server *grpc.Server) { servers <- server }
	if n.etcd, err = embed.StartEtcd(settings); err != nil {
		return err
	}
	select {
	case n.server = <-servers:
	case err := <-n.etcd.Err():
		return fmt.Errorf("serving: %w", err)
	case <-n.etcd.Server.StopNotify():
		return errors.New("the member stopped")
	case <-ctx.Done():
		return ctx.Err()
	}
	endpoint := settings.ListenClientUrls[0]
	if endpoint.Scheme != "unix" {
		endpoint.Host = n.listening()
	}
	n.endpoint = endpoint.String()
	return nil
}

// listening returns the address of the TCP listener, which a port of 0 leaves open.
func (n *Node) listening() string {
	for _, listener := range n.etcd.Clients {
		if listener.Addr().Network() == "tcp" {
			return listener.Addr().String()
		}
	}
	return ""
}

// ClientEndpoints returns the URLs for clients: one of scheme unix, https or http.
func (n *Node) ClientEndpoints() []string { return []string{n.endpoint} }

// Err gives the error with which a running member stopped serving. It is closed by Close.
func (n *Node) Err() <-chan error { return n.etcd.Err() }

// Close stops the member and waits until it has. Clients still connected are cut off: left to itself, etcd
// would wait seven seconds for their watches.
func (n *Node) Close() {
	n.closing.Do(func() {
		n.level.SetLevel(zapcore.DPanicLevel) // etcd logs the end of its own listeners as errors
		if n.server != nil {
			n.server.Stop()
		}
		if n.etcd != nil {
			n.etcd.Close()
		}
		if n.temporary {
			_ = os.RemoveAll(n.sockets)
		}
		if n.lock != nil {
			_ = n.lock.Close()
		}
	})
}
