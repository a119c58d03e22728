package session

import (
	"context"
	"errors"
	"fmt"

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

type functionalityService struct {
	sessionv1.UnimplementedFunctionalityServiceServer
	*Service
}

// changeableOfFunctionality are the fields of a functionality that an update may name.
func changeableOfFunctionality() []string {
	return []string{"name", "redirect_uri", "pass_key_life", "integration_key", "disabled"}
}

// CreateFunctionality enters one.
func (s *functionalityService) CreateFunctionality(ctx context.Context, req *sessionv1.CreateFunctionalityRequest) (*sessionv1.CreateFunctionalityResponse, error) {
	f, err := functionalityFromProto(req.GetFunctionality())
	if err != nil {
		return nil, err
	}
	key, err := uuid.NewRandom()
	if err != nil {
		return nil, fmt.Errorf("making an identifier: %w", err)
	}
	f.Key = key.String()
	if f, err = s.store.CreateFunctionality(ctx, authn.CallerOf(ctx).Actor(), f); err != nil {
		return nil, functionalityFailure(err, "entering a functionality")
	}
	return &sessionv1.CreateFunctionalityResponse{Functionality: functionalityToProto(f)}, nil
}

// GetFunctionality returns one.
func (s *functionalityService) GetFunctionality(ctx context.Context, req *sessionv1.GetFunctionalityRequest) (*sessionv1.GetFunctionalityResponse, error) {
	f, err := s.store.Functionality(ctx, req.GetFunctionalityKey())
	if err != nil {
		return nil, functionalityFailure(err, "reading a functionality")
	}
	return &sessionv1.GetFunctionalityResponse{Functionality: functionalityToProto(f)}, nil
}

// ListFunctionalities returns a page.
func (s *functionalityService) ListFunctionalities(ctx context.Context, req *sessionv1.ListFunctionalitiesRequest) (*sessionv1.ListFunctionalitiesResponse, error) {
	after, err := behindPlace(req.GetPageToken())
	if err != nil {
		return nil, err
	}
	size := pageSize(req.GetPageSize())
	all, err := s.store.Functionalities(ctx, req.GetClientId(), after, size+1) // see paged
	if err != nil {
		return nil, sqlstore.Failure(err, "listing functionalities")
	}
	answer := &sessionv1.ListFunctionalitiesResponse{}
	page, next := paged(all, size, func(f store.Functionality) string { return placeToken(f.Place()) })
	answer.NextPageToken = next
	for _, f := range page {
		answer.Functionalities = append(answer.Functionalities, functionalityToProto(f))
	}
	return answer, nil
}

// UpdateFunctionality changes the fields of the mask.
func (s *functionalityService) UpdateFunctionality(ctx context.Context, req *sessionv1.UpdateFunctionalityRequest) (*sessionv1.UpdateFunctionalityResponse, error) {
	key, mask := req.GetFunctionality().GetFunctionalityKey(), req.GetUpdateMask()
	if key == "" {
		return nil, rpcerr.Missing("functionality.functionality_key")
	}
	if err := updatemask.Check(mask, changeableOfFunctionality()); err != nil {
		return nil, err
	}
	f, err := s.store.UpdateFunctionality(ctx, authn.CallerOf(ctx).Actor(), key, func(f *store.Functionality) error {
		merged := functionalityToProto(*f)
		updatemask.Assign(merged, req.GetFunctionality(), mask)
		if err := rpcserver.Validate(s.functionalities, &sessionv1.CreateFunctionalityRequest{Functionality: merged}); err != nil {
			return err
		}
		decided, err := functionalityFromProto(merged)
		if err != nil {
			return err
		}
		f.Name, f.RedirectURI, f.PassKeyLife, f.IntegrationKey, f.Disabled = decided.Name, decided.RedirectURI, decided.PassKeyLife, decided.IntegrationKey, decided.Disabled
		return nil
	})
	if err != nil {
		return nil, functionalityFailure(err, "changing a functionality")
	}
	return &sessionv1.UpdateFunctionalityResponse{Functionality: functionalityToProto(f)}, nil
}

// DeleteFunctionality ends one with its pass keys.
func (s *functionalityService) DeleteFunctionality(ctx context.Context, req *sessionv1.DeleteFunctionalityRequest) (*sessionv1.DeleteFunctionalityResponse, error) {
	if err := s.store.DeleteFunctionality(ctx, authn.CallerOf(ctx).Actor(), req.GetFunctionalityKey()); err != nil {
		return nil, functionalityFailure(err, "deleting a functionality")
	}
	return &sessionv1.DeleteFunctionalityResponse{}, nil
}

// functionalityFailure is sqlstore.Failure for what is about a functionality.
func functionalityFailure(err error, doing string) error {
	switch {
	case errors.Is(err, store.ErrNoFunctionality):
		return noFunctionality()
	case errors.Is(err, store.ErrNoIntegration):
		return rpcerr.New(errorsv1.Reason_REASON_INTEGRATION_NOT_FOUND, "no integration of the client has the identifier",
			rpcerr.Field("functionality.integration_key", "no integration of the client has it"))
	}
	return sqlstore.Failure(err, doing)
}

func noFunctionality() error {
	return rpcerr.New(errorsv1.Reason_REASON_FUNCTIONALITY_NOT_FOUND, "no functionality has the identifier")
}
