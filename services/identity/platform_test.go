package identity_test

import (
	"context"
	"testing"

	"github.com/ventanilla/ventanilla/pkg/roletest"
	"github.com/ventanilla/ventanilla/pkg/telemetry"
	"github.com/ventanilla/ventanilla/pkg/testkit"
	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
	identityv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/identity/v1"
	"github.com/ventanilla/ventanilla/services/identity"
)

func TestMain(m *testing.M) { testkit.Main(m) }

var check, wantReason = roletest.Check, roletest.WantReason

// role is what the tests run.
var role = roletest.Role{Name: identity.Role, Schema: identity.Schema, Migrations: identity.Migrations(), Rules: identity.Rules}

// platform is one store with as many replicas of identity as a test wants.
type platform struct {
	*roletest.Platform
	// change adapts the configuration of replicas that are started; nil for none.
	change func(*identity.Config)
}

// onBoth runs a test on SQLite and on PostgreSQL.
func onBoth(t *testing.T, test func(t *testing.T, p *platform)) {
	roletest.OnBoth(t, role, func(t *testing.T, p *roletest.Platform) { test(t, platformOf(p)) })
}

func newPlatform(t testing.TB) *platform { return platformOf(roletest.New(t, role)) }

func openPlatform(t testing.TB, url string, connections int) *platform {
	return platformOf(roletest.Open(t, role, url, connections))
}

func platformOf(p *roletest.Platform) *platform {
	return &platform{Platform: p}
}

// replica is a platform with one identity server that runs on it.
type replica struct {
	*platform
	*roletest.Server
	service *identity.Service
}

func (p *platform) replica() *replica {
	p.T.Helper()
	r := &replica{platform: p}
	r.Server = p.Start(func(tele *telemetry.Telemetry) (roletest.Service, error) {
		cfg := identity.DefaultConfig()
		cfg.Cards.Validator, cfg.Cards.StagingValidator = "https://id.example/c", "https://id.example/cs"
		if p.change != nil {
			p.change(&cfg)
		}
		var err error
		r.service, err = identity.New(p.T.Context(), cfg, identity.Deps{
			DB: p.DB, KEK: p.KEK, Now: p.Clock.Now, Logger: tele.Logger,
		})
		return r.service, err
	}).Server
	return r
}

// byClient is a context for calls of a client of a data set.
func (p *platform) byClient(set authv1.DataSet, scopes ...string) context.Context {
	return p.ByClient("c1", "iddi", set, scopes...)
}

// because is a purpose for reads.
func because() *identityv1.Access { return &identityv1.Access{Purpose: "a test"} }
