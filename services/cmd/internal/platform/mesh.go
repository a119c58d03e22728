package platform

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	clientv3 "go.etcd.io/etcd/client/v3"
	"google.golang.org/grpc"
	"google.golang.org/grpc/resolver"

	"github.com/ventanilla/ventanilla/pkg/authn"
	"github.com/ventanilla/ventanilla/pkg/discovery"
	"github.com/ventanilla/ventanilla/pkg/pki"
	"github.com/ventanilla/ventanilla/pkg/rpcclient"
	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
	"github.com/ventanilla/ventanilla/services/auth"
)

// Identity gives the certificate with which a role serves and calls. A role that runs
// alone has one; `up` makes one for each.
type Identity func(role string) (pki.Source, error)

// Mesh is how the roles of a process find and trust others.
type Mesh struct {
	process   *Process
	etcd      *clientv3.Client
	resolvers []resolver.Builder
	identity  Identity
	served    map[string]string // the addresses of the process's own roles
}

// Join connects the process to etcd at the configured endpoints.
func Join(p *Process, identity Identity, etcdTLS *tls.Config) (*Mesh, error) {
	client, err := discovery.NewEtcd(p.Settings.Discovery, etcdTLS)
	if err != nil {
		return nil, fmt.Errorf("discovery.%w", err)
	}
	p.Group.Defer("etcd client", client.Close)
	return &Mesh{
		process: p, etcd: client, identity: identity, served: make(map[string]string),
		resolvers: []resolver.Builder{
			discovery.NewResolver(client, p.Settings.Discovery.Prefix, p.Log()),
			discovery.NewStaticResolver(),
		},
	}, nil
}

// FileIdentity is the identity of a role that runs alone: the files of the settings, which
// are read again when they change.
func FileIdentity(p *Process) (Identity, error) {
	source, err := pki.NewFiles(p.Settings.TLS, time.Now, p.Log())
	if err != nil {
		return nil, err
	}
	return func(string) (pki.Source, error) { return source, nil }, nil
}

// IssuedIdentity makes certificates of an authority that lives as long as the process.
func IssuedIdentity(ca *pki.CA) Identity {
	return func(role string) (pki.Source, error) {
		leaf, err := ca.IssueRole(role)
		if err != nil {
			return nil, err
		}
		return pki.Static(leaf, ca.Pool()), nil
	}
}

// Dial connects one role to another; the connection is closed when the process stops.
func (m *Mesh) Dial(from, to string) (*grpc.ClientConn, error) { return m.dial(from, to, nil) }

// DialAs is Dial for calls that a role makes in its own name: each carries an internal token of the role's.
func (m *Mesh) DialAs(from, to string) (*grpc.ClientConn, error) {
	conn, err := m.Dial(from, auth.Role)
	if err != nil {
		return nil, err
	}
	return m.dial(from, to, authn.NewPeerCredentials(authv1.NewTokenServiceClient(conn), to, time.Now))
}

func (m *Mesh) dial(from, to string, own rpcclient.Credentials) (*grpc.ClientConn, error) {
	source, err := m.identity(from)
	if err != nil {
		return nil, err
	}
	conn, err := rpcclient.Dial(to, rpcclient.Options{
		Config: m.process.Settings.Calls, Target: m.process.Settings.Discovery.Target(to), Resolvers: m.resolvers,
		TLS: pki.ClientTLS(source, to), Telemetry: m.process.Telemetry, Credentials: own,
	})
	if err != nil {
		return nil, err
	}
	m.process.Group.Defer("connection to "+to, conn.Close)
	return conn, nil
}

// announce lists an instance of a role until the process stops; it is taken off the
// list before the server under it drains. While etcd is away, the process is not ready
// and goes on trying.
func (m *Mesh) announce(ctx context.Context, role, address string) {
	p := m.process
	m.served[role] = address
	instance := rand.Text() // one name for all tries: one that failed may have been heard
	list := func(ctx context.Context) (*discovery.Registration, error) {
		return discovery.Register(ctx, m.etcd, role, address, discovery.Options{
			Prefix: p.Settings.Discovery.Prefix, TTL: p.Settings.Discovery.TTL, Instance: instance, Logger: p.Log(),
		})
	}
	registration, err := list(ctx)
	if err != nil {
		p.Log().WarnContext(ctx, "not listed in etcd yet; trying again", "role", role, "error", err)
	}
	var listed atomic.Bool
	listed.Store(err == nil)
	p.Probe.Add("listing of "+role, func(context.Context) error {
		if !listed.Load() {
			return errors.New("not listed in etcd yet")
		}
		return nil
	})
	p.Group.Go(ctx, "listing of "+role, func(ctx context.Context) error {
		for ; registration == nil; registration, _ = list(ctx) {
			select {
			case <-ctx.Done():
				return nil
			case <-time.After(time.Second):
			}
		}
		listed.Store(true)
		<-ctx.Done()
		m.withdraw(ctx, role, registration)
		return nil
	})
}

// withdraw takes an instance off the list. Without etcd the listing runs out by itself: that
// is no reason to end with an error.
func (m *Mesh) withdraw(ctx context.Context, role string, registration *discovery.Registration) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
	defer cancel()
	if err := registration.Close(ctx); err != nil {
		m.process.Log().WarnContext(ctx, "could not be taken off the list in etcd", "role", role, "error", err)
	}
}
