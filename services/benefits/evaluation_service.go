package benefits

import (
	"context"

	"github.com/ventanilla/ventanilla/pkg/authn"
	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	benefitsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/benefits/v1"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
	identityv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/identity/v1"
	"github.com/ventanilla/ventanilla/services/benefits/internal/rule"
)

type evaluationService struct {
	benefitsv1.UnimplementedEvaluationServiceServer
	*Service
}

// Evaluate decides for one person.
func (s *evaluationService) Evaluate(ctx context.Context, req *benefitsv1.EvaluateRequest) (*benefitsv1.EvaluateResponse, error) {
	key, asked, err := s.ask(ctx, req.GetSubject(), req.GetTerms())
	if err != nil {
		return nil, err
	}
	in, err := s.inputs(ctx, key, asked)
	if err != nil {
		return nil, err
	}
	answer := &benefitsv1.EvaluateResponse{Basis: asked.basis(in.Digest())}
	for _, d := range s.decide(asked, asked.edition.ordered, in, req.GetOutcomes()) {
		answer.Decisions = append(answer.Decisions, d.message(asked.language))
	}
	return answer, nil
}

// Explain decides for one person and gives the reasons.
func (s *evaluationService) Explain(ctx context.Context, req *benefitsv1.ExplainRequest) (*benefitsv1.ExplainResponse, error) {
	key, asked, err := s.ask(ctx, req.GetSubject(), req.GetTerms())
	if err != nil {
		return nil, err
	}
	versions := asked.edition.ordered
	if id := req.GetBenefitId(); id != "" {
		v := asked.edition.of(id)
		if v == nil || asked.category != "" && asked.category != v.Category {
			return nil, rpcerr.New(errorsv1.Reason_REASON_BENEFIT_NOT_FOUND, "no published version of the benefit applies")
		}
		versions = []*version{v}
	}
	in, err := s.inputs(ctx, key, asked)
	if err != nil {
		return nil, err
	}
	answer := &benefitsv1.ExplainResponse{Basis: asked.basis(in.Digest())}
	for _, d := range s.decide(asked, versions, in, req.GetOutcomes()) {
		answer.Explanations = append(answer.Explanations, d.explanation(asked, in))
	}
	return answer, nil
}

// ask finds out whom and what a question is about, if it may be asked.
func (s *Service) ask(ctx context.Context, subject *benefitsv1.Subject, terms *benefitsv1.Terms) (*identityv1.PersonKey, *asked, error) {
	key, err := whom(authn.CallerOf(ctx), subject)
	if err != nil {
		return nil, nil, err
	}
	asked, err := s.settle(ctx, terms)
	return key, asked, err
}

// inputs reads what the rules are given of one person. Nothing is known of an identifier that is not on record; a person_id is.
func (s *Service) inputs(ctx context.Context, key *identityv1.PersonKey, asked *asked) (*rule.Inputs, error) {
	found, err := s.read(ctx, []*identityv1.PersonKey{key}, asked.scope(asked.catalogue.spoken))
	if err != nil {
		return nil, err
	}
	if key.GetPersonId() != "" && found[0].GetPersonId() == "" {
		return nil, rpcerr.New(errorsv1.Reason_REASON_PERSON_NOT_FOUND, "no person has the identifier")
	}
	return asked.inputs(found[0]), nil
}
