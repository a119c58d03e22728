package session

import (
	"context"
	"fmt"

	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	benefitsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/benefits/v1"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
	identityv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/identity/v1"
	sessionv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/session/v1"
)

// ListPotentialBenefits asks benefits what a person may have.
func (s *workspaceService) ListPotentialBenefits(ctx context.Context, req *sessionv1.ListPotentialBenefitsRequest) (*sessionv1.ListPotentialBenefitsResponse, error) {
	u, personID, err := s.userFor(ctx, req)
	if err != nil {
		return nil, err
	}
	answer, err := s.evaluations.Evaluate(ctx, &benefitsv1.EvaluateRequest{
		Subject: &benefitsv1.Subject{Subject: &benefitsv1.Subject_PersonId{PersonId: personID}},
		Terms: &benefitsv1.Terms{
			Category: req.GetCategory(), DataSet: u.DataSet.ToProto(),
			Access: accessForOrganisation(req.GetBehalf(), "beneficios potenciales a pedido de una organización"),
		},
		Outcomes: []benefitsv1.Outcome{benefitsv1.Outcome_OUTCOME_ELIGIBLE, benefitsv1.Outcome_OUTCOME_POTENTIAL},
	})
	if err != nil {
		return nil, evaluationFailure(fmt.Errorf("asking for potential benefits: %w", err))
	}
	return &sessionv1.ListPotentialBenefitsResponse{Decisions: answer.GetDecisions()}, nil
}

// evaluationFailure is what our caller is told when benefits did not answer.
func evaluationFailure(err error) error {
	switch rpcerr.Reason(err) {
	case errorsv1.Reason_REASON_PERSON_NOT_FOUND:
		return subjectGone(err)
	case errorsv1.Reason_REASON_FIELD_INVALID:
		for _, wrong := range rpcerr.Fields(err) {
			if wrong.Field == "terms.category" {
				return rpcerr.Wrap(errorsv1.Reason_REASON_FIELD_INVALID, err, "a field is invalid", rpcerr.Field("category", wrong.Description))
			}
		}
	}
	return rpcerr.FromCallee("benefits", err)
}

// accessForOrganisation says why a person on record is read for an organisation.
func accessForOrganisation(in *sessionv1.Behalf, purpose string) *identityv1.Access {
	return &identityv1.Access{Purpose: purpose, OnBehalfOf: fmt.Sprintf("organisation/%d", in.GetOrganisationId())}
}

// subjectGone says that the person whom somebody was said to be is not on record, or not in the data set.
func subjectGone(cause error) error {
	return rpcerr.Wrap(errorsv1.Reason_REASON_SUBJECT_UNKNOWN, cause, "the person is not on record")
}
