package notifications

import (
	"context"
	"errors"
	"strconv"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/ventanilla/ventanilla/pkg/authn"
	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
	"github.com/ventanilla/ventanilla/pkg/updatemask"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
	notificationsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/notifications/v1"
	"github.com/ventanilla/ventanilla/services/notifications/internal/secret"
	"github.com/ventanilla/ventanilla/services/notifications/internal/store"
)

const (
	// defaultPage is the size of pages of requests that name none.
	defaultPage = 50
	// secretOverlap is how long the callback secret before the present one signs beside it.
	secretOverlap = 24 * time.Hour
)

type providerService struct {
	notificationsv1.UnimplementedProviderServiceServer
	*Service
}

// changeableOfProvider are the fields of a provider that an update may name.
func changeableOfProvider() []string {
	return []string{"name", "client_id", "role", "notification_uri", "disabled"}
}

// CreateProvider enters a provider.
func (s *providerService) CreateProvider(ctx context.Context, req *notificationsv1.CreateProviderRequest) (*notificationsv1.CreateProviderResponse, error) {
	provider, err := providerFromProto(req.GetProvider())
	if err != nil {
		return nil, err
	}
	plain := secret.New()
	stored, err := s.store.CreateProvider(ctx, authn.CallerOf(ctx).Actor(), provider, func(id int64) []byte {
		return secret.Seal(s.kek, secret.OfProvider(id), plain)
	})
	if err != nil {
		return nil, sqlstore.Failure(err, "entering a provider")
	}
	return &notificationsv1.CreateProviderResponse{Provider: providerToProto(stored), CallbackSecret: plain}, nil
}

// GetProvider returns one.
func (s *providerService) GetProvider(ctx context.Context, req *notificationsv1.GetProviderRequest) (*notificationsv1.GetProviderResponse, error) {
	provider, err := s.store.Provider(ctx, req.GetProviderId())
	if err != nil {
		return nil, providerFailure(err, "reading a provider")
	}
	return &notificationsv1.GetProviderResponse{Provider: providerToProto(provider)}, nil
}

// ListProviders returns a page of those that the caller sees.
func (s *providerService) ListProviders(ctx context.Context, req *notificationsv1.ListProvidersRequest) (*notificationsv1.ListProvidersResponse, error) {
	role, err := sightOf(authn.CallerOf(ctx))
	if err != nil {
		return nil, err
	}
	after, err := pageAfter(req.GetPageToken(), 64)
	if err != nil {
		return nil, err
	}
	size := pageSize(req.GetPageSize())
	providers, err := s.store.Providers(ctx, role, after, size+1) // one more shows whether there is more
	if err != nil {
		return nil, sqlstore.Failure(err, "listing providers")
	}
	answer := &notificationsv1.ListProvidersResponse{}
	if len(providers) > size {
		providers = providers[:size]
		answer.NextPageToken = strconv.FormatInt(providers[size-1].ID, 10)
	}
	for _, p := range providers {
		answer.Providers = append(answer.Providers, providerToProto(p))
	}
	return answer, nil
}

// UpdateProvider changes the fields of the mask.
func (s *providerService) UpdateProvider(ctx context.Context, req *notificationsv1.UpdateProviderRequest) (*notificationsv1.UpdateProviderResponse, error) {
	id, mask := req.GetProvider().GetProviderId(), req.GetUpdateMask()
	if id <= 0 {
		return nil, rpcerr.Missing("provider.provider_id")
	}
	if err := updatemask.Check(mask, changeableOfProvider()); err != nil {
		return nil, err
	}
	provider, err := s.store.UpdateProvider(ctx, authn.CallerOf(ctx).Actor(), id, func(p *store.Provider) error {
		merged := providerToProto(*p)
		updatemask.Assign(merged, req.GetProvider(), mask)
		if err := s.valid(&notificationsv1.CreateProviderRequest{Provider: merged}); err != nil {
			return err
		}
		decided, err := providerFromProto(merged)
		if err != nil {
			return err
		}
		p.Name, p.ClientID, p.Role, p.NotificationURI, p.Disabled = decided.Name, decided.ClientID, decided.Role, decided.NotificationURI, decided.Disabled
		return nil
	})
	if err != nil {
		return nil, providerFailure(err, "changing a provider")
	}
	return &notificationsv1.UpdateProviderResponse{Provider: providerToProto(provider)}, nil
}

// RotateCallbackSecret gives a provider another secret.
func (s *providerService) RotateCallbackSecret(ctx context.Context, req *notificationsv1.RotateCallbackSecretRequest) (*notificationsv1.RotateCallbackSecretResponse, error) {
	plain := secret.New()
	sealed := secret.Seal(s.kek, secret.OfProvider(req.GetProviderId()), plain)
	if _, err := s.store.RotateCallbackSecret(ctx, authn.CallerOf(ctx).Actor(), req.GetProviderId(), sealed, s.now().Add(secretOverlap)); err != nil {
		return nil, providerFailure(err, "rotating a callback secret")
	}
	return &notificationsv1.RotateCallbackSecretResponse{CallbackSecret: plain}, nil
}

func providerToProto(p store.Provider) *notificationsv1.Provider {
	return &notificationsv1.Provider{
		ProviderId: p.ID, DataSet: p.DataSet.Proto(), Name: p.Name, ClientId: p.ClientID, Role: p.Role,
		NotificationUri: p.NotificationURI, Disabled: p.Disabled, CreatedAt: timestamppb.New(p.CreatedAt), UpdatedAt: timestamppb.New(p.UpdatedAt),
	}
}

// providerFailure is sqlstore.Failure for what is about a provider.
func providerFailure(err error, doing string) error {
	if errors.Is(err, store.ErrNoProvider) || errors.Is(err, sqlstore.ErrNotFound) {
		return rpcerr.New(errorsv1.Reason_REASON_PROVIDER_NOT_FOUND, "no provider has the identifier")
	}
	return sqlstore.Failure(err, doing)
}

func pageSize(asked int32) int {
	if asked == 0 {
		return defaultPage
	}
	return int(asked)
}

// pageAfter reads a page token of lists by a number of so many bits.
func pageAfter(token string, bits int) (int64, error) {
	if token == "" {
		return 0, nil
	}
	after, err := strconv.ParseInt(token, 10, bits)
	if err != nil || after < 1 {
		return 0, rpcerr.Invalid("page_token", "not one that was given out")
	}
	return after, nil
}
