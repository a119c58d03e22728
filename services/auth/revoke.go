package auth

import (
	"context"
	"errors"
	"time"

	sqlstore "github.com/ventanilla/ventanilla/pkg/store"

	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
	"github.com/ventanilla/ventanilla/services/auth/internal/directory"
)

// Revoke ends a token of the calling client. The answer leaves when the revocation
// is stored and this replica honours it; the others follow within a second.
func (s *tokenService) Revoke(ctx context.Context, req *authv1.RevokeRequest) (*authv1.RevokeResponse, error) {
	caller, err := s.caller(ctx)
	if err != nil {
		return nil, err
	}
	token, err := s.tokens.inForce(ctx, req.GetToken())
	switch {
	case errors.Is(err, errVoid):
		err = s.revokeWidget(ctx, caller, req.GetToken())
	case err != nil, token.client.DataSet != caller.DataSet: // RFC 7009, 2.2: what is unknown to the caller is no error
	case token.ClientID != caller.ID:
		err = rpcerr.New(errorsv1.Reason_REASON_TOKEN_NOT_OWNED, "the token was issued to another client")
	default:
		err = s.end(ctx, token.ID, token.ClientID, token.Expires)
	}
	if err != nil {
		return nil, err
	}
	return &authv1.RevokeResponse{}, nil
}

// revokeWidget ends a widget token of the calling client. Another's cannot be told from one that is dead, which is no error.
func (s *tokenService) revokeWidget(ctx context.Context, caller *directory.Client, text string) error {
	token, err := s.widgetInForce(ctx, caller.ID, text)
	if errors.Is(err, errVoid) {
		return nil
	}
	if err != nil {
		return err
	}
	return s.end(ctx, token.ID, caller.ID, token.Expires)
}

func (s *tokenService) end(ctx context.Context, tokenID, clientID string, expires time.Time) error {
	revocation, err := s.store.RevokeToken(ctx, tokenID, clientID, expires)
	if err != nil {
		return sqlstore.Failure(err, "storing a revocation")
	}
	s.view.PutRevocation(revocation)
	s.changed()
	return nil
}
