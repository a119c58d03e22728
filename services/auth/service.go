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
	"go.opentelemetry.io/otel/metric"
	"google.golang.org/grpc"

	"github.com/ventanilla/ventanilla/pkg/auditlog"
	"github.com/ventanilla/ventanilla/pkg/authn"
	"github.com/ventanilla/ventanilla/pkg/keyring"
	"github.com/ventanilla/ventanilla/pkg/ratelimit"
	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
	"github.com/ventanilla/ventanilla/services/auth/internal/assertion"
	"github.com/ventanilla/ventanilla/services/auth/internal/directory"
	"github.com/ventanilla/ventanilla/services/auth/internal/keys"
	"github.com/ventanilla/ventanilla/services/auth/internal/store"
)

// Role is the name under which the service is called, and the audience of the
// internal tokens that it accepts.
const Role = "auth"

const (
	// sweepEvery is how often what is over is dropped, and verified tokens forgotten.
	sweepEvery = time.Minute
	// noteEvery is how often what is counted in memory is stored: the use of API keys, and refusals.
	noteEvery = time.Minute
	// lastTimeout bounds what is stored when nobody waits any more: the caller has gone, or the process ends.
	lastTimeout = 5 * time.Second
	// sweepBatch is how many the store drops at a time.
	sweepBatch = 1000
	// deletionsKept is how long the store remembers deleted clients and API keys, so that every replica hears of them.
	deletionsKept = 30 * directory.MaxGap
)

// Schema is the PostgreSQL schema of the service.
const Schema = store.Schema

// Migrations are the revisions of the service's schema, for pkg/store.
func Migrations() fs.FS { return store.Migrations() }

// Deps are what the service works with. All but the limiter are needed.
type Deps struct {
	// DB is the service's database, migrated (see Migrations).
	DB *sqlstore.DB
	// KEK opens the private keys in the database.
	KEK *keyring.KEK
	// Switches is what SwitchService sets.
	Switches Switches
	// Now is the clock.
	Now func() time.Time
	// Meter makes the metrics.
	Meter metric.MeterProvider
	// Logger takes what operators of the platform should know.
	Logger *slog.Logger
	// Limiter counts the calls of clients with a limit; in the replica's own buckets when nil.
	Limiter Limiter
}

// Service is one replica of auth.
type Service struct {
	config   Config
	store    *store.Store
	view     *directory.Directory
	vault    *keys.Vault
	ring     *keys.Ring
	tokens   *accessTokens
	switches Switches
	now      func() time.Time
	logger   *slog.Logger
	wake     chan struct{}

	citizens citizens

	contract   protovalidate.Validator // of registrations
	assertions *assertion.Verifier
	keyUse     keyUse
	limiter    Limiter

	recorder *auditlog.Recorder
	sealer   *auditlog.Sealer
	logKeys  auditlog.Keys
	refusals refusals
}

// New loads the view of the store and the signing keys, making the active ones at the first start.
func New(ctx context.Context, config Config, deps Deps) (*Service, error) {
	if deps.Switches.Store == nil {
		return nil, errors.New("starting auth: no store of switches was given")
	}
	s := &Service{
		config:   config,
		store:    store.New(deps.DB, deps.Now),
		switches: deps.Switches,
		limiter:  deps.Limiter,
		now:      deps.Now,
		logger:   deps.Logger,
		wake:     make(chan struct{}, 1),
		recorder: auditlog.NewRecorder(deps.DB),
	}
	s.vault = keys.NewVault(deps.KEK, deps.Now)
	s.ring = keys.NewRing(s.vault, deps.Logger)
	s.view = directory.New(s.store, s.ring, deps.Now)
	s.sealer = auditlog.NewSealer(deps.DB, func() auditlog.Keys { return s.logKeys }, deps.Logger)
	if err := s.load(ctx, deps.Meter); err != nil {
		return nil, fmt.Errorf("starting auth: %w", err)
	}
	return s, nil
}

func (s *Service) load(ctx context.Context, meter metric.MeterProvider) (err error) {
	if s.limiter == nil {
		if s.limiter, err = ratelimit.NewLocal(s.now); err != nil {
			return err
		}
	}
	if s.contract, err = registrationContract(); err != nil {
		return err
	}
	if s.assertions, err = assertion.NewVerifier(); err != nil {
		return err
	}
	if s.citizens, err = newCitizens(s.config.ClaveUnica, meter, s.logger); err != nil {
		return err
	}
	if s.tokens, err = newAccessTokens(s.ring, s.view, s.now); err != nil {
		return err
	}
	if err := keys.Ensure(ctx, s.store, s.vault); err != nil {
		return err
	}
	if err := s.view.Poll(ctx); err != nil {
		return err
	}
	if err := s.ring.Check(); err != nil {
		return err
	}
	signer, err := s.ring.Log()
	if err != nil {
		return err
	}
	s.logKeys.Active, err = auditlog.NewKey(logOrigin, signer.Signer)
	return err
}

// Register adds the service's RPCs to a server.
func (s *Service) Register(server grpc.ServiceRegistrar) {
	authv1.RegisterTokenServiceServer(server, &tokenService{Service: s})
	authv1.RegisterClientServiceServer(server, &clientService{Service: s})
	authv1.RegisterApiKeyServiceServer(server, &apiKeyService{Service: s})
	authv1.RegisterOperatorServiceServer(server, &operatorService{Service: s})
	authv1.RegisterSwitchServiceServer(server, &switchService{Service: s})
	authv1.RegisterKeyServiceServer(server, &keyService{Service: s})
	authv1.RegisterLogServiceServer(server, &logService{Service: s})
}

// Verifier makes the verifier of internal tokens for auth's own server, with its own
// keys and view.
func (s *Service) Verifier() (*authn.Verifier, error) {
	return authn.NewVerifier(authn.VerifierOptions{
		Issuer:   s.config.Issuer,
		Audience: Role,
		Keys:     s.internalSet,
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
	if err := s.ring.Check(); err != nil {
		return fmt.Errorf("auth: %w", err)
	}
	return nil
}

// Run follows the store, keeps the signing keys and drops what is over, until ctx ends; it returns nil then.
// The streams of WatchRevocations end with it.
func (s *Service) Run(ctx context.Context) error {
	defer s.view.Close()
	defer s.citizens.close()
	var beside sync.WaitGroup // what takes long must not make the view old
	defer beside.Wait()
	beside.Go(func() { s.each(ctx, sweepEvery, s.sweep) })
	beside.Go(func() { s.eachAndLast(ctx, noteEvery, s.noteUse) })
	beside.Go(func() {
		s.keepKeys(ctx)
		s.each(ctx, keepEvery, s.keepKeys)
	})
	poll := time.NewTicker(s.config.ViewPoll)
	defer poll.Stop()
	for away := false; ; {
		select {
		case <-ctx.Done():
			return nil
		case <-poll.C:
		case <-s.wake:
		}
		err := s.view.Poll(ctx)
		if failed := err != nil && ctx.Err() == nil; failed != away {
			away = failed
			s.report(ctx, err)
		}
	}
}

// report logs when the store goes away and when it comes back, not each poll between.
func (s *Service) report(ctx context.Context, err error) {
	if err != nil {
		s.logger.ErrorContext(ctx, "cannot follow the store", "error", err)
		return
	}
	s.logger.InfoContext(ctx, "following the store again")
}

// each runs a task at intervals until ctx ends.
func (s *Service) each(ctx context.Context, interval time.Duration, task func(context.Context)) {
	ticker := time.NewTicker(interval)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			task(ctx)
		}
	}
}

// eachAndLast is each, with a last time when ctx has ended.
func (s *Service) eachAndLast(ctx context.Context, interval time.Duration, task func(context.Context)) {
	s.each(ctx, interval, task)
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), lastTimeout)
	defer cancel()
	task(last)
}

// sweep forgets verified tokens, and drops what is over everywhere, whatever the replicas' clocks say.
func (s *Service) sweep(ctx context.Context) {
	before, deleted := s.now().Add(-sweepEvery), s.now().Add(-deletionsKept)
	s.tokens.forget()
	s.view.Forget(before)
	s.view.ForgetDeleted(deleted)
	s.drop(ctx, "expired revocations", s.store.DeleteExpired, before)
	s.drop(ctx, "used assertions", s.store.DeleteUsedAssertions, before)
	s.drop(ctx, "citizens without tokens", s.store.DeleteCitizens, before)
	s.drop(ctx, "deleted clients", s.store.DeleteTombstones, deleted)
	s.drop(ctx, "deleted API keys", s.store.DeleteDeadAPIKeys, deleted)
}

func (s *Service) drop(ctx context.Context, what string, some func(context.Context, time.Time) (int, error), before time.Time) {
	for dropped := sweepBatch; dropped == sweepBatch; {
		var err error
		if dropped, err = some(ctx, before); err != nil && ctx.Err() == nil {
			s.logger.WarnContext(ctx, "cannot drop what is over", "what", what, "error", err)
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
