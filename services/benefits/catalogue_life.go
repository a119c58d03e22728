package benefits

import (
	"context"
	"fmt"

	"github.com/ventanilla/ventanilla/pkg/authn"
	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	benefitsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/benefits/v1"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
	"github.com/ventanilla/ventanilla/services/benefits/internal/store"
)

// The peer that sets a platform up has no operators yet. It acts under two names that no operator can have, so that what it
// publishes has an author and a publisher too.
const (
	bootstrapEditor    = "bootstrap editor"
	bootstrapPublisher = "bootstrap publisher"
)

// actor is who calls, in the history.
func actor(ctx context.Context, forBootstrap string) string {
	if caller := authn.CallerOf(ctx); caller.IsOperator() {
		return caller.Actor()
	}
	return forBootstrap
}

// Submit puts a draft into review.
func (s *catalogueService) Submit(ctx context.Context, req *benefitsv1.SubmitRequest) (*benefitsv1.SubmitResponse, error) {
	act, err := s.act(ctx, req, bootstrapEditor)
	if err != nil {
		return nil, err
	}
	if err := s.fit(ctx, act, store.Draft); err != nil {
		return nil, err
	}
	version, err := moved(s.store.Submit(ctx, act))
	return &benefitsv1.SubmitResponse{Version: version}, err
}

// Return sends a version in review back.
func (s *catalogueService) Return(ctx context.Context, req *benefitsv1.ReturnRequest) (*benefitsv1.ReturnResponse, error) {
	act, err := s.act(ctx, req, bootstrapPublisher)
	if err != nil {
		return nil, err
	}
	version, err := moved(s.store.Return(ctx, act))
	return &benefitsv1.ReturnResponse{Version: version}, err
}

// Publish puts a version in review into force.
func (s *catalogueService) Publish(ctx context.Context, req *benefitsv1.PublishRequest) (*benefitsv1.PublishResponse, error) {
	act, err := s.act(ctx, req, bootstrapPublisher)
	if err != nil {
		return nil, err
	}
	if err := s.fit(ctx, act, store.InReview); err != nil {
		return nil, err
	}
	version, err := moved(s.store.Publish(ctx, act, func(v store.Version) error {
		if act.Actor == v.Author || act.Actor == v.SubmittedBy {
			return rpcerr.New(errorsv1.Reason_REASON_AUTHOR_MAY_NOT_PUBLISH,
				"you wrote or submitted this version: another publisher has to publish it")
		}
		return nil
	}))
	return &benefitsv1.PublishResponse{Version: version}, err
}

// Retire takes a published version back.
func (s *catalogueService) Retire(ctx context.Context, req *benefitsv1.RetireRequest) (*benefitsv1.RetireResponse, error) {
	act, err := s.act(ctx, req, bootstrapPublisher)
	if err != nil {
		return nil, err
	}
	version, err := moved(s.store.Retire(ctx, act))
	return &benefitsv1.RetireResponse{Version: version}, err
}

// act is a step that a request asks for.
func (s *catalogueService) act(ctx context.Context, req interface {
	GetBenefitId() string
	GetVersion() int32
	GetNote() string
}, forBootstrap string,
) (store.Act, error) {
	if !plain(req.GetNote()) {
		return store.Act{}, rpcerr.Invalid("note", "must not have control characters")
	}
	return store.Act{
		BenefitID: req.GetBenefitId(), Number: req.GetVersion(), Actor: actor(ctx, forBootstrap), Note: req.GetNote(),
	}, nil
}

func moved(v store.Version, err error) (*benefitsv1.BenefitVersion, error) {
	if err != nil {
		return nil, failure(err, "changing a version's state")
	}
	return versionToProto(v)
}

// fit fails when a version's text has errors, or its examples do not come out. What is not in the state from which it is to go on is
// left to the store to refuse.
func (s *catalogueService) fit(ctx context.Context, act store.Act, from store.State) error {
	version, err := s.store.Version(ctx, act.BenefitID, act.Number)
	if err != nil {
		return failure(err, "reading a version")
	}
	if version.State != from {
		return nil
	}
	have, err := s.looked(ctx)
	if err != nil {
		return err
	}
	benefit, err := version.Benefit()
	if err != nil {
		return err
	}
	found, rules := have.benefit(benefit)
	if wrong := errorsOf(found); len(wrong) > 0 {
		return invalid(wrong)
	}
	examples := have.vocabulary.CheckExamples(benefit, rules, s.today())
	if n := len(benefit.GetExamples()); n < fewestExamples {
		examples = append(examples, &benefitsv1.Finding{
			Field: "examples", Message: fmt.Sprintf("%d of the %d that there must be: import the benefit with more", n, fewestExamples),
		})
	}
	if len(examples) > 0 {
		return rpcerr.New(errorsv1.Reason_REASON_EXAMPLES_FAIL,
			"example cases do not come out, or there are too few: mend the benefit and import it again", fieldsOf(examples)...)
	}
	return nil
}

// fewestExamples are those without which a version is not published.
const fewestExamples = 2
