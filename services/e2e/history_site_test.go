package e2e

import (
	"crypto/tls"
	"encoding/json"
	"net/url"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/backoff"
	"google.golang.org/grpc/connectivity"
	grpccredentials "google.golang.org/grpc/credentials"

	"github.com/ventanilla/ventanilla/pkg/testkit"
	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
)

// site is a gateway with an auth replica of its own, so that one knows which replica answers, and the cables between
// them and to the database.
type site struct {
	gateway, auth      *role
	toAuth, toDatabase *cable
	operators          *grpc.ClientConn
	clients            authv1.ClientServiceClient
	keys               authv1.KeyServiceClient
}

// reached tells whether operators have a connection, and begins to make one when they have none.
func (s *site) reached() bool {
	s.operators.Connect()
	return s.operators.GetState() == connectivity.Ready
}

// sites are two of them on one database.
type sites struct {
	*cluster
	pair    [2]*site
	auditor credentials // May introspect every token.
	// unavailable counts the calls of clients that were answered so.
	unavailable atomic.Int64
}

func newSites(t *testing.T) *sites {
	t.Helper()
	c := &cluster{life: t, program: binary, postgres: testkit.PostgresServer(t), dir: t.TempDir(), etcdAt: freeAddress(t)}
	c.certificates(t)
	c.must(t, append([]string{"migrate", "auth"}, c.settings("auth")...)...)
	c.startEtcd(t)
	s := &sites{cluster: c}
	for i := range s.pair {
		s.pair[i] = c.newAuth(t)
	}
	credential := s.registerOperator(t)
	for _, one := range s.pair {
		c.newGateway(t, one, credential)
	}
	return s
}

func (c *cluster) newAuth(t *testing.T) *site {
	t.Helper()
	database, err := url.Parse(c.postgres.URL)
	if err != nil {
		t.Fatal(err)
	}
	s := &site{toDatabase: newCable(t, database.Host)}
	database.Host = s.toDatabase.address()
	s.auth = c.newRole(t, "auth", "--set", "auth.store.url="+database.String())
	s.auth.start(t, c)
	s.toAuth = newCable(t, s.auth.rpc)
	return s
}

func (c *cluster) newGateway(t *testing.T, s *site, credential string) {
	t.Helper()
	s.gateway = c.newRole(t, "gateway", "--set", "discovery.targets.auth=static:///"+s.toAuth.address(),
		// All callers come from one address, and many of them with what no longer holds.
		"--set", "edge.rate.failures.per_second=100000", "--set", "edge.rate.failures.burst=100000")
	s.gateway.start(t, c)
	pair, err := tls.LoadX509KeyPair(credential, credential)
	if err != nil {
		t.Fatal(err)
	}
	config := &tls.Config{MinVersion: tls.VersionTLS13, RootCAs: authorities(t, filepath.Join(c.dir, "ca.pem")), Certificates: []tls.Certificate{pair}}
	s.operators, err = grpc.NewClient(s.gateway.adminRPC,
		grpc.WithTransportCredentials(grpccredentials.NewTLS(config)),
		grpc.WithConnectParams(grpc.ConnectParams{
			Backoff: backoff.Config{BaseDelay: 50 * time.Millisecond, Multiplier: 1.5, MaxDelay: 500 * time.Millisecond},
		}))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.operators.Close() })
	s.operators.Connect()
	s.clients = authv1.NewClientServiceClient(s.operators)
	s.keys = authv1.NewKeyServiceClient(s.operators)
}

// registerOperator makes the operator and the auditor as the bootstrap peer, and returns the operator's credential.
func (s *sites) registerOperator(t *testing.T) string {
	t.Helper()
	admin := []string{"admin", "--json", "--pki", s.dir, "--address", s.pair[0].auth.rpc}
	do := func(args ...string) string { return s.must(t, append(admin, args...)...) }
	var made registered
	text := do("client", "create", "Auditor", "--family", "tuidd", "--kind", "resource-server", "--introspects-all")
	if err := json.Unmarshal([]byte(text), &made); err != nil {
		t.Fatal(err)
	}
	s.auditor = made.credentials()
	do("operator", "create", "historian", "--role", "security")
	credential := filepath.Join(s.dir, "historian.pem")
	do("operator", "credential", "historian", "--out", credential)
	return credential
}
