package benefits

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
	benefitsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/benefits/v1"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
	"github.com/ventanilla/ventanilla/services/benefits/internal/store"
)

// importAttempts bounds how often an import is looked at anew because the catalogue has changed meanwhile.
const importAttempts = 10

// Import enters a part of a catalogue, all or nothing.
func (s *catalogueService) Import(ctx context.Context, req *benefitsv1.ImportRequest) (*benefitsv1.ImportResponse, error) {
	for range importAttempts {
		answer, err := s.importOnce(ctx, req)
		if !errors.Is(err, store.ErrChanged) {
			return answer, err
		}
	}
	return nil, rpcerr.New(errorsv1.Reason_REASON_UNAVAILABLE, "others change the catalogue at the same time: try again")
}

// importOnce fails with store.ErrChanged when the catalogue is not any more what the import was looked at with.
func (s *catalogueService) importOnce(ctx context.Context, req *benefitsv1.ImportRequest) (*benefitsv1.ImportResponse, error) {
	have, err := s.looked(ctx)
	if err != nil {
		return nil, err
	}
	found, err := s.lint(ctx, have, req)
	if err != nil {
		return nil, err
	}
	if wrong := errorsOf(found); len(wrong) > 0 {
		if slices.ContainsFunc(wrong, changesType) {
			return nil, rpcerr.New(errorsv1.Reason_REASON_FACT_TYPE_CHANGED, "a fact keeps its type", fieldsOf(wrong)...)
		}
		return nil, invalid(wrong)
	}
	in := store.Import{Categories: req.GetCategories(), Benefits: req.GetBenefits()}
	for _, f := range req.GetFacts() {
		if !f.GetDerived() {
			in.Facts = append(in.Facts, f)
		}
	}
	drafts, unchanged, err := s.store.Import(ctx, actor(ctx, bootstrapEditor), in, have.change)
	if err != nil {
		return nil, sqlstore.Failure(err, "importing")
	}
	answer := &benefitsv1.ImportResponse{Unchanged: int32(unchanged), Findings: found[:min(len(found), maxFindings)]}
	for _, draft := range drafts {
		version, err := versionToProto(draft)
		if err != nil {
			return nil, err
		}
		answer.Drafts = append(answer.Drafts, version)
	}
	return answer, nil
}

// changesType tells whether a finding is about a fact's type, and not an expression's.
func changesType(f *benefitsv1.Finding) bool {
	return f.GetRule() == ruleType && f.GetBenefitId() == ""
}

// today is the day in Chile.
func (s *Service) today() time.Time { return s.now().In(chile()) }
