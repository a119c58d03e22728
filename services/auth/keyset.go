package auth

import (
	"context"

	sqlstore "github.com/ventanilla/ventanilla/pkg/store"

	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
)

// GetKeySet returns the public keys that verify tokens, and those that are to.
func (s *tokenService) GetKeySet(ctx context.Context, req *authv1.GetKeySetRequest) (*authv1.GetKeySetResponse, error) {
	internal, err := s.internalSet(ctx)
	if req.GetUse() == authv1.KeyUse_KEY_USE_ACCESS {
		// Good for others while the store is away, too: keys are published long before they sign.
		return &authv1.GetKeySetResponse{Jwks: s.ring.AccessSet()}, nil
	}
	if err != nil {
		return nil, sqlstore.Failure(err, "following the store")
	}
	return &authv1.GetKeySetResponse{Jwks: internal}, nil
}

// internalSet verifies internal tokens. Verifiers ask for it when they meet a key that they do not know, so an old one would
// not do.
func (s *Service) internalSet(ctx context.Context) ([]byte, error) {
	if err := s.view.Ensure(ctx); err != nil {
		return nil, err
	}
	return s.ring.InternalSet(), nil
}
