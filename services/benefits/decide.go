package benefits

import (
	"slices"

	benefitsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/benefits/v1"
	"github.com/ventanilla/ventanilla/services/benefits/internal/rule"
)

// decide is what a version says of a person. Rules that do not compile leave it undecided, like one that fails.
func (v *version) decide(in *rule.Inputs) (outcome benefitsv1.Outcome, faulty bool) {
	if v.rules == nil {
		return benefitsv1.Outcome_OUTCOME_POTENTIAL, true
	}
	return v.rules.Decide(in)
}

// decided is a version with its outcome.
type decided struct {
	*version
	outcome benefitsv1.Outcome
}

// wants tells whether a decision is asked for. All are when none is named.
func wants(outcomes []benefitsv1.Outcome, outcome benefitsv1.Outcome) bool {
	return len(outcomes) == 0 || slices.Contains(outcomes, outcome)
}

// decide decides with those of the versions that are asked for. A rule that fails leaves its benefit undecided, and operators are told.
func (s *Service) decide(a *asked, versions []*version, in *rule.Inputs, outcomes []benefitsv1.Outcome) []decided {
	var all []decided
	for _, v := range versions {
		if a.category != "" && a.category != v.Category {
			continue
		}
		outcome, faulty := v.decide(in)
		if faulty {
			s.faults.tell(v)
		}
		if wants(outcomes, outcome) {
			all = append(all, decided{v, outcome})
		}
	}
	return all
}

// message is the decision in a language.
func (d decided) message(language string) *benefitsv1.Decision {
	text := translated(d.benefit.GetTexts(), language)
	beneficiary := d.benefit.GetBeneficiary()
	if beneficiary == benefitsv1.Beneficiary_BENEFICIARY_UNSPECIFIED {
		beneficiary = benefitsv1.Beneficiary_BENEFICIARY_PERSON
	}
	return &benefitsv1.Decision{
		BenefitId: d.BenefitID, Version: d.Number, Outcome: d.outcome, Category: d.Category, Url: d.benefit.GetUrl(),
		ChileatiendeIds: d.benefit.GetChileatiendeIds(), Title: text.GetTitle(), Description: text.GetDescription(), Beneficiary: beneficiary,
	}
}
