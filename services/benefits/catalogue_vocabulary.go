package benefits

import (
	"context"
	"fmt"
	"maps"
	"slices"

	benefitsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/benefits/v1"
	"github.com/ventanilla/ventanilla/services/benefits/internal/rule"
)

// lintVocabulary looks at the categories and facts of a part, and returns the catalogue as it would be with them; nil when a fact
// cannot be taken.
func (s *Service) lintVocabulary(ctx context.Context, have *catalogued, in part) ([]*benefitsv1.Finding, *catalogued, error) {
	with := &catalogued{categories: maps.Clone(have.categories), facts: maps.Clone(have.facts)}
	found := lintCategories(with, in.GetCategories())
	facts, narrowed := lintFacts(with, in.GetFacts())
	found = append(found, facts...)
	vocabulary, err := rule.NewVocabulary(slices.Collect(maps.Values(with.facts)))
	if err != nil {
		refused := unwritable(in.GetFacts())
		if len(refused) == 0 {
			return nil, nil, fmt.Errorf("making the catalogue's vocabulary: %w", err)
		}
		return append(found, refused...), nil, nil
	}
	with.vocabulary = vocabulary
	lost, err := s.lost(ctx, have, in.GetFacts(), narrowed)
	return append(found, lost...), with, err
}

// lintFacts enters facts, and says which of them lose a value that they have in the catalogue.
func lintFacts(with *catalogued, facts []*benefitsv1.FactDefinition) (found []*benefitsv1.Finding, narrowed []int) {
	seen := map[string]bool{}
	for i, f := range facts {
		if f.GetDerived() { // what the service lists may be given back
			continue
		}
		at := func(field string) string { return fmt.Sprintf("facts[%d].%s", i, field) }
		found = append(found, labels(at("labels"), f.GetLabels())...)
		if seen[f.GetName()] {
			found = append(found, wrong(at("name"), ruleDuplicate, "another fact of the import has this name"))
			continue
		}
		seen[f.GetName()] = true
		if len(f.GetValues()) > 0 && f.GetType() != benefitsv1.FactType_FACT_TYPE_STRING && f.GetType() != benefitsv1.FactType_FACT_TYPE_STRING_LIST {
			found = append(found, wrong(at("values"), ruleValue, "only texts and lists of texts have values to choose from"))
		}
		if old := with.facts[f.GetName()]; old != nil {
			if old.GetType() != f.GetType() {
				found = append(found, wrong(at("type"), ruleType, "the fact has another type, which never changes: define a fact with another name"))
				continue
			}
			if narrows(old, f) {
				narrowed = append(narrowed, i)
			}
		}
		with.facts[f.GetName()] = f
	}
	return found, narrowed
}

// unwritable finds the facts whose names no expression can have, or that the service derives.
func unwritable(facts []*benefitsv1.FactDefinition) (found []*benefitsv1.Finding) {
	for i, f := range facts {
		if _, err := rule.NewVocabulary([]*benefitsv1.FactDefinition{f}); err != nil {
			found = append(found, wrong(fmt.Sprintf("facts[%d].name", i), ruleName, err.Error()))
		}
	}
	return found
}

func lintCategories(with *catalogued, categories []*benefitsv1.Category) (found []*benefitsv1.Finding) {
	seen := map[string]bool{}
	for i, c := range categories {
		found = append(found, labels(fmt.Sprintf("categories[%d].labels", i), c.GetLabels())...)
		if seen[c.GetCategoryId()] {
			found = append(found, wrong(fmt.Sprintf("categories[%d].category_id", i), ruleDuplicate, "another category of the import has this identifier"))
		}
		seen[c.GetCategoryId()] = true
		with.categories[c.GetCategoryId()] = true
	}
	return found
}
