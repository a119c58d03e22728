package session_test

import (
	"testing"

	"google.golang.org/grpc"

	"github.com/ventanilla/ventanilla/pkg/roletest"
	"github.com/ventanilla/ventanilla/pkg/telemetry"
	"github.com/ventanilla/ventanilla/pkg/testkit"
	"github.com/ventanilla/ventanilla/services/session"
)

func TestMain(m *testing.M) { testkit.Main(m) }

// role is what the tests run.
var role = roletest.Role{Name: session.Role, Schema: session.Schema, Migrations: session.Migrations(), Rules: session.Rules}

// platform is one store with as many replicas of session as a test wants.
type platform struct {
	*roletest.Platform
	// identity, benefits and notifications stand for the other services; nil is one that is not called.
	identity, benefits, notifications grpc.ClientConnInterface
	// change adapts the configuration of replicas that are started; nil for none.
	change func(*session.Config)
}

// onBoth runs a test on SQLite and on PostgreSQL.
func onBoth(t *testing.T, test func(t *testing.T, p *platform)) {
	roletest.OnBoth(t, role, func(t *testing.T, p *roletest.Platform) { test(t, &platform{Platform: p}) })
}

func newPlatform(t testing.TB) *platform { return &platform{Platform: roletest.New(t, role)} }

// replica starts a replica.
func (p *platform) replica() *roletest.Replica {
	p.T.Helper()
	return p.Start(func(tele *telemetry.Telemetry) (roletest.Service, error) {
		cfg := session.DefaultConfig()
		cfg.Passwords.MemoryKiB, cfg.Passwords.Passes = 8, 1 // as little work as can be
		if p.change != nil {
			p.change(&cfg)
		}
		return session.New(p.T.Context(), cfg, session.Deps{
			DB: p.DB, KEK: p.KEK, Identity: p.identity, Benefits: p.benefits, Notifications: p.notifications,
			Now: p.Clock.Now, Logger: tele.Logger, Meter: tele.Meter.Meter("test"),
		})
	})
}
