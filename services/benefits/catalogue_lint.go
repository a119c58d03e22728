package benefits

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
	benefitsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/benefits/v1"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
	"github.com/ventanilla/ventanilla/services/benefits/internal/rule"
)

const (
	// maxFindings bounds an answer, maxViolations an error: it travels in a header.
	maxFindings   = 1000
	maxViolations = 50
)

// catalogued is the vocabulary that texts are looked at with, after a number of changes.
type catalogued struct {
	change     int64
	categories map[string]bool
	facts      map[string]*benefitsv1.FactDefinition
	vocabulary *rule.Vocabulary
}

// looked is what the catalogue has.
func (s *Service) looked(ctx context.Context) (*catalogued, error) {
	number, err := s.store.ChangeNumber(ctx) // first: what is newer is noticed
	if err != nil {
		return nil, sqlstore.Failure(err, "reading the catalogue")
	}
	categories, err := s.store.Categories(ctx)
	if err != nil {
		return nil, sqlstore.Failure(err, "reading the catalogue")
	}
	facts, err := s.store.Facts(ctx)
	if err != nil {
		return nil, sqlstore.Failure(err, "reading the catalogue")
	}
	vocabulary, err := rule.NewVocabulary(facts)
	if err != nil {
		return nil, fmt.Errorf("reading the catalogue's facts: %w", err)
	}
	have := &catalogued{change: number, categories: map[string]bool{}, facts: map[string]*benefitsv1.FactDefinition{}, vocabulary: vocabulary}
	for _, c := range categories {
		have.categories[c.GetCategoryId()] = true
	}
	for _, f := range facts {
		have.facts[f.GetName()] = f
	}
	return have, nil
}

// part is a part of a catalogue that is to be looked at: an ImportRequest or a LintRequest.
type part interface {
	GetCategories() []*benefitsv1.Category
	GetFacts() []*benefitsv1.FactDefinition
	GetBenefits() []*benefitsv1.Benefit
}

// Lint says what is wrong with what would be imported.
func (s *catalogueService) Lint(ctx context.Context, req *benefitsv1.LintRequest) (*benefitsv1.LintResponse, error) {
	have, err := s.looked(ctx)
	if err != nil {
		return nil, err
	}
	found, err := s.lint(ctx, have, req)
	if err != nil {
		return nil, err
	}
	return &benefitsv1.LintResponse{Findings: found[:min(len(found), maxFindings)]}, nil
}

// lint looks at a part with the catalogue that there is. Examples that do not come out are warnings here: a draft may have them.
func (s *Service) lint(ctx context.Context, have *catalogued, in part) ([]*benefitsv1.Finding, error) {
	found, with, err := s.lintVocabulary(ctx, have, in)
	if err != nil || with == nil {
		return found, err
	}
	seen := map[string]bool{}
	for i, benefit := range in.GetBenefits() {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		own, rules := with.benefit(benefit)
		if id := benefit.GetBenefitId(); seen[id] {
			own = append(own, wrong("benefit_id", ruleDuplicate, "another benefit of the import has this identifier: give each its own"))
		}
		seen[benefit.GetBenefitId()] = true
		if rules != nil {
			for _, example := range with.vocabulary.CheckExamples(benefit, rules, s.today()) {
				example.Severity = benefitsv1.Severity_SEVERITY_WARNING
				own = append(own, example)
			}
		}
		for _, finding := range own {
			finding.Field = fmt.Sprintf("benefits[%d].%s", i, finding.GetField())
			finding.BenefitId = benefit.GetBenefitId()
		}
		found = append(found, own...)
	}
	return found, nil
}

// benefit is what is wrong with a benefit but for its examples, with fields relative to it, and its rules where there is no error in them.
func (c *catalogued) benefit(b *benefitsv1.Benefit) ([]*benefitsv1.Finding, *rule.Rules) {
	rules, found := c.vocabulary.Compile(b)
	found = append(found, texts(b)...)
	if !c.categories[b.GetCategory()] {
		found = append(found, wrong("category", ruleUnknownCategory, "there is no such category: the catalogue has "+list(c.categories)+"; or import this one too"))
	}
	return found, rules
}

func list(categories map[string]bool) string {
	if len(categories) == 0 {
		return "none"
	}
	return strings.Join(slices.Sorted(maps.Keys(categories)), ", ")
}

// The rules of lint that are not about expressions.
const (
	ruleText            = "text"
	ruleType            = "type"
	ruleValue           = "value"
	ruleDate            = "date"
	ruleName            = "name"
	ruleDuplicate       = "duplicate"
	ruleUnknownCategory = "unknown_category"
)

func wrong(field, name, message string) *benefitsv1.Finding {
	return &benefitsv1.Finding{Field: field, Severity: benefitsv1.Severity_SEVERITY_ERROR, Rule: name, Message: message}
}

func errorsOf(found []*benefitsv1.Finding) []*benefitsv1.Finding {
	return slices.DeleteFunc(slices.Clone(found), func(f *benefitsv1.Finding) bool {
		return f.GetSeverity() != benefitsv1.Severity_SEVERITY_ERROR
	})
}

// invalid is the error of findings that are errors.
func invalid(found []*benefitsv1.Finding) error {
	return rpcerr.New(errorsv1.Reason_REASON_BENEFIT_INVALID, fmt.Sprintf("the text has %d errors", len(found)), fieldsOf(found)...)
}

func fieldsOf(found []*benefitsv1.Finding) []rpcerr.Option {
	var fields []rpcerr.Option
	for _, f := range found[:min(len(found), maxViolations)] {
		fields = append(fields, rpcerr.Field(f.GetField(), f.GetMessage()))
	}
	return fields
}
