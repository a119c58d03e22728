package notifications_test

import (
	"context"
	"testing"

	"github.com/ventanilla/ventanilla/pkg/roletest"
	"github.com/ventanilla/ventanilla/pkg/telemetry"
	"github.com/ventanilla/ventanilla/pkg/testkit"
	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
	identityv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/identity/v1"
	"github.com/ventanilla/ventanilla/services/notifications"
)

func TestMain(m *testing.M) { testkit.Main(m) }

var check, wantReason = roletest.Check, roletest.WantReason

// role is what the tests run.
var role = roletest.Role{Name: notifications.Role, Schema: notifications.Schema, Migrations: notifications.Migrations(), Rules: notifications.Rules}

// platform is one store with as many replicas of notifications as a test wants.
type platform struct {
	*roletest.Platform
	// directory is what identity answers with.
	directory *directory
	// change adapts the configuration of replicas that are started; nil for none.
	change func(*notifications.Config)
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
	return &platform{Platform: p, directory: &directory{known: make(map[string][]*identityv1.Contact)}}
}

// replica is a platform with one notifications server that runs on it.
type replica struct {
	*platform
	*roletest.Server
	service *notifications.Service
}

func (p *platform) replica() *replica {
	p.T.Helper()
	r := &replica{platform: p}
	r.Server = p.Start(func(tele *telemetry.Telemetry) (roletest.Service, error) {
		cfg := notifications.DefaultConfig()
		if p.change != nil {
			p.change(&cfg)
		}
		var err error
		r.service, err = notifications.New(p.T.Context(), cfg, notifications.Deps{
			DB: p.DB, KEK: p.KEK, Contacts: p.directory, Now: p.Clock.Now, Logger: tele.Logger, Meter: tele.Meter.Meter("test"),
		})
		return r.service, err
	}).Server
	return r
}

// byClient is a context for calls of a client of a data set.
func (p *platform) byClient(set authv1.DataSet, scopes ...string) context.Context {
	return p.ByClient("c1", "tuidd", set, scopes...)
}
