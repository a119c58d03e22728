package session

import (
	"context"

	"github.com/ventanilla/ventanilla/pkg/authn"
	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
	sessionv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/session/v1"
	"github.com/ventanilla/ventanilla/services/session/internal/store"
)

// RewrapSecrets seals everything that is stored sealed under the present key-encryption key.
func (s *integrationService) RewrapSecrets(ctx context.Context, _ *sessionv1.RewrapSecretsRequest) (*sessionv1.RewrapSecretsResponse, error) {
	done, err := s.store.RewrapSecrets(ctx, authn.CallerOf(ctx).Actor(), store.Reseals{
		Integration: func(key string, sealed []byte) ([]byte, bool, error) {
			return s.kek.Reseal(sealed, placeOfSecrets(key))
		},
		Record: func(beneficiaryID int64, integrationKey string, sealed []byte) ([]byte, bool, error) {
			return s.kek.Reseal(sealed, placeOfRecord(beneficiaryID, integrationKey))
		},
		PassKey: func(hash [32]byte, sealed []byte) ([]byte, bool, error) {
			return s.kek.Reseal(sealed, contextPlace(hash))
		},
		SharedKey: s.store.SharedKeys(s.kek).Reseal,
	})
	if err != nil {
		return nil, sqlstore.Failure(err, "sealing secrets anew")
	}
	if done.Err != nil {
		s.logger.WarnContext(ctx, "some secrets cannot be sealed anew", "unreadable", done.Unreadable, "error", done.Err)
	}
	return &sessionv1.RewrapSecretsResponse{Rewrapped: done.Rewrapped, Secrets: done.Secrets, Unreadable: done.Unreadable}, nil
}
