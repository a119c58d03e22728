package auth

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

	"github.com/ventanilla/ventanilla/pkg/authn"
	"github.com/ventanilla/ventanilla/pkg/keyring"
	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
	"github.com/ventanilla/ventanilla/services/auth/internal/accesstoken"
	"github.com/ventanilla/ventanilla/services/auth/internal/assertion"
	"github.com/ventanilla/ventanilla/services/auth/internal/directory"
	"github.com/ventanilla/ventanilla/services/auth/internal/keys"
	"github.com/ventanilla/ventanilla/services/auth/internal/store"
)

// Role is the name under which the service is called, and the audience of the
// internal tokens that it accepts.
const Role = "auth"

const (
	// pollTimeout bounds one look at the store.
	pollTimeout = 2 * time.Second
	// sweepEvery is how often what is over is dropped, and verified tokens forgotten.
	sweepEvery = time.Minute
	// sweepBatch is how many the store drops at a time.
	sweepBatch = 1000
	// deletionsKept is how long the store remembers deleted clients and API keys, so that every replica hears of them.
	deletionsKept = 30 * directory.MaxGap
)

// Schema is the PostgreSQL schema of the service.
const Schema = store.Schema

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

// Service is one replica of auth.
type Service struct {
	config Config
	store  *store.Store
	view   *directory.Directory
	keys   *keys.Keys
	tokens *accessTokens
	now    func() time.Time
	logger *slog.Logger
	wake   chan struct{}

	contract   protovalidate.Validator // of registrations
	assertions *assertion.Verifier
	keyUse     keyUse
}

// New loads the signing keys, making them at the first start, and the view of the store.
func New(ctx context.Context, config Config, deps Deps) (*Service, error) {
	s := &Service{
		config: config,
		store:  store.New(deps.DB, deps.Now),
		now:    deps.Now,
		logger: deps.Logger,
		wake:   make(chan struct{}, 1),
	}
	s.view = directory.New(s.store, deps.Now)
	var err error
	if s.keys, err = keys.Load(ctx, s.store, deps.KEK, deps.Now); err != nil {
		return nil, fmt.Errorf("starting auth: %w", err)
	}
	if s.tokens, err = newAccessTokens(accesstoken.NewParser(s.keys.AccessKey), s.view, deps.Now); err != nil {
		return nil, fmt.Errorf("starting auth: %w", err)
	}
	if s.contract, err = registrationContract(); err != nil {
		return nil, fmt.Errorf("starting auth: %w", err)
	}
	if s.assertions, err = assertion.NewVerifier(); err != nil {
		return nil, fmt.Errorf("starting auth: %w", err)
	}
	if err := s.view.Poll(ctx); err != nil {
		return nil, fmt.Errorf("starting auth: %w", err)
	}
	return s, nil
}

// Register adds the service's RPCs to a server.
func (s *Service) Register(server grpc.ServiceRegistrar) {
	authv1.RegisterTokenServiceServer(server, &tokenService{Service: s})
	authv1.RegisterClientServiceServer(server, &clientService{Service: s})
	authv1.RegisterApiKeyServiceServer(server, &apiKeyService{Service: s})
	authv1.RegisterOperatorServiceServer(server, &operatorService{Service: s})
}

// Verifier makes the verifier of internal tokens for auth's own server, with its own
// keys and view.
func (s *Service) Verifier() (*authn.Verifier, error) {
	return authn.NewVerifier(authn.VerifierOptions{
		Issuer:   s.config.Issuer,
		Audience: Role,
		Keys:     func(context.Context) ([]byte, error) { return s.keys.InternalSet, nil },
		View:     s.view,
		Checker:  s.view.Check,
		Now:      s.now,
	})
}

// Ready fails while the view of the store cannot be relied on.
func (s *Service) Ready(context.Context) error {
	if !s.view.Fresh() {
		return errors.New("auth: the view of the store is not current")
	}
	return nil
}

// Run follows the store and drops what is over, until ctx ends; it returns nil then.
// The streams of WatchRevocations end with it.
func (s *Service) Run(ctx context.Context) error {
	defer s.view.Close()
	var sweeping sync.WaitGroup
	defer sweeping.Wait()
	sweeping.Go(func() { s.keepSweeping(ctx) })
	sweeping.Go(func() { s.keepNotingUse(ctx) })
	poll := time.NewTicker(s.config.ViewPoll)
	defer poll.Stop()
	for away := false; ; {
		select {
		case <-ctx.Done():
			return nil
		case <-poll.C:
		case <-s.wake:
		}
		err := s.poll(ctx)
		if failed := err != nil && ctx.Err() == nil; failed != away {
			away = failed
			s.report(ctx, err)
		}
	}
}

// poll is bounded, so that a store that hangs is asked anew, over another connection.
func (s *Service) poll(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, pollTimeout)
	defer cancel()
	return s.view.Poll(ctx)
}

// report logs when the store goes away and when it comes back, not each poll between.
func (s *Service) report(ctx context.Context, err error) {
	if err != nil {
		s.logger.ErrorContext(ctx, "cannot follow the store", "error", err)
		return
	}
	s.logger.InfoContext(ctx, "following the store again")
}

// keepSweeping runs beside the polls: many rows to drop must not make the view old.
func (s *Service) keepSweeping(ctx context.Context) {
	ticker := time.NewTicker(sweepEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			s.sweep(ctx)
		}
	}
}

// sweep forgets verified tokens, and drops what is over everywhere, whatever the replicas' clocks say.
func (s *Service) sweep(ctx context.Context) {
	before, deleted := s.now().Add(-sweepEvery), s.now().Add(-deletionsKept)
	s.tokens.forget()
	s.view.Forget(before)
	s.view.ForgetDeleted(deleted)
	s.drop(ctx, "expired revocations", s.store.DeleteExpired, before)
	s.drop(ctx, "used assertions", s.store.DeleteUsedAssertions, before)
	s.drop(ctx, "deleted clients", s.store.DeleteTombstones, deleted)
	s.drop(ctx, "deleted API keys", s.store.DeleteDeadAPIKeys, deleted)
}

func (s *Service) drop(ctx context.Context, what string, some func(context.Context, time.Time) (int, error), before time.Time) {
	for dropped := sweepBatch; dropped == sweepBatch; {
		var err error
		if dropped, err = some(ctx, before); err != nil && ctx.Err() == nil {
			s.logger.WarnContext(ctx, "cannot drop "+what, "error", err)
		}
	}
}

// changed makes Run look at the store at once, so that watchers hear of a change of ours soon.
func (s *Service) changed() {
	select {
	case s.wake <- struct{}{}:
	default: // it is about to look
	}
}

type tokenService struct {
	authv1.UnimplementedTokenServiceServer
	*Service
}
