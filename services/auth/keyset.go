package auth

import (
	"context"

	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
)

// GetKeySet returns the public keys that verify tokens.
func (s *tokenService) GetKeySet(_ context.Context, req *authv1.GetKeySetRequest) (*authv1.GetKeySetResponse, error) {
	if req.GetUse() == authv1.KeyUse_KEY_USE_ACCESS {
		return &authv1.GetKeySetResponse{Jwks: s.keys.AccessSet}, nil
	}
	return &authv1.GetKeySetResponse{Jwks: s.keys.InternalSet}, nil
}
