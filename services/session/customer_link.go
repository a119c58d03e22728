package session

import (
	"context"
	"fmt"

	"github.com/ventanilla/ventanilla/pkg/authn"
	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
	identityv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/identity/v1"
	sessionv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/session/v1"
	"github.com/ventanilla/ventanilla/services/session/internal/store"
)

// LinkCustomer says which person on record a customer is.
func (s *organisationService) LinkCustomer(ctx context.Context, req *sessionv1.LinkCustomerRequest) (*sessionv1.LinkCustomerResponse, error) {
	// The customer comes first: identity enters in its log that it was asked.
	if _, err := s.store.Customer(ctx, req.GetOrganisationId(), req.GetCustomerId()); err != nil {
		return nil, customerFailure(err, "reading a customer")
	}
	organisation, err := s.store.Organisation(ctx, req.GetOrganisationId())
	if err != nil {
		return nil, organisationFailure(err, "reading an organisation")
	}
	if err := s.onRecord(ctx, organisation, req.GetPersonId()); err != nil {
		return nil, err
	}
	err = s.store.LinkCustomer(ctx, authn.CallerOf(ctx).Actor(), organisation.DataSet, organisation.ID, req.GetCustomerId(), req.GetPersonId())
	if err != nil {
		return nil, customerFailure(err, "linking a customer")
	}
	return &sessionv1.LinkCustomerResponse{}, nil
}

// onRecord fails with PERSON_NOT_FOUND unless identity knows the person, in the organisation's data set. Nobody need be on record.
func (s *Service) onRecord(ctx context.Context, organisation store.Organisation, personID string) error {
	if personID == "" {
		return nil
	}
	answer, err := s.persons.GetPerson(ctx, &identityv1.GetPersonRequest{
		PersonId: personID,
		Access:   &identityv1.Access{Purpose: "vínculo con un cliente de una organización", OnBehalfOf: fmt.Sprintf("organisation/%d", organisation.ID)},
	})
	unknown := rpcerr.Reason(err) == errorsv1.Reason_REASON_PERSON_NOT_FOUND
	switch {
	case err != nil && !unknown:
		return identityFailure(err, "looking for a person")
	case unknown, store.DataSetFromProto(answer.GetPerson().GetDataSet()) != organisation.DataSet:
		return rpcerr.New(errorsv1.Reason_REASON_PERSON_NOT_FOUND, "nobody in the organisation's data set has the identifier",
			rpcerr.Field("person_id", "is nobody's"))
	}
	return nil
}
