package auth_test

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"io"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

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
	"github.com/ventanilla/ventanilla/services/auth"
)

func TestMain(m *testing.M) { testkit.Main(m) }

const issuer = "https://auth.example"

// start is half a second past a whole one, so that rounding shows.
var start = time.Unix(1549297602, 500_000_000).UTC()

// platform is one store with as many replicas of auth as a test wants.
type platform struct {
	t     testing.TB
	ca    *pki.CA
	kek   *keyring.KEK
	clock *testkit.Clock
	now   func() time.Time // the clock's, unless a test takes the real one
	db    *sqlstore.DB
	// board has the switches of all replicas.
	board *board
	// change adapts the configuration of replicas that are started; nil for none.
	change func(*auth.Config)
	// logs is where replicas that are started log to.
	logs io.Writer
}

// onBoth runs a test on each engine.
func onBoth(t *testing.T, test func(t *testing.T, p *platform)) {
	t.Run("SQLite", func(t *testing.T) { test(t, newPlatform(t)) })
	t.Run("PostgreSQL", func(t *testing.T) { test(t, openPlatform(t, testkit.Postgres(t), 8)) })
}

func newPlatform(t testing.TB) *platform {
	return openPlatform(t, "sqlite:"+filepath.Join(t.TempDir(), "auth.db"), 8)
}

func openPlatform(t testing.TB, url string, connections int) *platform {
	t.Helper()
	ca, err := pki.NewCA("test", time.Hour, time.Now)
	check(t, err)
	kek, err := keyring.New(bytes.Repeat([]byte{1}, 32))
	check(t, err)
	settings := sqlstore.DefaultConfig()
	settings.URL, settings.MaxOpen = config.Secret(url), connections
	settings.LockTimeout, settings.StatementTimeout = time.Minute, time.Minute // a machine may be slow
	db, err := sqlstore.Open(t.Context(), settings, sqlstore.Options{
		Schema: auth.Schema, Tracer: tracenoop.NewTracerProvider(), Meter: metricnoop.NewMeterProvider(),
	})
	check(t, err)
	t.Cleanup(func() { check(t, db.Close()) })
	check(t, sqlstore.Migrate(t.Context(), db, auth.Migrations()))
	clock := testkit.NewClock(start)
	return &platform{t: t, ca: ca, kek: kek, clock: clock, now: clock.Now, db: db, board: &board{}, logs: io.Discard}
}

// replica is one auth server, reached over mTLS.
type replica struct {
	*platform
	service *auth.Service
	address string
	// stop ends the server and what the service does by itself, and waits for it. The test's end does so too.
	stop func()
}

// replica starts a server. It follows the store only when follow is set, and else
// knows of changes elsewhere what it finds out when asked.
func (p *platform) replica(follow bool) *replica {
	p.t.Helper()
	tele, err := telemetry.Setup(p.t.Context(), telemetry.DefaultConfig(), "auth", "test", p.logs)
	check(p.t, err)
	cfg := auth.DefaultConfig()
	cfg.Families = []string{"cmp", "tuidd", "iddi"}
	cfg.FamilyScopes = map[string][]string{"iddi": {"perfil"}}
	cfg.Issuer, cfg.ViewPoll = issuer, 10*time.Millisecond
	if p.change != nil {
		p.change(&cfg)
	}
	service, err := auth.New(p.t.Context(), cfg, auth.Deps{
		DB: p.db, KEK: p.kek, Switches: p.board.switches(), Now: p.now, Meter: tele.Meter, Logger: tele.Logger,
	})
	check(p.t, err)
	verifier, err := service.Verifier()
	check(p.t, err)
	server, err := rpcserver.New(rpcserver.DefaultConfig(), rpcserver.Options{
		TLS: pki.ServerTLS(p.identity(auth.Role)), Rules: auth.Rules("enrolment"), Verifier: verifier, Telemetry: tele,
	})
	check(p.t, err)
	service.Register(server)
	check(p.t, server.Listen(p.t.Context()))

	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	run := func(run func(context.Context) error) {
		running.Go(func() {
			if err := run(ctx); err != nil {
				p.t.Error(err)
			}
		})
	}
	run(server.Serve)
	run(service.KeepLog)
	if follow {
		run(service.Run)
	}
	stop := sync.OnceFunc(func() {
		cancel()
		running.Wait()
		check(p.t, tele.Shutdown(context.Background()))
	})
	p.t.Cleanup(stop)
	return &replica{p, service, server.Addr().String(), stop}
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
		credentials.NewTLS(pki.ClientTLS(r.identity(role), auth.Role))))
	check(r.t, err)
	r.t.Cleanup(func() { check(r.t, conn.Close()) })
	return conn
}

func (r *replica) tokens() authv1.TokenServiceClient {
	return authv1.NewTokenServiceClient(r.as("gateway"))
}

// registered is a client with its secret.
type registered struct{ id, secret string }

// register creates a client as the bootstrap peer does.
func (r *replica) register(client *authv1.Client) registered {
	r.t.Helper()
	answer, err := authv1.NewClientServiceClient(r.as("bootstrap")).CreateClient(r.t.Context(),
		&authv1.CreateClientRequest{Client: client})
	check(r.t, err)
	return registered{answer.GetClient().GetClientId(), answer.GetClientSecret()}
}

func partner(scopes ...string) *authv1.Client {
	return &authv1.Client{
		Name: "A partner", Family: "cmp", Kind: authv1.ClientKind_CLIENT_KIND_PARTNER, Scopes: scopes,
	}
}

func resourceServer(scopes ...string) *authv1.Client {
	return &authv1.Client{
		Name: "A server", Family: "tuidd", Kind: authv1.ClientKind_CLIENT_KIND_RESOURCE_SERVER, ResourceScopes: scopes,
	}
}

func (r *replica) issue(client registered, scopes ...string) string {
	r.t.Helper()
	answer, err := r.tokens().IssueToken(r.t.Context(), issueRequest(client, scopes...))
	check(r.t, err)
	return answer.GetAccessToken()
}

func issueRequest(client registered, scopes ...string) *authv1.IssueTokenRequest {
	return &authv1.IssueTokenRequest{
		ClientId: client.id, ClientSecret: client.secret, Scopes: scopes, Families: []string{"cmp", "tuidd"},
	}
}

// exchange gets an internal token for auth itself; the families are all there are.
func (r *replica) exchange(req *authv1.ExchangeRequest) (*authv1.ExchangeResponse, error) {
	return r.tokens().Exchange(r.t.Context(), forAuth(req))
}

func forAuth(req *authv1.ExchangeRequest) *authv1.ExchangeRequest {
	req.Audience = auth.Role
	if req.Families == nil {
		req.Families = []string{"cmp", "tuidd"}
	}
	return req
}

// by is a context for calls in the name of a client.
func (r *replica) by(client registered) context.Context {
	r.t.Helper()
	answer, err := r.exchange(bySecret(client))
	check(r.t, err)
	return authn.Outgoing(r.t.Context(), answer.GetInternalToken())
}

func bySecret(client registered) *authv1.ExchangeRequest {
	return &authv1.ExchangeRequest{Credential: &authv1.ExchangeRequest_ClientSecret{
		ClientSecret: &authv1.ClientSecret{ClientId: client.id, ClientSecret: client.secret},
	}}
}

func byToken(token string) *authv1.ExchangeRequest {
	return &authv1.ExchangeRequest{Credential: &authv1.ExchangeRequest_BearerToken{BearerToken: token}}
}

func byCertificate(der []byte) *authv1.ExchangeRequest {
	return &authv1.ExchangeRequest{Credential: &authv1.ExchangeRequest_OperatorCertificate{OperatorCertificate: der}}
}

// operator registers an operator and returns its certificate.
func (r *replica) operator(name string, roles ...authv1.OperatorRole) []byte {
	r.t.Helper()
	operators := authv1.NewOperatorServiceClient(r.as("bootstrap"))
	_, err := operators.CreateOperator(r.t.Context(), &authv1.CreateOperatorRequest{
		Operator: &authv1.Operator{Name: name, Roles: roles},
	})
	check(r.t, err)
	answer, err := operators.IssueCredential(r.t.Context(), &authv1.IssueCredentialRequest{
		Name: name, CertificateRequest: certificateRequest(r.t),
	})
	check(r.t, err)
	return answer.GetCertificate()
}

// byOperator is a context for calls in the name of an operator.
func (r *replica) byOperator(certificate []byte) context.Context {
	r.t.Helper()
	answer, err := r.exchange(byCertificate(certificate))
	check(r.t, err)
	return authn.Outgoing(r.t.Context(), answer.GetInternalToken())
}

func certificateRequest(t testing.TB) []byte {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	check(t, err)
	der, err := x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{}, key)
	check(t, err)
	return der
}

func (r *replica) clients() authv1.ClientServiceClient {
	return authv1.NewClientServiceClient(r.as("gateway"))
}

// security is a context for calls in the name of a new operator with the role security.
func (r *replica) security() context.Context {
	r.t.Helper()
	name := "sec-" + strings.ToLower(rand.Text())
	return r.byOperator(r.operator(name, authv1.OperatorRole_OPERATOR_ROLE_SECURITY))
}

// disable shuts a client out, as an operator.
func (r *replica) disable(client registered) {
	r.t.Helper()
	_, err := r.clients().DisableClient(r.security(), &authv1.DisableClientRequest{ClientId: client.id})
	check(r.t, err)
}

// rotate gives a client a new secret, as an operator.
func (r *replica) rotate(client registered) registered {
	r.t.Helper()
	answer, err := r.clients().RotateSecret(r.security(), &authv1.RotateSecretRequest{ClientId: client.id})
	check(r.t, err)
	return registered{client.id, answer.GetClientSecret()}
}

func (r *replica) introspect(ctx context.Context, token string) *authv1.IntrospectResponse {
	r.t.Helper()
	answer, err := r.tokens().Introspect(ctx, &authv1.IntrospectRequest{Token: token})
	check(r.t, err)
	return answer
}

func (r *replica) revoke(ctx context.Context, token string) error {
	_, err := r.tokens().Revoke(ctx, &authv1.RevokeRequest{Token: token})
	return err
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

// wantField also wants that one field is named.
func wantField(t testing.TB, err error, want errorsv1.Reason, field string) {
	t.Helper()
	wantReason(t, err, want)
	if fields := rpcerr.Fields(err); len(fields) != 1 || fields[0].Field != field {
		t.Errorf("names %v, want %s", fields, field)
	}
}
