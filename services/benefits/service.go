package benefits

import (
	"context"
	"io/fs"
	"log/slog"
	"sync"
	"time"

	"go.opentelemetry.io/otel/metric"
	"google.golang.org/grpc"

	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
	benefitsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/benefits/v1"
	identityv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/identity/v1"
	"github.com/ventanilla/ventanilla/services/benefits/internal/store"
)

// Role is the name under which the service is called, and the audience of the internal tokens that it accepts.
const Role = "benefits"

// Schema is the PostgreSQL schema of the service.
const Schema = store.Schema

// Migrations are the revisions of the service's schema, for pkg/store.
func Migrations() fs.FS { return store.Migrations() }

// Situations is what the service needs of identity: what is on record of persons.
type Situations interface {
	GetSituations(ctx context.Context, in *identityv1.GetSituationsRequest, opts ...grpc.CallOption) (*identityv1.GetSituationsResponse, error)
	ListSituations(ctx context.Context, in *identityv1.ListSituationsRequest, opts ...grpc.CallOption) (*identityv1.ListSituationsResponse, error)
}

// Deps are what the service works with. All are needed.
type Deps struct {
	// DB is the service's database, migrated (see Migrations).
	DB *sqlstore.DB
	// Situations are those of identity, asked for in the service's own name.
	Situations Situations
	// Now is the clock.
	Now func() time.Time
	// Logger takes what operators of the platform should know.
	Logger *slog.Logger
	// Meter counts what they should be alerted of.
	Meter metric.Meter
}

// Service is one replica of benefits.
type Service struct {
	config     Config
	store      *store.Store
	situations Situations
	now        func() time.Time
	logger     *slog.Logger

	catalogue *catalogue
	faults    *faults
	// streams are the receivers of streams.
	streams sync.WaitGroup
	// simulations has a place for each that may run.
	simulations chan struct{}
}

// New makes a replica.
func New(_ context.Context, config Config, deps Deps) (*Service, error) {
	s := &Service{
		config: config, store: store.New(deps.DB, deps.Now), situations: deps.Situations, now: deps.Now, logger: deps.Logger,
		simulations: make(chan struct{}, maxSimulations),
	}
	var err error
	if s.catalogue, err = newCatalogue(s.store); err != nil {
		return nil, err
	}
	if s.faults, err = newFaults(deps.Meter, deps.Logger, deps.Now); err != nil {
		return nil, err
	}
	return s, nil
}

// Register adds the service's RPCs to a server.
func (s *Service) Register(server grpc.ServiceRegistrar) {
	benefitsv1.RegisterCatalogueServiceServer(server, &catalogueService{Service: s})
	benefitsv1.RegisterEvaluationServiceServer(server, &evaluationService{Service: s})
	benefitsv1.RegisterSimulationServiceServer(server, &simulationService{Service: s})
}

// Run waits until ctx ends, and then for what streams have left; it returns nil.
func (s *Service) Run(ctx context.Context) error {
	<-ctx.Done()
	s.streams.Wait()
	return nil
}
