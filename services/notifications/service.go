package notifications

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"time"

	"buf.build/go/protovalidate"
	"go.opentelemetry.io/otel/metric"
	"golang.org/x/sync/errgroup"
	"google.golang.org/grpc"

	"github.com/ventanilla/ventanilla/pkg/groupcommit"
	"github.com/ventanilla/ventanilla/pkg/keyring"
	"github.com/ventanilla/ventanilla/pkg/sharedkey"
	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
	identityv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/identity/v1"
	notificationsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/notifications/v1"
	"github.com/ventanilla/ventanilla/services/notifications/internal/accept"
	"github.com/ventanilla/ventanilla/services/notifications/internal/code"
	"github.com/ventanilla/ventanilla/services/notifications/internal/delivery"
	"github.com/ventanilla/ventanilla/services/notifications/internal/receipt"
	"github.com/ventanilla/ventanilla/services/notifications/internal/recipient"
	"github.com/ventanilla/ventanilla/services/notifications/internal/routing"
	"github.com/ventanilla/ventanilla/services/notifications/internal/settlement"
	"github.com/ventanilla/ventanilla/services/notifications/internal/store"
	"github.com/ventanilla/ventanilla/services/notifications/internal/watch"
)

// Role is the name under which the service is called, and the audience of the internal tokens that it accepts.
const Role = "notifications"

// Schema is the PostgreSQL schema of the service.
const Schema = store.Schema

// Migrations are the revisions of the service's schema, for pkg/store.
func Migrations() fs.FS { return store.Migrations() }

// Contacts is what the service needs of identity: where persons can be reached.
type Contacts interface {
	GetContacts(ctx context.Context, in *identityv1.GetContactsRequest, opts ...grpc.CallOption) (*identityv1.GetContactsResponse, error)
}

// Deps are what the service works with. All are needed.
type Deps struct {
	// DB is the service's database, migrated (see Migrations).
	DB *sqlstore.DB
	// KEK opens the secrets in the database.
	KEK *keyring.KEK
	// Contacts are those of identity, asked for in the service's own name.
	Contacts Contacts
	// Now is the clock.
	Now func() time.Time
	// Logger takes what operators of the platform should know.
	Logger *slog.Logger
	// Meter counts what they should be alerted of.
	Meter metric.Meter
}

// Service is one replica of notifications.
type Service struct {
	config Config
	store  *store.Store
	kek    *keyring.KEK
	keys   sharedkey.Keys
	now    func() time.Time
	logger *slog.Logger
	// recipients are where persons can be reached.
	recipients  *recipient.Directory
	codes       code.Issuer
	settlements *settlement.Verifier
	acceptor    *accept.Acceptor
	// router has the carriers, deliverer gives them what is due, and receipts of theirs are received.
	router    *routing.Router
	deliverer *delivery.Deliverer
	receipts  receipt.Signer
	received  *groupcommit.Committer[store.Receipt, store.Received]
	counts    *delivery.Counts
	callbacks *callbacks
	watches   *watch.Hub
	// definitions validates providers and services as they would be after a change.
	definitions protovalidate.Validator
}

// New makes a replica.
func New(ctx context.Context, config Config, deps Deps) (*Service, error) {
	definitions, err := definitionContract()
	if err != nil {
		return nil, fmt.Errorf("reading the contract of providers and services: %w", err)
	}
	s := &Service{
		config: config, store: store.New(deps.DB, deps.Now), kek: deps.KEK, now: deps.Now, logger: deps.Logger,
		definitions: definitions,
	}
	s.keys = s.store.SharedKeys(deps.KEK)
	s.watches = watch.NewHub(s.store, deps.Now, deps.Logger)
	zone, err := recipient.Zone(config.DefaultTimeZone)
	if err != nil {
		return nil, fmt.Errorf("reading default_time_zone: %w", err)
	}
	s.recipients = recipient.NewDirectory(deps.Contacts, s.store, deps.KEK, recipient.Options{DefaultRegion: config.DefaultRegion, DefaultZone: zone}, deps.Now)
	if s.codes.Key, err = s.keys.Open(ctx, "codes"); err != nil {
		return nil, fmt.Errorf("starting notifications: %w", err)
	}
	digests, err := s.keys.Open(ctx, "digests")
	if err != nil {
		return nil, fmt.Errorf("starting notifications: %w", err)
	}
	if s.settlements, err = settlement.NewVerifier(config.Payments, deps.Now); err != nil {
		return nil, fmt.Errorf("reading payments: %w", err)
	}
	if s.callbacks, err = s.newCallbacks(deps.Meter); err != nil {
		return nil, err
	}
	if err := s.newDelivery(ctx, deps.Meter); err != nil {
		return nil, fmt.Errorf("starting delivery: %w", err)
	}
	if s.acceptor, err = accept.New(accept.Deps{
		Store: s.store, Directory: s.recipients, Carriers: s.router, Codes: s.codes, Digests: digests, Wake: s.deliverer.Wake,
		Now: deps.Now, Logger: deps.Logger, Meter: deps.Meter,
	}); err != nil {
		return nil, fmt.Errorf("starting notifications: %w", err)
	}
	return s, nil
}

// Register adds the service's RPCs to a server.
func (s *Service) Register(server grpc.ServiceRegistrar) {
	notificationsv1.RegisterProviderServiceServer(server, &providerService{Service: s})
	notificationsv1.RegisterDispatchServiceServer(server, &dispatchService{Service: s})
	notificationsv1.RegisterDeadLetterServiceServer(server, &deadLetterService{Service: s})
	notificationsv1.RegisterTemplateServiceServer(server, &templateService{Service: s})
	notificationsv1.RegisterRecipientServiceServer(server, &recipientService{Service: s})
	notificationsv1.RegisterCodeServiceServer(server, &codeService{Service: s})
	notificationsv1.RegisterPaymentServiceServer(server, &paymentService{Service: s})
	notificationsv1.RegisterPictureServiceServer(server, &pictureService{Service: s})
}

// Run delivers, and does what else is to be done by itself, until ctx ends and all of it has stopped; it returns nil then.
func (s *Service) Run(ctx context.Context) error {
	// What delivery works with ends after it.
	serving, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	served, serving := errgroup.WithContext(serving)
	for _, run := range []func(context.Context) error{s.recipients.Run, s.received.Run, s.acceptor.Run} {
		served.Go(func() error { return run(serving) })
	}
	parts, ctx := errgroup.WithContext(ctx)
	for _, run := range []func(context.Context) error{s.callbacks.Run, s.takeBounces, s.takeReports, s.deliverer.Run} {
		parts.Go(func() error { return run(ctx) })
	}
	parts.Go(func() error { s.watches.Run(ctx); return nil })
	parts.Go(func() error { s.keep(ctx); return nil })
	err := errors.Join(parts.Wait(), s.router.Close())
	stop()
	return errors.Join(err, served.Wait())
}
