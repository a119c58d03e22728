package auth

import (
	"context"
	"errors"

	sqlstore "github.com/ventanilla/ventanilla/pkg/store"

	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
)

// Revoke ends a token of the calling client. The answer leaves when the revocation
// is stored and this replica honours it; the others follow within a second.
func (s *tokenService) Revoke(ctx context.Context, req *authv1.RevokeRequest) (*authv1.RevokeResponse, error) {
	caller, err := s.caller(ctx)
	if err != nil {
		return nil, err
	}
	token, err := s.tokens.inForce(ctx, req.GetToken())
	if errors.Is(err, errVoid) || err == nil && token.client.DataSet != caller.DataSet {
		return &authv1.RevokeResponse{}, nil // RFC 7009, 2.2: what is dead already, or unknown to the caller, is no error
	}
	if err != nil {
		return nil, err
	}
	if token.ClientID != caller.ID {
		return nil, rpcerr.New(errorsv1.Reason_REASON_TOKEN_NOT_OWNED, "the token was issued to another client")
	}
	revocation, err := s.store.RevokeToken(ctx, token.ID, token.ClientID, token.Expires)
	if err != nil {
		return nil, sqlstore.Failure(err, "storing a revocation")
	}
	s.view.PutRevocation(revocation)
	s.changed()
	return &authv1.RevokeResponse{}, nil
}
