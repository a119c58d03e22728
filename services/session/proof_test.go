package session_test

import (
	"context"
	"fmt"
	"maps"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"go.opentelemetry.io/otel/attribute"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	tracenoop "go.opentelemetry.io/otel/trace/noop"

	"google.golang.org/protobuf/proto"

	"github.com/ventanilla/ventanilla/pkg/config"
	"github.com/ventanilla/ventanilla/pkg/roletest"
	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
	"github.com/ventanilla/ventanilla/pkg/telemetry"
	"github.com/ventanilla/ventanilla/pkg/testkit"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
	sessionv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/session/v1"
	"github.com/ventanilla/ventanilla/services/session"
)

// measured is a platform whose replicas' hashes and statements are counted.
type measured struct {
	*platform
	reader *sdkmetric.ManualReader
	meters *sdkmetric.MeterProvider
}

// onBothMeasured runs a test on SQLite and on PostgreSQL with at most so many connections.
func onBothMeasured(t *testing.T, connections int, test func(t *testing.T, m *measured)) {
	for name, url := range map[string]string{"sqlite": "sqlite:" + filepath.Join(t.TempDir(), "session.db"), "postgres": testkit.Postgres(t)} {
		t.Run(name, func(t *testing.T) {
			reader := sdkmetric.NewManualReader()
			m := &measured{
				&platform{Platform: roletest.Open(t, role, url, connections)}, reader, sdkmetric.NewMeterProvider(sdkmetric.WithReader(reader)),
			}
			roletest.Check(t, m.DB.Close()) // it counts nothing
			settings := sqlstore.DefaultConfig()
			settings.URL, settings.MaxOpen = config.Secret(url), connections
			settings.LockTimeout, settings.StatementTimeout = time.Minute, time.Minute // a machine may be slow
			db, err := sqlstore.Open(t.Context(), settings, sqlstore.Options{Schema: session.Schema, Tracer: tracenoop.NewTracerProvider(), Meter: m.meters})
			roletest.Check(t, err)
			t.Cleanup(func() { roletest.Check(t, db.Close()) })
			m.DB = db
			test(t, m)
		})
	}
}

// still is a replica without what it does by itself, whose statements would be counted.
type still struct{ *session.Service }

func (still) Run(ctx context.Context) error {
	<-ctx.Done()
	return nil
}

func (m *measured) replica() *roletest.Replica {
	m.T.Helper()
	return m.Start(func(tele *telemetry.Telemetry) (roletest.Service, error) {
		cfg := session.DefaultConfig()
		cfg.Passwords.MemoryKiB, cfg.Passwords.Passes = 8, 1
		s, err := session.New(m.T.Context(), cfg, session.Deps{
			DB: m.DB, KEK: m.KEK, Now: m.Clock.Now, Logger: tele.Logger, Meter: m.meters.Meter("test"),
		})
		return still{s}, err
	})
}

// work is how often everything that is measured was done, hashes among it.
type work map[string]uint64

const hashes = "session.password.hash.duration"

// statements are those of the database among it, by their kinds.
func (w work) statements() work {
	found := work{}
	for name, count := range w {
		if _, kind, ok := strings.Cut(name, "db.operation.name="); ok {
			if kind, _, _ = strings.Cut(kind, ","); kind != "sql.rows" && kind != "sql.conn.reset_session" {
				found[kind] += count
			}
		}
	}
	return found
}

// work counts what a call takes.
func (m *measured) work(call func()) work {
	m.T.Helper()
	before := m.counts()
	call()
	done := m.counts()
	for name, count := range before {
		if done[name] -= count; done[name] == 0 {
			delete(done, name)
		}
	}
	return done
}

func (m *measured) counts() work {
	m.T.Helper()
	var all metricdata.ResourceMetrics
	roletest.Check(m.T, m.reader.Collect(context.Background(), &all))
	counts := work{}
	for _, scope := range all.ScopeMetrics {
		for _, metric := range scope.Metrics {
			if histogram, ok := metric.Data.(metricdata.Histogram[float64]); ok {
				for _, point := range histogram.DataPoints {
					counts[metric.Name+point.Attributes.Encoded(attribute.DefaultEncoder())] += point.Count
				}
			}
		}
	}
	return counts
}

// tried tries a login that is refused for a reason, and returns what it took.
func (m *measured) tried(r *roletest.Replica, want errorsv1.Reason, developer *sessionv1.DeveloperCredential, user, password string) work {
	m.T.Helper()
	return m.work(func() {
		_, err := sessions(r).OpenSession(m.T.Context(), &sessionv1.OpenSessionRequest{Developer: developer, User: user, Password: password})
		roletest.WantReason(m.T, err, want)
	})
}

// Whoever tries logins out cannot tell by what is done for them which there are.
func TestUnknownAndWrongAreTheSameWork(t *testing.T) {
	onBothMeasured(t, 4, func(t *testing.T, m *measured) {
		r := m.replica()
		for _, login := range []string{"taller", "shut"} {
			account(r, developerKind, login)
		}
		for _, login := range []string{"ana", "shut"} {
			account(r, userKind, login)
		}
		for _, kind := range []sessionv1.AccountKind{developerKind, userKind} {
			got, err := accounts(r).GetAccount(m.ByOperator("viewer"), &sessionv1.GetAccountRequest{
				Account: &sessionv1.GetAccountRequest_Login{Login: &sessionv1.AccountLogin{Kind: kind, Login: "shut"}},
			})
			roletest.Check(t, err)
			roletest.Check(t, set(r, &sessionv1.Account{AccountId: got.GetAccount().GetAccountId(), Disabled: true}, "disabled"))
		}
		session := logIn(r, "taller", "ana")
		for round := range 2 { // the first prepares statements
			for of, tries := range map[string][]work{
				"users": {
					m.tried(r, loginRefused, credential("taller"), "ana", "wrong"),
					m.tried(r, loginRefused, credential("taller"), "nobody", "wrong"),
					m.tried(r, loginRefused, credential("taller"), "shut", userPassword),
				},
				"developers": {
					m.tried(r, credentialInvalid, &sessionv1.DeveloperCredential{Login: "taller", Password: "wrong"}, "ana", userPassword),
					m.tried(r, credentialInvalid, &sessionv1.DeveloperCredential{Login: "nobody", Password: "wrong"}, "ana", userPassword),
					m.tried(r, credentialInvalid, &sessionv1.DeveloperCredential{Login: "shut", Password: developerPassword}, "ana", userPassword),
				},
				"developers with a session": {
					m.work(func() { roletest.WantReason(t, checkSession(r, as(session, "taller", "wrong")), credentialInvalid) }),
					m.work(func() { roletest.WantReason(t, checkSession(r, as(session, "nobody", "wrong")), credentialInvalid) }),
					m.work(func() {
						roletest.WantReason(t, checkSession(r, as(session, "shut", developerPassword)), credentialInvalid)
					}),
				},
			} {
				for _, took := range tries {
					if round > 0 && (took[hashes] != 1 || len(took) < 2 || !maps.Equal(took, tries[0])) {
						t.Errorf("%s: work differs: %v and %v", of, took, tries[0])
					}
				}
			}
		}
		m.Clock.Advance(time.Minute)
		roletest.Check(t, checkSession(r, session)) // and writes that it was used
		took := m.work(func() { roletest.Check(t, checkSession(r, session)) })
		if statements := took.statements(); took[hashes] != 0 || len(statements) != 1 || statements["sql.conn.query"] != 1 {
			t.Errorf("a check takes %v", took)
		}
	})
}

// as presents a session with another credential.
func as(session *sessionv1.UserSession, login, password string) *sessionv1.UserSession {
	other := proto.CloneOf(session)
	other.Developer = &sessionv1.DeveloperCredential{Login: login, Password: password}
	return other
}

func TestFailedLoginsArePaced(t *testing.T) {
	onBothMeasured(t, 4, func(t *testing.T, m *measured) {
		one, two := m.replica(), m.replica()
		account(one, developerKind, "taller")
		account(one, userKind, "ana")
		account(one, userKind, "eva")
		logIn(one, "taller", "eva")
		from := func(address string) *sessionv1.DeveloperCredential {
			c := credential("taller")
			c.Address = address
			return c
		}
		for _, login := range []string{"ana", "nobody"} {
			for n := range 6 {
				m.tried([]*roletest.Replica{one, two}[n%2], loginRefused, from(""), login, "wrong")
			}
			for _, r := range []*roletest.Replica{one, two} {
				if took := m.tried(r, rateLimited, from(""), login, userPassword); took[hashes] != 0 {
					t.Errorf("whoever waits is hashed for: %v", took)
				}
			}
		}
		_, err := open(two, "taller", "ana", userPassword)
		if after, ok := rpcerr.Delay(err); !ok || after != time.Second {
			t.Errorf("to be tried again after %s", after)
		}
		m.Clock.Advance(time.Second)
		logIn(two, "taller", "ana") // and all is forgiven
		for range 6 {
			m.tried(one, loginRefused, from(""), "ana", "wrong")
		}
		m.tried(one, rateLimited, from(""), "ana", "wrong")

		for n := range 51 {
			m.tried(one, loginRefused, from("192.0.2.9"), fmt.Sprint("guess ", n), "wrong")
		}
		m.tried(two, rateLimited, from("192.0.2.9"), "eva", userPassword)
		logIn(two, "taller", "eva") // from another address

		three := m.replica()
		for range 6 {
			m.tried(one, credentialInvalid, &sessionv1.DeveloperCredential{Login: "taller", Password: "wrong"}, "eva", userPassword)
		}
		m.tried(three, rateLimited, from(""), "eva", userPassword)
		logIn(one, "taller", "eva")                                        // where the pair is remembered, nobody's failures keep its developer out
		m.tried(one, rateLimited, from("192.0.2.10"), "eva", userPassword) // and who guesses does not find it out
	})
}

// Callers do not wait for each other with a connection in hand.
func TestAHundredCallersShareOneHashAndOneConnection(t *testing.T) {
	onBothMeasured(t, 1, func(t *testing.T, m *measured) {
		r := m.replica()
		account(r, developerKind, "taller")
		account(r, userKind, "ana")
		session := logIn(r, "taller", "ana")
		fresh := m.replica()
		client := sessions(fresh)
		all := func(call func() error) work {
			return m.work(func() {
				var callers sync.WaitGroup
				for range 100 {
					callers.Go(func() {
						if err := call(); err != nil {
							t.Error(err)
						}
					})
				}
				callers.Wait()
			})
		}
		if took := all(func() error {
			_, err := client.CheckSession(t.Context(), &sessionv1.CheckSessionRequest{Session: session})
			return err
		}); took[hashes] != 1 {
			t.Errorf("a hundred calls of one developer take %d hashes", took[hashes])
		}
		if took := all(func() error {
			_, err := client.OpenSession(t.Context(), &sessionv1.OpenSessionRequest{Developer: credential("taller"), User: "ana", Password: userPassword})
			return err
		}); took[hashes] != 100 {
			t.Errorf("a hundred logins take %d hashes", took[hashes])
		}
	})
}

// A password that was hashed in another way is hashed as the settings say at the next login, which ends nothing.
func TestPasswordsAreHashedAnew(t *testing.T) {
	onBoth(t, func(t *testing.T, p *platform) {
		r := p.replica()
		account(r, developerKind, "taller")
		account(r, userKind, "ana")
		opened := logIn(r, "taller", "ana")
		p.change = func(c *session.Config) { c.Passwords.MemoryKiB = 16 }
		renewed := p.replica()
		logIn(renewed, "taller", "ana")
		roletest.Check(t, checkSession(r, opened))
		var stored int
		roletest.Check(t, p.DB.Read.QueryRowContext(t.Context(),
			`SELECT COUNT(*) FROM account WHERE password LIKE '$argon2id$v=19$m=16,t=1,p=1$%'`).Scan(&stored))
		if stored != 2 {
			t.Errorf("%d passwords are hashed anew", stored)
		}
		logIn(r, "taller", "ana")
	})
}
