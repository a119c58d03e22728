package benefits_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/json"
	"io"
	"maps"
	"path/filepath"
	"slices"
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
	"github.com/ventanilla/ventanilla/pkg/pki"
	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	"github.com/ventanilla/ventanilla/pkg/rpcserver"
	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
	"github.com/ventanilla/ventanilla/pkg/telemetry"
	"github.com/ventanilla/ventanilla/pkg/testkit"
	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
	identityv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/identity/v1"
	"github.com/ventanilla/ventanilla/services/benefits"
)

func TestMain(m *testing.M) { testkit.Main(m) }

const issuer = "https://auth.example"

// platform is one store with as many replicas of benefits as a test wants, and the key of the auth service that it trusts.
type platform struct {
	t     testing.TB
	ca    *pki.CA
	clock *testkit.Clock
	db    *sqlstore.DB
	auth  *ecdsa.PrivateKey
	// population is what identity answers with.
	population *population
	// change adapts the configuration of replicas that are started; nil for none.
	change func(*benefits.Config)
	// logs is where replicas that are started log to.
	logs io.Writer
}

// onBoth runs a test on SQLite and on PostgreSQL.
func onBoth(t *testing.T, test func(t *testing.T, p *platform)) {
	t.Run("sqlite", func(t *testing.T) { test(t, newPlatform(t)) })
	t.Run("postgres", func(t *testing.T) { test(t, openPlatform(t, testkit.Postgres(t), 8)) })
}

func newPlatform(t testing.TB) *platform {
	return openPlatform(t, "sqlite:"+filepath.Join(t.TempDir(), "benefits.db"), 8)
}

func openPlatform(t testing.TB, url string, connections int) *platform {
	t.Helper()
	ca, err := pki.NewCA("test", time.Hour, time.Now)
	check(t, err)
	settings := sqlstore.DefaultConfig()
	settings.URL, settings.MaxOpen = config.Secret(url), connections
	settings.LockTimeout, settings.StatementTimeout = time.Minute, time.Minute // a machine may be slow
	db, err := sqlstore.Open(t.Context(), settings, sqlstore.Options{
		Schema: benefits.Schema, Tracer: tracenoop.NewTracerProvider(), Meter: metricnoop.NewMeterProvider(),
	})
	check(t, err)
	t.Cleanup(func() { check(t, db.Close()) })
	check(t, sqlstore.Migrate(t.Context(), db, benefits.Migrations()))
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	check(t, err)
	return &platform{t: t, ca: ca, population: &population{known: make(map[string]*identityv1.Situation)}, clock: testkit.NewClock(time.Now().UTC()), db: db, auth: key, logs: io.Discard}
}

// replica is one benefits server, reached over mTLS.
type replica struct {
	*platform
	service *benefits.Service
	address string
	// stop ends the server and what the service does by itself, and waits for it. The test's end does so too.
	stop func()
}

func (p *platform) replica() *replica {
	p.t.Helper()
	tele, err := telemetry.Setup(p.t.Context(), telemetry.DefaultConfig(), benefits.Role, "test", p.logs)
	check(p.t, err)
	cfg := benefits.DefaultConfig()
	if p.change != nil {
		p.change(&cfg)
	}
	service, err := benefits.New(p.t.Context(), cfg, benefits.Deps{
		DB: p.db, Situations: p.population, Now: p.clock.Now, Logger: tele.Logger, Meter: tele.Meter.Meter("test"),
	})
	check(p.t, err)
	verifier, err := authn.NewVerifier(authn.VerifierOptions{
		Issuer: issuer, Audience: benefits.Role, Keys: p.keys, View: nothingRevoked{}, Now: p.clock.Now,
	})
	check(p.t, err)
	server, err := rpcserver.New(rpcserver.DefaultConfig(), rpcserver.Options{
		TLS: pki.ServerTLS(p.identity(benefits.Role)), Rules: benefits.Rules(), Verifier: verifier, Telemetry: tele,
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
		credentials.NewTLS(pki.ClientTLS(r.identity(role), benefits.Role))))
	check(r.t, err)
	r.t.Cleanup(func() { check(r.t, conn.Close()) })
	return conn
}

// by is a context for calls with an internal token of these claims.
func (p *platform) by(claims authn.Claims) context.Context {
	p.t.Helper()
	now := p.clock.Now()
	claims.Issuer, claims.Audience, claims.ID = issuer, benefits.Role, rand.Text()
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
	return p.by(authn.Claims{ClientID: "c1", Family: "cmp", Kind: authv1.ClientKind_CLIENT_KIND_PARTNER, DataSet: set, Scopes: scopes})
}

// byPeer is a context for calls of a role in its own name.
func (p *platform) byPeer(role string) context.Context { return p.by(authn.Claims{Peer: role}) }

// population stands for the identity service: situations by RUT or person_id.
type population struct {
	mu     sync.Mutex
	known  map[string]*identityv1.Situation
	asked  []*identityv1.SituationScope
	failed error
	// before is called before each answer, if there is one.
	before func(ctx context.Context)
}

// scopes are those that were asked for so far.
func (p *population) scopes() []*identityv1.SituationScope {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.asked)
}

// wait calls before.
func (p *population) wait(ctx context.Context) {
	p.mu.Lock()
	before := p.before
	p.mu.Unlock()
	if before != nil {
		before(ctx)
	}
}

// fails makes calls fail from now on; nil for none.
func (p *population) fails(err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.failed = err
}

// knows enters a person under its RUT, or its person_id.
func (p *population) knows(key string, situation *identityv1.Situation) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.known[key] = situation
}

// GetSituations answers with those that are known, and an empty one for others.
func (p *population) GetSituations(ctx context.Context, in *identityv1.GetSituationsRequest, _ ...grpc.CallOption) (*identityv1.GetSituationsResponse, error) {
	p.wait(ctx)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.asked = append(p.asked, in.GetScope())
	if p.failed != nil {
		return nil, p.failed
	}
	answer := &identityv1.GetSituationsResponse{}
	for _, key := range in.GetPersons() {
		situation := p.known[key.GetPersonId()+key.GetIdentifier().GetValue()]
		if situation == nil {
			situation = &identityv1.Situation{}
		}
		answer.Situations = append(answer.Situations, situation)
	}
	return answer, nil
}

// ListSituations answers with all, by person_id.
func (p *population) ListSituations(ctx context.Context, in *identityv1.ListSituationsRequest, _ ...grpc.CallOption) (*identityv1.ListSituationsResponse, error) {
	p.wait(ctx)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.asked = append(p.asked, in.GetScope())
	if p.failed != nil {
		return nil, p.failed
	}
	answer := &identityv1.ListSituationsResponse{}
	for _, key := range slices.Sorted(maps.Keys(p.known)) {
		if key <= in.GetPageToken() {
			continue
		}
		if len(answer.GetSituations()) == max(1, int(in.GetPageSize())) {
			return answer, nil
		}
		answer.Situations = append(answer.Situations, p.known[key])
		answer.NextPageToken = key
	}
	answer.NextPageToken = ""
	return answer, nil
}

// because is a purpose for reads.
func because() *identityv1.Access { return &identityv1.Access{Purpose: "a test"} }

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
