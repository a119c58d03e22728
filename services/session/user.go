package session

import (
	"context"
	"crypto/sha256"
	"errors"
	"time"

	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
	sessionv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/session/v1"
	"github.com/ventanilla/ventanilla/services/session/internal/store"
)

// usedEvery is how often at most it is written down that a session was used.
const usedEvery = time.Minute

// user is who calls with a session.
type user struct {
	AccountID, Login, PersonID string
	DataSet                    store.DataSet
	// DeveloperID and Developer are the account and the login of the developer who calls.
	DeveloperID, Developer string
	SessionID              string
	// PreviousLoginAt is when the user had opened a session before this one; zero for never.
	PreviousLoginAt time.Time
}

// userOf is who calls with a session, which counts as use. It fails with CREDENTIAL_INVALID, RATE_LIMITED or SESSION_INVALID, each one answer for all reasons.
func (s *Service) userOf(ctx context.Context, in *sessionv1.UserSession) (user, error) {
	session, err := s.used(ctx, in)
	if err != nil {
		return user{}, err
	}
	return user{
		AccountID: session.UserID, Login: session.User, PersonID: session.PersonID, DataSet: session.DataSet,
		DeveloperID: session.DeveloperID, Developer: session.Developer, SessionID: session.ID, PreviousLoginAt: session.PreviousLoginAt,
	}, nil
}

// used is the session that is presented, which has been used now.
func (s *Service) used(ctx context.Context, in *sessionv1.UserSession) (store.Session, error) {
	session, err := s.presented(ctx, in)
	if err != nil {
		return store.Session{}, err
	}
	now := s.now().UTC().Truncate(time.Millisecond)
	if now.Sub(session.UsedAt) < usedEvery {
		return session, nil
	}
	session.UsedAt, session.IdleExpiresAt = now, s.idleEnd(now, session.ExpiresAt)
	return session, sqlstore.Failure(s.store.UseSession(ctx, session.ID, session.UsedAt, session.IdleExpiresAt), "using a session")
}

// presented is the session that is presented.
func (s *Service) presented(ctx context.Context, in *sessionv1.UserSession) (store.Session, error) {
	developer, session, err := s.store.Session(ctx, store.Presented{
		DataSet: store.DataSetFromProto(in.GetDeveloper().GetDataSet()), Developer: in.GetDeveloper().GetLogin(), User: in.GetUser(),
		Key: sha256.Sum256([]byte(in.GetSessionKey())),
	})
	if err != nil && !errors.Is(err, store.ErrNoAccount) {
		return store.Session{}, sqlstore.Failure(err, "checking a session")
	}
	if err := s.developer(ctx, in.GetDeveloper(), developer); err != nil {
		return store.Session{}, sqlstore.Failure(err, "proving a developer's credential")
	}
	if session.ID == "" {
		return store.Session{}, noSession()
	}
	return session, nil
}

// idleEnd is when a session ends that was used at a time and ends in any case at another.
func (s *Service) idleEnd(used, end time.Time) time.Time {
	if idle := used.Add(s.config.Sessions.Idle); idle.Before(end) {
		return idle
	}
	return end
}

func noSession() error {
	return rpcerr.New(errorsv1.Reason_REASON_SESSION_INVALID, "no session of the user is good with the key")
}
