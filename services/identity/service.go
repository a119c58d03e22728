package identity

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"sync"
	"time"

	"buf.build/go/protovalidate"
	"google.golang.org/grpc"

	"github.com/ventanilla/ventanilla/pkg/auditlog"
	"github.com/ventanilla/ventanilla/pkg/keyring"
	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
	identityv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/identity/v1"
	"github.com/ventanilla/ventanilla/services/identity/internal/keys"
	"github.com/ventanilla/ventanilla/services/identity/internal/store"
)

// Role is the name under which the service is called, and the audience of the internal tokens that it accepts.
const Role = "identity"

// Schema is the PostgreSQL schema of the service.
const Schema = store.Schema

// logOrigin is the name of the access log in its checkpoints.
const logOrigin = "ventanilla/identity/access"

// Migrations are the revisions of the service's schema, for pkg/store.
func Migrations() fs.FS { return store.Migrations() }

// Deps are what the service works with. All are needed.
type Deps struct {
	// DB is the service's database, migrated (see Migrations).
	DB *sqlstore.DB
	// KEK opens the private keys in the database.
	KEK *keyring.KEK
	// Now is the clock.
	Now func() time.Time
	// Logger takes what operators of the platform should know.
	Logger *slog.Logger
}

// Service is one replica of identity.
type Service struct {
	config Config
	store  *store.Store
	vault  *keys.Vault
	now    func() time.Time
	logger *slog.Logger
	// contract validates persons and memberships that come of changes.
	contract protovalidate.Validator

	recorder *auditlog.Recorder
	sealer   *auditlog.Sealer
	logKeys  auditlog.Keys

	ring     *keys.Ring
	prover   prover
	lists    map[store.DataSet]*revocationLists
	newFolio func() string
}

// New opens the keys, making them at the first start.
func New(ctx context.Context, config Config, deps Deps) (*Service, error) {
	s := &Service{
		config:   config,
		store:    store.New(deps.DB, deps.Now),
		vault:    keys.NewVault(deps.KEK),
		now:      deps.Now,
		logger:   deps.Logger,
		recorder: auditlog.NewRecorder(deps.DB),
		lists:    newRevocationLists(),
		newFolio: randomFolio,
	}
	s.ring = keys.NewRing(s.vault)
	var err error
	if s.contract, err = recordContract(); err != nil {
		return nil, fmt.Errorf("starting identity: %w", err)
	}
	s.sealer = auditlog.NewSealer(deps.DB, func() auditlog.Keys { return s.logKeys }, deps.Logger)
	if err := s.load(ctx); err != nil {
		return nil, fmt.Errorf("starting identity: %w", err)
	}
	if s.prover, err = newProver(s.store); err != nil {
		return nil, fmt.Errorf("starting identity: %w", err)
	}
	return s, nil
}

func (s *Service) load(ctx context.Context) error {
	if err := keys.Ensure(ctx, s.store, s.vault); err != nil {
		return err
	}
	known, err := s.store.SigningKeys(ctx)
	if err != nil {
		return err
	}
	for _, key := range known {
		if key.Use != store.UseLog || key.State != store.KeyActive {
			continue
		}
		private, err := s.vault.Open(key)
		if err != nil {
			return err
		}
		s.logKeys.Active, err = auditlog.NewKey(logOrigin, private)
		return err
	}
	return errors.New("there is no key for the access log")
}

// Register adds the service's RPCs to a server.
func (s *Service) Register(server grpc.ServiceRegistrar) {
	identityv1.RegisterPersonServiceServer(server, &personService{Service: s})
	identityv1.RegisterMembershipServiceServer(server, &membershipService{Service: s})
	identityv1.RegisterCatalogueServiceServer(server, &catalogueService{Service: s})
	identityv1.RegisterCardServiceServer(server, &cardService{Service: s})
	identityv1.RegisterCardKeyServiceServer(server, &cardKeyService{Service: s})
	identityv1.RegisterProfileServiceServer(server, &profileService{Service: s})
	identityv1.RegisterHouseholdServiceServer(server, &householdService{Service: s})
	identityv1.RegisterFactServiceServer(server, &factService{Service: s})
	identityv1.RegisterSituationServiceServer(server, &situationService{Service: s})
	identityv1.RegisterContactServiceServer(server, &contactService{Service: s})
	identityv1.RegisterCitizenServiceServer(server, &citizenService{Service: s})
	identityv1.RegisterAccessLogServiceServer(server, &accessLogService{Service: s})
	identityv1.RegisterDataProtectionServiceServer(server, &dataProtectionService{Service: s})
	identityv1.RegisterImportServiceServer(server, &importService{Service: s})
}

// Run writes and seals the access log, and keeps what has to be kept, until ctx ends; it returns nil then. Reads are
// answered only while it runs.
func (s *Service) Run(ctx context.Context) error {
	var parts sync.WaitGroup
	defer parts.Wait()
	parts.Go(func() { _ = s.recorder.Run(ctx) }) // returns nil
	parts.Go(func() { _ = s.sealer.Run(ctx) })   // returns nil
	parts.Go(func() { s.keepRetention(ctx) })
	return nil
}
