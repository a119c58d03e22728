package notifications

import (
	"context"

	"github.com/ventanilla/ventanilla/pkg/authn"
	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
	notificationsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/notifications/v1"
	"github.com/ventanilla/ventanilla/services/notifications/internal/secret"
	"github.com/ventanilla/ventanilla/services/notifications/internal/store"
)

// RewrapSecrets seals every secret under the present key-encryption key.
func (s *providerService) RewrapSecrets(ctx context.Context, _ *notificationsv1.RewrapSecretsRequest) (*notificationsv1.RewrapSecretsResponse, error) {
	done, err := s.store.RewrapSecrets(ctx, authn.CallerOf(ctx).Actor(), store.Reseals{
		Provider: func(id int64, sealed []byte) ([]byte, bool, error) {
			return secret.Reseal(s.kek, secret.OfProvider(id), sealed)
		},
		Address: func(id string, sealed []byte) ([]byte, bool, error) {
			return secret.Reseal(s.kek, secret.OfAddress(id), sealed)
		},
		SigningKey: s.keys.Reseal,
	})
	if err != nil {
		return nil, sqlstore.Failure(err, "sealing secrets anew")
	}
	if done.Err != nil {
		s.logger.WarnContext(ctx, "some secrets cannot be sealed anew", "unreadable", done.Unreadable, "error", done.Err)
	}
	return &notificationsv1.RewrapSecretsResponse{Rewrapped: done.Rewrapped, Secrets: done.Secrets, Unreadable: done.Unreadable}, nil
}
