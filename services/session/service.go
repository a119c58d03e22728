package session

import (
	"context"
	"fmt"
	"io/fs"
	"log/slog"
	"time"

	"buf.build/go/protovalidate"
	"go.opentelemetry.io/otel/metric"
	"google.golang.org/grpc"

	"github.com/ventanilla/ventanilla/pkg/keyring"
	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
	benefitsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/benefits/v1"
	identityv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/identity/v1"
	sessionv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/session/v1"
	"github.com/ventanilla/ventanilla/services/session/internal/messaging"
	"github.com/ventanilla/ventanilla/services/session/internal/pace"
	"github.com/ventanilla/ventanilla/services/session/internal/password"
	"github.com/ventanilla/ventanilla/services/session/internal/store"
)

// Role is the name under which the service is called, and the audience of the internal tokens that it accepts.
const Role = "session"

// Schema is the PostgreSQL schema of the service.
const Schema = store.Schema

// Migrations are the revisions of the service's schema, for pkg/store.
func Migrations() fs.FS { return store.Migrations() }

// Deps are what the service works with. All are needed.
type Deps struct {
	// DB is the service's database, migrated (see Migrations).
	DB *sqlstore.DB
	// KEK opens the secrets in the database.
	KEK *keyring.KEK
	// Identity, Benefits and Notifications lead to the services that are asked in the service's own name.
	Identity, Benefits, Notifications grpc.ClientConnInterface
	// Now is the clock.
	Now func() time.Time
	// Logger takes what operators of the platform should know.
	Logger *slog.Logger
	// Meter counts what they should be alerted of.
	Meter metric.Meter
}

// Service is one replica of session.
type Service struct {
	config Config
	store  *store.Store
	kek    *keyring.KEK
	now    func() time.Time
	logger *slog.Logger
	// hasher hashes passwords, proven knows which need no hash, and pacer who failed too often.
	hasher *password.Hasher
	proven *password.Proven
	pacer  *pace.Pacer
	// persons, households and cards are those of identity.
	persons    identityv1.PersonServiceClient
	households identityv1.HouseholdServiceClient
	cards      identityv1.CardServiceClient
	// evaluations are benefits' decisions.
	evaluations benefitsv1.EvaluationServiceClient
	// messenger has persons told something.
	messenger *messaging.Messenger
	// functionalities validates functionalities as they would be after a change.
	functionalities protovalidate.Validator
	// integrations are called.
	integrations *integrations
}

// New makes a replica.
func New(ctx context.Context, config Config, deps Deps) (*Service, error) {
	s := &Service{
		config: config, store: store.New(deps.DB, deps.Now), kek: deps.KEK, now: deps.Now, logger: deps.Logger, proven: password.NewProven(deps.Now),
		persons: identityv1.NewPersonServiceClient(deps.Identity), households: identityv1.NewHouseholdServiceClient(deps.Identity),
		cards: identityv1.NewCardServiceClient(deps.Identity), evaluations: benefitsv1.NewEvaluationServiceClient(deps.Benefits),
		messenger: messaging.New(deps.Notifications, deps.Now),
	}
	logins, err := s.store.SharedKeys(deps.KEK).Open(ctx, "logins")
	if err != nil {
		return nil, fmt.Errorf("starting session: %w", err)
	}
	s.pacer = pace.New(s.store, logins, deps.Now)
	if s.hasher, err = password.NewHasher(config.Passwords, deps.Now, deps.Meter); err != nil {
		return nil, fmt.Errorf("starting session: %w", err)
	}
	if s.functionalities, err = functionalityContract(); err != nil {
		return nil, fmt.Errorf("reading the contract of functionalities: %w", err)
	}
	if s.integrations, err = newIntegrations(config.Integrations, deps); err != nil {
		return nil, fmt.Errorf("starting session: %w", err)
	}
	return s, nil
}

// Register adds the service's RPCs to a server.
func (s *Service) Register(server grpc.ServiceRegistrar) {
	sessionv1.RegisterAccountServiceServer(server, &accountService{Service: s})
	sessionv1.RegisterSessionServiceServer(server, &sessionService{Service: s})
	sessionv1.RegisterOrganisationServiceServer(server, &organisationService{Service: s})
	sessionv1.RegisterWorkspaceServiceServer(server, &workspaceService{Service: s})
	sessionv1.RegisterFunctionalityServiceServer(server, &functionalityService{Service: s})
	sessionv1.RegisterIntegrationServiceServer(server, &integrationService{Service: s})
	sessionv1.RegisterPassKeyServiceServer(server, &passKeyService{Service: s})
	sessionv1.RegisterBeneficiaryServiceServer(server, &beneficiaryService{Service: s})
	sessionv1.RegisterEventServiceServer(server, &eventService{Service: s})
}

// Run does what is to be done by itself until ctx ends; it returns nil then.
func (s *Service) Run(ctx context.Context) error {
	s.tidy(ctx)
	return s.integrations.Close()
}
