package notifications_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/json"
	"io"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	metricnoop "go.opentelemetry.io/otel/metric/noop"
	tracenoop "go.opentelemetry.io/otel/trace/noop"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"

	"github.com/ventanilla/ventanilla/pkg/authn"
	"github.com/ventanilla/ventanilla/pkg/config"
	"github.com/ventanilla/ventanilla/pkg/keyring"
	"github.com/ventanilla/ventanilla/pkg/pki"
	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	"github.com/ventanilla/ventanilla/pkg/rpcserver"
	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
	"github.com/ventanilla/ventanilla/pkg/telemetry"
	"github.com/ventanilla/ventanilla/pkg/testkit"
	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
	identityv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/identity/v1"
	"github.com/ventanilla/ventanilla/services/notifications"
)

func TestMain(m *testing.M) { testkit.Main(m) }

const issuer = "https://auth.example"

// platform is one store with as many replicas of notifications as a test wants, and the key of the auth service that it trusts.
type platform struct {
	t     testing.TB
	ca    *pki.CA
	clock *testkit.Clock
	db    *sqlstore.DB
	auth  *ecdsa.PrivateKey
	kek   *keyring.KEK
	// directory is what identity answers with.
	directory *directory
	// change adapts the configuration of replicas that are started; nil for none.
	change func(*notifications.Config)
	// logs is where replicas that are started log to.
	logs io.Writer
}

// onBoth runs a test on SQLite and on PostgreSQL.
func onBoth(t *testing.T, test func(t *testing.T, p *platform)) {
	t.Run("sqlite", func(t *testing.T) { test(t, newPlatform(t)) })
	t.Run("postgres", func(t *testing.T) { test(t, openPlatform(t, testkit.Postgres(t), 8)) })
}

func newPlatform(t testing.TB) *platform {
	return openPlatform(t, "sqlite:"+filepath.Join(t.TempDir(), "notifications.db"), 8)
}

func openPlatform(t testing.TB, url string, connections int) *platform {
	t.Helper()
	ca, err := pki.NewCA("test", time.Hour, time.Now)
	check(t, err)
	settings := sqlstore.DefaultConfig()
	settings.URL, settings.MaxOpen = config.Secret(url), connections
	settings.LockTimeout, settings.StatementTimeout = time.Minute, time.Minute // a machine may be slow
	db, err := sqlstore.Open(t.Context(), settings, sqlstore.Options{
		Schema: notifications.Schema, Tracer: tracenoop.NewTracerProvider(), Meter: metricnoop.NewMeterProvider(),
	})
	check(t, err)
	t.Cleanup(func() { check(t, db.Close()) })
	check(t, sqlstore.Migrate(t.Context(), db, notifications.Migrations()))
	kek, err := keyring.New(make([]byte, 32))
	check(t, err)
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	check(t, err)
	return &platform{t: t, ca: ca, directory: &directory{known: make(map[string][]*identityv1.Contact)}, kek: kek, clock: testkit.NewClock(time.Now().UTC()), db: db, auth: key, logs: io.Discard}
}

// replica is one notifications server, reached over mTLS.
type replica struct {
	*platform
	service *notifications.Service
	address string
	// stop ends the server and what the service does by itself, and waits for it. The test's end does so too.
	stop func()
}

func (p *platform) replica() *replica {
	p.t.Helper()
	tele, err := telemetry.Setup(p.t.Context(), telemetry.DefaultConfig(), notifications.Role, "test", p.logs)
	check(p.t, err)
	cfg := notifications.DefaultConfig()
	if p.change != nil {
		p.change(&cfg)
	}
	service, err := notifications.New(p.t.Context(), cfg, notifications.Deps{
		DB: p.db, KEK: p.kek, Contacts: p.directory, Now: p.clock.Now, Logger: tele.Logger, Meter: tele.Meter.Meter("test"),
	})
	check(p.t, err)
	verifier, err := authn.NewVerifier(authn.VerifierOptions{
		Issuer: issuer, Audience: notifications.Role, Keys: p.keys, View: nothingRevoked{}, Now: p.clock.Now,
	})
	check(p.t, err)
	server, err := rpcserver.New(rpcserver.DefaultConfig(), rpcserver.Options{
		TLS: pki.ServerTLS(p.identity(notifications.Role)), Rules: notifications.Rules(), Verifier: verifier, Telemetry: tele,
	})
	check(p.t, err)
	service.Register(server)
	check(p.t, server.Listen(p.t.Context()))

	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	for _, run := range []func(context.Context) error{server.Serve, service.Run} {
		running.Go(func() {
			if err := run(ctx); err != nil {
				p.t.Error(err)
			}
		})
	}
	stop := sync.OnceFunc(func() {
		cancel()
		running.Wait()
		check(p.t, tele.Shutdown(context.Background()))
	})
	p.t.Cleanup(stop)
	return &replica{p, service, server.Addr().String(), stop}
}

type nothingRevoked struct{}

func (nothingRevoked) Fresh() bool                    { return true }
func (nothingRevoked) Revoked(*authv1.Principal) bool { return false }

func (p *platform) keys(context.Context) ([]byte, error) {
	return json.Marshal(jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: p.auth.Public(), KeyID: "k", Algorithm: "ES256", Use: "sig"}}})
}

func (p *platform) identity(role string) pki.Source {
	certificate, err := p.ca.IssueRole(role)
	check(p.t, err)
	return pki.Static(certificate, p.ca.Pool())
}

// as connects with the certificate of a role.
func (r *replica) as(role string) *grpc.ClientConn {
	r.t.Helper()
	conn, err := grpc.NewClient(r.address, grpc.WithTransportCredentials(
		credentials.NewTLS(pki.ClientTLS(r.identity(role), notifications.Role))))
	check(r.t, err)
	r.t.Cleanup(func() { check(r.t, conn.Close()) })
	return conn
}

// by is a context for calls with an internal token of these claims.
func (p *platform) by(claims authn.Claims) context.Context {
	p.t.Helper()
	now := p.clock.Now()
	claims.Issuer, claims.Audience, claims.ID = issuer, notifications.Role, rand.Text()
	claims.IssuedAt, claims.ExpiresAt = now.Unix(), now.Add(authn.MaxLife).Unix()
	token, err := authn.Sign(p.auth, "k", claims)
	check(p.t, err)
	return authn.Outgoing(p.t.Context(), token)
}

// byOperator is a context for calls of an operator.
func (p *platform) byOperator(roles ...string) context.Context {
	return p.by(authn.Claims{Operator: "ana", Roles: roles})
}

// byClient is a context for calls of a client of a data set.
func (p *platform) byClient(set authv1.DataSet, scopes ...string) context.Context {
	return p.by(authn.Claims{ClientID: "c1", Family: "tuidd", Kind: authv1.ClientKind_CLIENT_KIND_PARTNER, DataSet: set, Scopes: scopes})
}

// byPeer is a context for calls of a role in its own name.
func (p *platform) byPeer(role string) context.Context { return p.by(authn.Claims{Peer: role}) }

// directory stands for the identity service: contacts of persons by person_id.
type directory struct {
	mu     sync.Mutex
	known  map[string][]*identityv1.Contact
	asked  int
	failed error
}

// calls counts those so far.
func (d *directory) calls() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.asked
}

// fails makes calls fail from now on; nil for none.
func (d *directory) fails(err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.failed = err
}

// knows enters a person.
func (d *directory) knows(personID string, contacts ...*identityv1.Contact) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.known[personID] = contacts
}

// GetContacts answers with those that are known, and an empty one for others.
func (d *directory) GetContacts(_ context.Context, in *identityv1.GetContactsRequest, _ ...grpc.CallOption) (*identityv1.GetContactsResponse, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.asked++
	if d.failed != nil {
		return nil, d.failed
	}
	answer := &identityv1.GetContactsResponse{}
	for _, id := range in.GetPersonIds() {
		person := &identityv1.PersonContacts{}
		if contacts, ok := d.known[id]; ok {
			person.PersonId, person.Contacts = id, contacts
		}
		answer.Persons = append(answer.Persons, person)
	}
	return answer, nil
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func wantReason(t testing.TB, err error, want errorsv1.Reason) {
	t.Helper()
	if got := rpcerr.Reason(err); got != want {
		t.Errorf("got %v (%v), want %v", got, err, want)
	}
}
