package benefits

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
	benefitsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/benefits/v1"
	"github.com/ventanilla/ventanilla/services/benefits/internal/rule"
	"github.com/ventanilla/ventanilla/services/benefits/internal/store"
)

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
	_, name, _ := strings.Cut(fact, ".") // between its parts there may be space
	if err := ctx.Err(); err != nil || !bytes.Contains(v.Content, []byte(name)) {
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
