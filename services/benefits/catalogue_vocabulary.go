package benefits

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"slices"

	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
	benefitsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/benefits/v1"
	"github.com/ventanilla/ventanilla/services/benefits/internal/rule"
	"github.com/ventanilla/ventanilla/services/benefits/internal/store"
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

// narrows tells whether a fact would lose a value that it may have.
func narrows(old, now *benefitsv1.FactDefinition) bool {
	if len(now.GetValues()) == 0 {
		return false
	}
	return len(old.GetValues()) == 0 || slices.ContainsFunc(old.GetValues(), func(value string) bool {
		return !slices.Contains(now.GetValues(), value)
	})
}

// lost finds the facts that would lose a value with which a version in review or in force compares them.
func (s *Service) lost(ctx context.Context, have *catalogued, facts []*benefitsv1.FactDefinition, narrowed []int) ([]*benefitsv1.Finding, error) {
	if len(narrowed) == 0 {
		return nil, nil
	}
	versions, err := s.store.Relying(ctx)
	if err != nil {
		return nil, sqlstore.Failure(err, "reading the versions that rely on a fact")
	}
	var found []*benefitsv1.Finding
	for _, i := range narrowed {
		with := maps.Clone(have.facts)
		with[facts[i].GetName()] = facts[i]
		vocabulary, err := rule.NewVocabulary(slices.Collect(maps.Values(with)))
		if err != nil {
			return nil, fmt.Errorf("making the vocabulary with a changed fact: %w", err)
		}
		for _, v := range versions {
			relies, err := relies(ctx, v, facts[i].GetName(), have.vocabulary, vocabulary)
			if err != nil {
				return nil, err
			}
			if relies {
				found = append(found, wrong(fmt.Sprintf("facts[%d].values", i), ruleValue, fmt.Sprintf(
					"version %d of %s, which is %s, compares the fact with a value that would go: keep it, or put a version without it into force and retire this one",
					v.Number, v.BenefitID, words[v.State])))
			}
		}
	}
	return found, nil
}

// words are states as people read them.
var words = map[store.State]string{
	store.Draft: "a draft", store.InReview: "in review", store.Published: "published", store.Retired: "retired",
}

// relies tells whether a version compares a fact with a value that it has in one vocabulary and not in another.
func relies(ctx context.Context, v store.Version, fact string, before, after *rule.Vocabulary) (bool, error) {
	if err := ctx.Err(); err != nil || !bytes.Contains(v.Content, []byte(fact)) {
		return false, err
	}
	benefit, err := v.Benefit()
	if err != nil {
		return false, err
	}
	return strange(after, benefit) > strange(before, benefit), nil
}

// strange counts the values in a benefit's expressions that their facts do not have.
func strange(vocabulary *rule.Vocabulary, benefit *benefitsv1.Benefit) (n int) {
	_, found := vocabulary.Compile(benefit)
	for _, f := range found {
		if f.GetRule() == ruleValue {
			n++
		}
	}
	return n
}
