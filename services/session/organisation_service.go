package session

import (
	"context"
	"errors"

	"buf.build/go/protovalidate"

	"github.com/ventanilla/ventanilla/pkg/authn"
	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	"github.com/ventanilla/ventanilla/pkg/rpcserver"
	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
	"github.com/ventanilla/ventanilla/pkg/updatemask"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
	sessionv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/session/v1"
	"github.com/ventanilla/ventanilla/services/session/internal/store"
)

type organisationService struct {
	sessionv1.UnimplementedOrganisationServiceServer
	*Service
}

// changeableOfOrganisation are the fields of an organisation that an update may name.
func changeableOfOrganisation() []string {
	return []string{
		"legal_name", "trade_name", "cuit", "plan_id", "type", "logo_path", "disabled", "last_day", "fiscal_year_end", "activity",
	}
}

// CreateOrganisation enters an organisation.
func (s *organisationService) CreateOrganisation(
	ctx context.Context, req *sessionv1.CreateOrganisationRequest,
) (*sessionv1.CreateOrganisationResponse, error) {
	decided, err := organisationFromProto(req.GetOrganisation())
	if err != nil {
		return nil, err
	}
	o, err := s.store.CreateOrganisation(ctx, authn.CallerOf(ctx).Actor(), decided)
	if err != nil {
		return nil, sqlstore.Failure(err, "entering an organisation")
	}
	return &sessionv1.CreateOrganisationResponse{Organisation: organisationToProto(o)}, nil
}

// GetOrganisation returns one.
func (s *organisationService) GetOrganisation(ctx context.Context, req *sessionv1.GetOrganisationRequest) (*sessionv1.GetOrganisationResponse, error) {
	o, err := s.store.Organisation(ctx, req.GetOrganisationId())
	if err != nil {
		return nil, organisationFailure(err, "reading an organisation")
	}
	return &sessionv1.GetOrganisationResponse{Organisation: organisationToProto(o)}, nil
}

// ListOrganisations returns a page.
func (s *organisationService) ListOrganisations(
	ctx context.Context, req *sessionv1.ListOrganisationsRequest,
) (*sessionv1.ListOrganisationsResponse, error) {
	after, err := behindNumber(req.GetPageToken())
	if err != nil {
		return nil, err
	}
	size := pageSize(req.GetPageSize())
	all, err := s.store.Organisations(ctx, store.DataSetFromProto(req.GetDataSet()), after, size+1) // see paged
	if err != nil {
		return nil, sqlstore.Failure(err, "listing organisations")
	}
	answer := &sessionv1.ListOrganisationsResponse{}
	page, next := paged(all, size, func(o store.Organisation) string { return numberToken(o.ID) })
	answer.NextPageToken = next
	for _, o := range page {
		answer.Organisations = append(answer.Organisations, organisationToProto(o))
	}
	return answer, nil
}

// UpdateOrganisation changes the fields of the mask.
func (s *organisationService) UpdateOrganisation(
	ctx context.Context, req *sessionv1.UpdateOrganisationRequest,
) (*sessionv1.UpdateOrganisationResponse, error) {
	id, mask := req.GetOrganisation().GetOrganisationId(), req.GetUpdateMask()
	if id <= 0 {
		return nil, rpcerr.Missing("organisation.organisation_id")
	}
	if err := updatemask.Check(mask, changeableOfOrganisation()); err != nil {
		return nil, err
	}
	o, err := s.store.UpdateOrganisation(ctx, authn.CallerOf(ctx).Actor(), id, func(o *store.Organisation) error {
		merged := organisationToProto(*o)
		updatemask.Assign(merged, req.GetOrganisation(), mask)
		err := rpcserver.Validate(protovalidate.GlobalValidator, &sessionv1.CreateOrganisationRequest{Organisation: merged})
		if err != nil {
			return err
		}
		*o, err = organisationFromProto(merged)
		return err
	})
	if err != nil {
		return nil, organisationFailure(err, "changing an organisation")
	}
	return &sessionv1.UpdateOrganisationResponse{Organisation: organisationToProto(o)}, nil
}

// organisationFailure is sqlstore.Failure for what is about an organisation.
func organisationFailure(err error, doing string) error {
	if errors.Is(err, store.ErrNoOrganisation) {
		return rpcerr.New(errorsv1.Reason_REASON_ORGANISATION_NOT_FOUND, "there is no such organisation")
	}
	return sqlstore.Failure(err, doing)
}
