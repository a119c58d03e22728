package auth

import (
	"context"
	"errors"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
	"github.com/ventanilla/ventanilla/services/auth/internal/store"
)

// keyRevokedFor is how long verifiers hear of a deleted API key: longer than any exchange of it lives.
const keyRevokedFor = time.Hour

type apiKeyService struct {
	authv1.UnimplementedApiKeyServiceServer
	*Service
}

// CreateApiKey makes a key for a client.
func (s *apiKeyService) CreateApiKey(ctx context.Context, req *authv1.CreateApiKeyRequest) (*authv1.CreateApiKeyResponse, error) { //nolint:revive,staticcheck // the contract names it so
	client, err := s.view.StoredClient(ctx, req.GetClientId())
	if errors.Is(err, sqlstore.ErrNotFound) {
		return nil, clientNotFound()
	}
	if err != nil {
		return nil, sqlstore.Failure(err, "looking up a client")
	}
	key, err := s.decideKey(req, client.Client)
	if err != nil {
		return nil, err
	}
	text, err := mint(&key, req.GetApis(), s.now())
	if err != nil {
		return nil, err
	}
	stored, err := s.store.CreateAPIKey(ctx, key, act(ctx, "CreateApiKey"))
	switch {
	case errors.Is(err, sqlstore.ErrNotFound):
		return nil, clientNotFound()
	case errors.Is(err, store.ErrTooManyKeys):
		return nil, tooManyAPIKeys()
	case err != nil:
		return nil, sqlstore.Failure(err, "storing an API key")
	}
	return &authv1.CreateApiKeyResponse{ApiKey: apiKeyToProto(stored), Key: text}, nil
}

// ListApiKeys returns a client's keys.
func (s *apiKeyService) ListApiKeys(ctx context.Context, req *authv1.ListApiKeysRequest) (*authv1.ListApiKeysResponse, error) { //nolint:revive,staticcheck // the contract names it so
	if _, err := s.view.StoredClient(ctx, req.GetClientId()); errors.Is(err, sqlstore.ErrNotFound) {
		return nil, clientNotFound()
	} else if err != nil {
		return nil, sqlstore.Failure(err, "looking up a client")
	}
	keys, err := s.store.APIKeys(ctx, req.GetClientId())
	if err != nil {
		return nil, sqlstore.Failure(err, "listing API keys")
	}
	answer := &authv1.ListApiKeysResponse{}
	for _, key := range keys {
		answer.ApiKeys = append(answer.ApiKeys, apiKeyToProto(key))
	}
	return answer, nil
}

// DeleteApiKey ends a key. The answer leaves when that is stored; verifiers follow within a second.
func (s *apiKeyService) DeleteApiKey(ctx context.Context, req *authv1.DeleteApiKeyRequest) (*authv1.DeleteApiKeyResponse, error) { //nolint:revive,staticcheck // the contract names it so
	revocation, err := s.store.DeleteAPIKey(ctx, req.GetApiKeyId(), s.now().Add(keyRevokedFor), act(ctx, "DeleteApiKey"))
	if errors.Is(err, sqlstore.ErrNotFound) {
		return nil, apiKeyNotFound()
	}
	if err != nil {
		return nil, sqlstore.Failure(err, "deleting an API key")
	}
	s.view.PutRevocation(revocation)
	s.changed()
	return &authv1.DeleteApiKeyResponse{}, nil
}

func apiKeyToProto(in store.APIKey) *authv1.ApiKey {
	return &authv1.ApiKey{
		ApiKeyId:   in.ID,
		ClientId:   in.ClientID,
		Name:       in.Name,
		Form:       keyFormToProto(in.Form),
		Scopes:     in.Scopes,
		CreatedAt:  timestamppb.New(in.CreatedAt),
		ExpiresAt:  orAbsent(in.ExpiresAt),
		LastUsedAt: orAbsent(in.LastUsedAt),
	}
}

// orAbsent leaves out the zero time.
func orAbsent(at time.Time) *timestamppb.Timestamp {
	if at.IsZero() {
		return nil
	}
	return timestamppb.New(at)
}
