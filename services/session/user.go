package session

import (
	"context"
	"time"

	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
	sessionv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/session/v1"
	"github.com/ventanilla/ventanilla/services/session/internal/store"
)

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

// userOf is who calls with a session.
func (s *Service) userOf(_ context.Context, _ *sessionv1.UserSession) (user, error) {
	return user{}, rpcerr.New(errorsv1.Reason_REASON_SESSION_INVALID, "no session is good with the key")
}
