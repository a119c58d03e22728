package session

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/ventanilla/ventanilla/pkg/authn"
	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
	sessionv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/session/v1"
	"github.com/ventanilla/ventanilla/services/session/internal/store"
)

// keySize is that of session keys, in bytes: nobody guesses one.
const keySize = 16

type sessionService struct {
	sessionv1.UnimplementedSessionServiceServer
	*Service
}

// CheckDeveloper tells whether a developer's credential holds.
func (s *sessionService) CheckDeveloper(ctx context.Context, req *sessionv1.CheckDeveloperRequest) (*sessionv1.CheckDeveloperResponse, error) {
	_, err := s.known(ctx, req.GetDeveloper())
	return &sessionv1.CheckDeveloperResponse{}, err
}

// known is the developer whose credential is presented, and holds.
func (s *sessionService) known(ctx context.Context, presented *sessionv1.DeveloperCredential) (store.Account, error) {
	developer, err := s.store.AccountByLogin(ctx, store.DataSetFromProto(presented.GetDataSet()), store.Developer, presented.GetLogin())
	if err != nil && !errors.Is(err, store.ErrNoAccount) {
		return store.Account{}, sqlstore.Failure(err, "looking a developer up")
	}
	if err := s.developer(ctx, presented, developer); err != nil {
		return store.Account{}, sqlstore.Failure(err, "proving a developer's credential")
	}
	return developer, nil
}

// OpenSession opens a session.
func (s *sessionService) OpenSession(ctx context.Context, req *sessionv1.OpenSessionRequest) (*sessionv1.OpenSessionResponse, error) {
	credential := req.GetDeveloper()
	set := store.DataSetFromProto(credential.GetDataSet())
	developer, err := s.known(ctx, credential)
	if err != nil {
		return nil, err
	}
	user, err := s.store.AccountByLogin(ctx, set, store.User, req.GetUser())
	if err != nil && !errors.Is(err, store.ErrNoAccount) {
		return nil, sqlstore.Failure(err, "opening a session")
	}
	failures := s.pacer.Login(set, store.User, req.GetUser())
	right, err := s.prove(ctx, proof{user, req.GetPassword(), failures, s.pacer.Address(credential.GetAddress())})
	if err != nil {
		return nil, sqlstore.Failure(err, "proving a user's password")
	}
	if !right {
		return nil, refused()
	}
	key := newKey()
	now := s.now().UTC().Truncate(time.Millisecond)
	end := now.Add(s.config.Sessions.Life)
	opened := store.NewSession{
		Key: sha256.Sum256([]byte(key)), User: user, Developer: developer, OpenedAt: now, IdleExpiresAt: s.idleEnd(now, end), ExpiresAt: end, Failures: failures,
	}
	if err := s.store.OpenSession(ctx, opened); errors.Is(err, store.ErrNoAccount) {
		return nil, refused()
	} else if err != nil {
		return nil, sqlstore.Failure(err, "opening a session")
	}
	return &sessionv1.OpenSessionResponse{SessionKey: key, Life: lifeToProto(store.Session{
		OpenedAt: opened.OpenedAt, IdleExpiresAt: opened.IdleExpiresAt, ExpiresAt: opened.ExpiresAt,
	})}, nil
}

// CheckSession tells what is left of a session.
func (s *sessionService) CheckSession(ctx context.Context, req *sessionv1.CheckSessionRequest) (*sessionv1.CheckSessionResponse, error) {
	session, err := s.used(ctx, req.GetSession())
	if err != nil {
		return nil, err
	}
	return &sessionv1.CheckSessionResponse{Life: lifeToProto(session)}, nil
}

// CloseSession ends a session.
func (s *sessionService) CloseSession(ctx context.Context, req *sessionv1.CloseSessionRequest) (*sessionv1.CloseSessionResponse, error) {
	session, err := s.presented(ctx, req.GetSession())
	if err != nil {
		return nil, err
	}
	if err := s.store.CloseSession(ctx, session.ID); errors.Is(err, store.ErrNoSession) {
		return nil, noSession()
	} else if err != nil {
		return nil, sqlstore.Failure(err, "closing a session")
	}
	return &sessionv1.CloseSessionResponse{}, nil
}

// EndSession ends one.
func (s *sessionService) EndSession(ctx context.Context, req *sessionv1.EndSessionRequest) (*sessionv1.EndSessionResponse, error) {
	err := s.store.EndSession(ctx, authn.CallerOf(ctx).Actor(), req.GetSessionId())
	if errors.Is(err, store.ErrNoSession) {
		return nil, rpcerr.New(errorsv1.Reason_REASON_SESSION_NOT_FOUND, "no session that is good has the identifier")
	}
	if err != nil {
		return nil, sqlstore.Failure(err, "ending a session")
	}
	return &sessionv1.EndSessionResponse{}, nil
}

// EndSessions ends all of a user, or all that a developer's programs opened.
func (s *sessionService) EndSessions(ctx context.Context, req *sessionv1.EndSessionsRequest) (*sessionv1.EndSessionsResponse, error) {
	ended, err := s.store.EndSessions(ctx, authn.CallerOf(ctx).Actor(), req.GetAccountId())
	if err != nil {
		return nil, accountFailure(err, "ending sessions")
	}
	return &sessionv1.EndSessionsResponse{EndedSessions: ended}, nil
}

// newKey makes a session's key.
func newKey() string {
	key := make([]byte, keySize)
	rand.Read(key) // it never fails
	return hex.EncodeToString(key)
}

func refused() error {
	return rpcerr.New(errorsv1.Reason_REASON_LOGIN_REFUSED, "the user's login is refused")
}

func lifeToProto(s store.Session) *sessionv1.SessionLife {
	return &sessionv1.SessionLife{
		OpenedAt: timestamppb.New(s.OpenedAt), IdleExpiresAt: timestamppb.New(s.IdleExpiresAt), ExpiresAt: timestamppb.New(s.ExpiresAt),
	}
}
