package platform

import (
	"context"
	"io/fs"

	"google.golang.org/grpc"

	"github.com/ventanilla/ventanilla/pkg/keyring"
	"github.com/ventanilla/ventanilla/pkg/rpcserver"
	"github.com/ventanilla/ventanilla/pkg/store"
)

// Service is a role that serves RPCs over a database of its own. Its command, its migrations, what is validated, its place in
// `up`, its certificates and its part of the admin window follow from its entry in Services.
type Service struct {
	// Role is its name, also that of its section of the settings.
	Role string
	// Section is its part of the settings.
	Section func(*Settings) Section

	// schema is its PostgreSQL schema, migrations are the schema's revisions.
	schema     string
	migrations func() fs.FS
	// rules says who may call what; internal are the roles of the organisation's own programs.
	rules func(internal ...string) map[string]rpcserver.Rule
	// operators are the services that the admin window passes on.
	operators []grpc.ServiceDesc
	// open starts what a replica does beside answering, and says how it answers. The key is nil for a service whose section has none.
	open func(context.Context, *Mesh, *store.DB, *keyring.KEK) (registrar, rpcserver.Verifier, error)
}

// Section is what the settings of all services have.
type Section struct {
	Store *store.Config
	// KEK is nil for a service that keeps no private keys.
	KEK *keyring.Config
	// Validate names every setting of the section that cannot be used.
	Validate func() error
}

// registrar adds a service's RPCs to a server.
type registrar interface {
	Register(grpc.ServiceRegistrar)
}

// Services are in the order in which they start: each calls only those before it.
func Services() []Service {
	return []Service{authService(), identityService(), benefitsService(), notificationsService(), sessionService()}
}

// Roles are those of the platform's own processes.
func Roles() []string {
	var roles []string
	for _, service := range Services() {
		roles = append(roles, service.Role)
	}
	return append(roles, GatewayRole, EtcdRole)
}
