package session

import (
	"context"
	"errors"
	"fmt"
	"reflect"

	"github.com/google/uuid"

	"github.com/ventanilla/ventanilla/pkg/authn"
	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	"github.com/ventanilla/ventanilla/pkg/rpcserver"
	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
	"github.com/ventanilla/ventanilla/pkg/updatemask"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
	sessionv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/session/v1"
	"github.com/ventanilla/ventanilla/services/session/internal/store"
)

type integrationService struct {
	sessionv1.UnimplementedIntegrationServiceServer
	*Service
}

// changeableOfIntegration are the fields of an integration that an update may name.
func changeableOfIntegration() []string {
	return []string{"name", "static_headers", "authorization", "login", "refresh", "attributes", "unique_key_attribute", "security_headers", "disabled"}
}

// CreateIntegration enters one.
func (s *integrationService) CreateIntegration(ctx context.Context, req *sessionv1.CreateIntegrationRequest) (*sessionv1.CreateIntegrationResponse, error) {
	i, err := integrationFromProto(req.GetIntegration())
	if err != nil {
		return nil, err
	}
	key, err := uuid.NewRandom()
	if err != nil {
		return nil, fmt.Errorf("making an identifier: %w", err)
	}
	i.Key = key.String()
	if err := s.conceal(&i, nil); err != nil {
		return nil, err
	}
	if i, err = s.store.CreateIntegration(ctx, authn.CallerOf(ctx).Actor(), i); err != nil {
		return nil, sqlstore.Failure(err, "entering an integration")
	}
	return &sessionv1.CreateIntegrationResponse{Integration: integrationToProto(i)}, nil
}

// GetIntegration returns one.
func (s *integrationService) GetIntegration(ctx context.Context, req *sessionv1.GetIntegrationRequest) (*sessionv1.GetIntegrationResponse, error) {
	i, err := s.store.Integration(ctx, req.GetIntegrationKey())
	if err != nil {
		return nil, integrationFailure(err, "reading an integration")
	}
	return &sessionv1.GetIntegrationResponse{Integration: integrationToProto(i)}, nil
}

// ListIntegrations returns a page.
func (s *integrationService) ListIntegrations(ctx context.Context, req *sessionv1.ListIntegrationsRequest) (*sessionv1.ListIntegrationsResponse, error) {
	after, err := behindPlace(req.GetPageToken())
	if err != nil {
		return nil, err
	}
	size := pageSize(req.GetPageSize())
	all, err := s.store.Integrations(ctx, req.GetClientId(), after, size+1) // see paged
	if err != nil {
		return nil, sqlstore.Failure(err, "listing integrations")
	}
	answer := &sessionv1.ListIntegrationsResponse{}
	page, next := paged(all, size, func(i store.Integration) string { return placeToken(i.Place()) })
	answer.NextPageToken = next
	for _, i := range page {
		answer.Integrations = append(answer.Integrations, integrationToProto(i))
	}
	return answer, nil
}

// UpdateIntegration changes the fields of the mask.
func (s *integrationService) UpdateIntegration(ctx context.Context, req *sessionv1.UpdateIntegrationRequest) (*sessionv1.UpdateIntegrationResponse, error) {
	key, mask := req.GetIntegration().GetIntegrationKey(), req.GetUpdateMask()
	if key == "" {
		return nil, rpcerr.Missing("integration.integration_key")
	}
	if err := updatemask.Check(mask, changeableOfIntegration()); err != nil {
		return nil, err
	}
	i, err := s.store.UpdateIntegration(ctx, authn.CallerOf(ctx).Actor(), key, func(i *store.Integration) error {
		merged := integrationToProto(*i)
		updatemask.Assign(merged, req.GetIntegration(), mask)
		if err := rpcserver.Validate(s.integrations.contract, &sessionv1.CreateIntegrationRequest{Integration: merged}); err != nil {
			return err
		}
		decided, err := integrationFromProto(merged)
		if err != nil {
			return err
		}
		decided.Key, decided.CreatedAt, decided.UpdatedAt = i.Key, i.CreatedAt, i.UpdatedAt
		sealed := i.Secrets
		if decided.Definition.LeadsBeyond(i.Definition) {
			sealed = nil // nobody gets to know values by leading them to a host of theirs
		}
		if err := s.conceal(&decided, sealed); err != nil {
			return err
		}
		*i = decided
		return nil
	})
	if err != nil {
		return nil, integrationFailure(err, "changing an integration")
	}
	return &sessionv1.UpdateIntegrationResponse{Integration: integrationToProto(i)}, nil
}

// conceal takes values from where they can be read to where they are sealed. Those that are not given stay as sealed has them, which is nil for a new integration.
func (s *Service) conceal(i *store.Integration, sealed []byte) error {
	var err error
	i.Secrets = sealed
	before, err := s.secretsOf(*i)
	if err != nil {
		return err
	}
	i.Definition.Fill(before)
	if err := checkValues(&i.Definition); err != nil {
		return err
	}
	if now := i.Definition.Secrets(); sealed == nil || !reflect.DeepEqual(now, before) {
		if i.Secrets, err = s.sealSecrets(i.Key, now); err != nil {
			return err
		}
	}
	i.Definition.Hide()
	return nil
}

// DeleteIntegration ends one.
func (s *integrationService) DeleteIntegration(ctx context.Context, req *sessionv1.DeleteIntegrationRequest) (*sessionv1.DeleteIntegrationResponse, error) {
	if err := s.store.DeleteIntegration(ctx, authn.CallerOf(ctx).Actor(), req.GetIntegrationKey()); err != nil {
		return nil, integrationFailure(err, "deleting an integration")
	}
	return &sessionv1.DeleteIntegrationResponse{}, nil
}

// TryIntegration logs in, also where the integration is shut: for who sets it up.
func (s *integrationService) TryIntegration(ctx context.Context, req *sessionv1.TryIntegrationRequest) (*sessionv1.TryIntegrationResponse, error) {
	stored, err := s.store.Integration(ctx, req.GetIntegrationKey())
	if err != nil {
		return nil, integrationFailure(err, "reading an integration")
	}
	callable, err := s.callable(stored)
	if err != nil {
		return nil, err
	}
	steps, attributes := s.integrations.Try(ctx, callable, req.GetLogin(), req.GetPassword())
	return &sessionv1.TryIntegrationResponse{Steps: stepsToProto(steps), Attributes: attributes}, nil
}

// integrationFailure is sqlstore.Failure for what is about an integration.
func integrationFailure(err error, doing string) error {
	switch {
	case errors.Is(err, store.ErrNoIntegration):
		return noIntegration()
	case errors.Is(err, store.ErrIntegrationInUse):
		return rpcerr.New(errorsv1.Reason_REASON_INTEGRATION_IN_USE, "functionalities have the integration")
	}
	return sqlstore.Failure(err, doing)
}

func noIntegration() error {
	return rpcerr.New(errorsv1.Reason_REASON_INTEGRATION_NOT_FOUND, "no integration has the identifier")
}
