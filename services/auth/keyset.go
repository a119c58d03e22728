package auth

import (
	"context"

	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
)

// GetKeySet returns the public keys that verify internal tokens.
func (s *tokenService) GetKeySet(context.Context, *authv1.GetKeySetRequest) (*authv1.GetKeySetResponse, error) {
	return &authv1.GetKeySetResponse{Jwks: s.keys.Set}, nil
}
