package benefits_test

import (
	"context"
	"testing"

	"github.com/ventanilla/ventanilla/pkg/roletest"
	"github.com/ventanilla/ventanilla/pkg/telemetry"
	"github.com/ventanilla/ventanilla/pkg/testkit"
	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
	identityv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/identity/v1"
	"github.com/ventanilla/ventanilla/services/benefits"
)

func TestMain(m *testing.M) { testkit.Main(m) }

var check, wantReason = roletest.Check, roletest.WantReason

// role is what the tests run.
var role = roletest.Role{Name: benefits.Role, Schema: benefits.Schema, Migrations: benefits.Migrations(), Rules: benefits.Rules}

// platform is one store with as many replicas of benefits as a test wants.
type platform struct {
	*roletest.Platform
	// population is what identity answers with.
	population *population
	// change adapts the configuration of replicas that are started; nil for none.
	change func(*benefits.Config)
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
	return &platform{Platform: p, population: &population{known: make(map[string]*identityv1.Situation)}}
}

// replica is a platform with one benefits server that runs on it.
type replica struct {
	*platform
	*roletest.Server
}

func (p *platform) replica() *replica {
	p.T.Helper()
	started := p.Start(func(tele *telemetry.Telemetry) (roletest.Service, error) {
		cfg := benefits.DefaultConfig()
		if p.change != nil {
			p.change(&cfg)
		}
		return benefits.New(p.T.Context(), cfg, benefits.Deps{
			DB: p.DB, Situations: p.population, Now: p.Clock.Now, Logger: tele.Logger, Meter: tele.Meter.Meter("test"),
		})
	})
	return &replica{p, started.Server}
}

// byClient is a context for calls of a client of a data set.
func (p *platform) byClient(set authv1.DataSet, scopes ...string) context.Context {
	return p.ByClient("c1", "cmp", set, scopes...)
}

// because is a purpose for reads.
func because() *identityv1.Access { return &identityv1.Access{Purpose: "a test"} }
