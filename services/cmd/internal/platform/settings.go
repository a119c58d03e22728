// Package platform puts the roles together: it owns the settings of the whole
// binary and starts, in the right order, the parts that each role consists of.
package platform

import (
	"errors"
	"fmt"
	"net"
	"path/filepath"
	"slices"
	"time"

	"github.com/adrg/xdg"

	"github.com/ventanilla/ventanilla/gateway/dialect/colppy"
	"github.com/ventanilla/ventanilla/gateway/dialect/mosia"
	"github.com/ventanilla/ventanilla/gateway/edge"
	"github.com/ventanilla/ventanilla/pkg/config"
	"github.com/ventanilla/ventanilla/pkg/discovery"
	"github.com/ventanilla/ventanilla/pkg/pki"
	"github.com/ventanilla/ventanilla/pkg/probe"
	"github.com/ventanilla/ventanilla/pkg/ratelimit"
	"github.com/ventanilla/ventanilla/pkg/rpcclient"
	"github.com/ventanilla/ventanilla/pkg/rpcserver"
	"github.com/ventanilla/ventanilla/pkg/telemetry"
	"github.com/ventanilla/ventanilla/services/auth"
	"github.com/ventanilla/ventanilla/services/benefits"
	"github.com/ventanilla/ventanilla/services/identity"
	"github.com/ventanilla/ventanilla/services/notifications"
	"github.com/ventanilla/ventanilla/services/session"
)

// Settings is everything that can be set. A role reads its own part.
type Settings struct {
	// Data is the folder of `up` and `etcd`: databases, the laptop's certificates, demo.json.
	Data  string           `koanf:"data"`
	Edge  edge.Config      `koanf:"edge"`
	Admin Admin            `koanf:"admin"`
	RPC   rpcserver.Config `koanf:"rpc"`
	Calls rpcclient.Config `koanf:"calls"`
	// TLS is the role's identity among the roles; `up` makes its own.
	TLS           pki.Config           `koanf:"tls"`
	Discovery     discovery.Config     `koanf:"discovery"`
	Etcd          Etcd                 `koanf:"etcd"`
	Auth          auth.Config          `koanf:"auth"`
	Identity      identity.Config      `koanf:"identity"`
	Benefits      benefits.Config      `koanf:"benefits"`
	Notifications notifications.Config `koanf:"notifications"`
	Session       session.Config       `koanf:"session"`
	Telemetry     telemetry.Config     `koanf:"telemetry"`
	// Colppy is the gateway's, for the family of that name.
	Colppy colppy.Config `koanf:"colppy"`
	// Mosia is the gateway's too.
	Mosia mosia.Config `koanf:"mosia"`
	// Limits says where calls are counted.
	Limits ratelimit.Config `koanf:"limits"`
	// StopDelay is how long a process says "not ready" before it stops serving, for load
	// balancers that look now and then.
	StopDelay time.Duration `koanf:"stop_delay"`
	// InternalRoles are the roles of the organisation's own programs, by the name in their certificates: they may call the
	// services' reads and have auth make them tokens.
	InternalRoles []string `koanf:"internal_roles"`
	// Demo is read by `up --demo` alone.
	Demo Demo `koanf:"demo"`
}

// Demo is what a demonstration serves beside the platform.
type Demo struct {
	// PageListen is the plain-HTTP address of a partner's page with widgets; port 0 takes a free one.
	PageListen string `koanf:"page_listen"`
}

// Admin is what operators and their tools reach.
type Admin struct {
	// Config is the plain-HTTP listener of /livez, /readyz, /metrics and profiles.
	probe.Config `koanf:",squash"`
	// RPCListen is the mTLS address of the admin RPCs.
	RPCListen string `koanf:"rpc_listen"`
}

// Etcd is the single etcd member that `ventanilla etcd` runs.
type Etcd struct {
	// Listen is the address for clients.
	Listen string `koanf:"listen"`
}

// DefaultData is the data folder of `up` among the user's data.
func DefaultData(demo bool) string {
	if demo {
		return filepath.Join(xdg.DataHome, "ventanilla-demo")
	}
	return filepath.Join(xdg.DataHome, "ventanilla")
}

// Defaults returns the settings of a laptop.
func Defaults() Settings {
	s := Settings{
		Data:          DefaultData(false),
		Edge:          edge.DefaultConfig(),
		Admin:         Admin{Config: probe.Config{Listen: "127.0.0.1:9090"}, RPCListen: "127.0.0.1:9443"},
		RPC:           rpcserver.DefaultConfig(),
		Calls:         rpcclient.DefaultConfig(),
		Discovery:     discovery.DefaultConfig(),
		Etcd:          Etcd{Listen: "127.0.0.1:2379"},
		Auth:          auth.DefaultConfig(),
		Identity:      identity.DefaultConfig(),
		Benefits:      benefits.DefaultConfig(),
		Notifications: notifications.DefaultConfig(),
		Session:       session.DefaultConfig(),
		Telemetry:     telemetry.DefaultConfig(),
		Limits:        ratelimit.DefaultConfig(),
		Demo:          Demo{PageListen: "127.0.0.1:8090"},
	}
	s.Auth.Families, s.Auth.FamilyScopes = partners(), familyScopes()
	return s
}

// Validate tells all that is wrong with what every role reads, and with the sections of
// the given roles, each with the name of the setting.
func (s Settings) Validate(roles ...string) error {
	var errs []error
	check := func(section string, err error) {
		errs = append(errs, config.InSection(section, err))
	}
	if s.Data == "" {
		errs = append(errs, errors.New("data: required"))
	}
	if s.StopDelay < 0 || s.StopDelay > time.Minute {
		errs = append(errs, errors.New("stop_delay: must be between 0s and 1m"))
	}
	check("admin", s.Admin.validate())
	check("demo", address("page_listen", s.Demo.PageListen))
	check("calls", s.Calls.Validate())
	check("discovery", s.Discovery.Validate())
	check("telemetry", s.Telemetry.Validate())
	check("limits", s.Limits.Validate())
	errs = append(errs, s.checkInternalRoles())
	for _, service := range Services() {
		if slices.Contains(roles, service.Role) {
			check("rpc", s.RPC.Validate())
			check(service.Role, service.Section(&s).Validate())
		}
	}
	if slices.Contains(roles, GatewayRole) {
		check("edge", s.Edge.Validate())
	}
	if slices.Contains(roles, EtcdRole) {
		check("etcd", address("listen", s.Etcd.Listen))
	}
	return errors.Join(errs...)
}

func (a Admin) validate() error {
	return errors.Join(a.Validate(), address("rpc_listen", a.RPCListen))
}

func address(name, value string) error {
	if _, _, err := net.SplitHostPort(value); err != nil {
		return fmt.Errorf("%s: %q is no host:port", name, value)
	}
	return nil
}

// Loopback tells whether an address can be reached from this machine only.
func Loopback(address string) bool {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return false
	}
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
