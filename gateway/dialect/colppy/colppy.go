// Package colppy is the dialect of document 004: one endpoint, whose body says which operation of which provision is
// asked for, whatever its media type. An operation is an RPC of the package colppy.v1 whose option names it; one without
// the option is served to nobody. Its texts are Spanish. A host named staging.* serves the accounts of the staging data
// set, every other host those of production.
//
// Failures are told with status 200, at two levels: what could not be carried out has an estado, what an operation refused
// has success false. Only what the transport refuses keeps its status, and everything under a strict switch.
package colppy

import (
	"net/http"
	"time"

	"google.golang.org/grpc"

	"github.com/ventanilla/ventanilla/gateway/credential"
	"github.com/ventanilla/ventanilla/gateway/edge"
	colppyv1 "github.com/ventanilla/ventanilla/proto/gen/go/colppy/v1"
	sessionv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/session/v1"
)

// Name is the family's name.
const Name = "colppy"

// Path is the endpoint.
const Path = "/lib/frontera2/service.php"

// Config is the section "colppy" of the configuration.
type Config struct {
	// DocumentedDates has response_date written as the document's example has it, with the day before the month.
	DocumentedDates bool `koanf:"documented_dates"`
}

// New makes the family. session leads to the service that knows accounts and sessions; callers are bounded by limits.
func New(session grpc.ClientConnInterface, limits Limits, clock func() time.Time, cfg Config) (edge.Family, error) {
	served, err := newOperations(session, clock)
	if err != nil {
		return edge.Family{}, err
	}
	pacer, err := credential.NewPacer(limits, clock)
	if err != nil {
		return edge.Family{}, err
	}
	h := &handler{
		operations: served,
		callers:    callers{sessions: sessionv1.NewSessionServiceClient(session), limits: limits, pacer: pacer},
		clock:      clock,
		layout:     timeLayout,
	}
	if cfg.DocumentedDates {
		h.layout = documentedLayout
	}
	return edge.Family{
		Name:     Name,
		Prefixes: []string{"/lib/frontera2"},
		Routes: []edge.Route{
			{Method: http.MethodPost, Path: Path},
			{Method: http.MethodGet, Path: Path},
		},
		Handler:    h,
		WriteError: h.writeError,
		Strict:     true,
	}, nil
}

// newOperations are the provisions that are served.
func newOperations(session grpc.ClientConnInterface, clock func() time.Time) (*operations, error) {
	served := &operations{byName: make(map[name]*operation)}
	workspace := sessionv1.NewWorkspaceServiceClient(session)
	colppyv1.RegisterUsuarioServiceServer(served, &usuario{sessions: sessionv1.NewSessionServiceClient(session), clock: clock})
	colppyv1.RegisterEmpresaServiceServer(served, &empresa{workspace: workspace})
	colppyv1.RegisterClienteServiceServer(served, &cliente{workspace: workspace})
	colppyv1.RegisterBeneficioServiceServer(served, &beneficio{workspace: workspace})
	colppyv1.RegisterNotificacionServiceServer(served, &notificacion{workspace: workspace})
	colppyv1.RegisterPerfilServiceServer(served, &perfil{workspace: workspace})
	colppyv1.RegisterIndiceServiceServer(served, &indice{operations: served, sessions: sessionv1.NewSessionServiceClient(session)})
	return served, served.err()
}
