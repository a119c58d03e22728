package native

import (
	"strings"

	"google.golang.org/protobuf/types/known/timestamppb"

	nativev1 "github.com/ventanilla/ventanilla/proto/gen/go/native/v1"
	benefitsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/benefits/v1"
)

// outcomeOf are the outcomes by their words.
var outcomeOf = map[string]benefitsv1.Outcome{
	"eligible":     benefitsv1.Outcome_OUTCOME_ELIGIBLE,
	"potential":    benefitsv1.Outcome_OUTCOME_POTENTIAL,
	"not_eligible": benefitsv1.Outcome_OUTCOME_NOT_ELIGIBLE,
}

// word is a value of an enumeration in lower case, without its prefix.
func word(name, prefix string) string { return strings.ToLower(strings.TrimPrefix(name, prefix)) }

func outcomeWord(o benefitsv1.Outcome) string { return word(o.String(), "OUTCOME_") }

func basis(in *benefitsv1.Basis) *nativev1.Basis {
	return &nativev1.Basis{
		AsOf: in.GetAsOf(), KnownAt: instant(in.GetKnownAt()), CatalogueRevision: in.GetCatalogueRevision(), InputsDigest: in.GetInputsDigest(),
	}
}

// instant is a time to the millisecond, which is as exact as the platform keeps it.
func instant(t *timestamppb.Timestamp) string {
	return t.AsTime().Format("2006-01-02T15:04:05.000Z07:00")
}

func decision(in *benefitsv1.Decision) *nativev1.Decision {
	return &nativev1.Decision{
		BenefitId: in.GetBenefitId(), Version: in.GetVersion(), Outcome: outcomeWord(in.GetOutcome()), Category: in.GetCategory(),
		Url: in.GetUrl(), ChileatiendeIds: in.GetChileatiendeIds(), Title: in.GetTitle(), Description: in.GetDescription(),
		Beneficiary: word(in.GetBeneficiary().String(), "BENEFICIARY_"),
	}
}

func explanation(in *benefitsv1.Explanation) *nativev1.Explanation {
	out := &nativev1.Explanation{Decision: decision(in.GetDecision()), Changes: in.GetChanges()}
	for _, c := range in.GetConditions() {
		condition := &nativev1.ConditionResult{
			Name: c.GetName(), Sentence: c.GetSentence(), Truth: word(c.GetTruth().String(), "TRUTH_"), LookedAt: c.GetLookedAt(), Faulty: c.GetFaulty(),
		}
		for _, fact := range c.GetMissing() {
			condition.Missing = append(condition.Missing, &nativev1.MissingFact{Name: fact.GetName(), Label: fact.GetLabel()})
		}
		out.Conditions = append(out.Conditions, condition)
	}
	for _, c := range in.GetCitations() {
		out.Citations = append(out.Citations, &nativev1.Citation{Norm: c.GetNorm(), Article: c.GetArticle(), Url: c.GetUrl()})
	}
	return out
}

func simulationLine(in *benefitsv1.SimulateResponse) *nativev1.SimulateResponse {
	switch step := in.GetStep().(type) {
	case *benefitsv1.SimulateResponse_Change:
		return &nativev1.SimulateResponse{Line: &nativev1.SimulateResponse_Change{Change: &nativev1.Change{
			PersonId: step.Change.GetPersonId(), Before: outcomeWord(step.Change.GetBefore()), After: outcomeWord(step.Change.GetAfter()),
		}}}
	case *benefitsv1.SimulateResponse_Summary:
		return &nativev1.SimulateResponse{Line: &nativev1.SimulateResponse_Summary{Summary: &nativev1.Summary{
			Total: count(step.Summary.GetTotal()), ByTranche: counts(step.Summary.GetByTranche()), ByCommune: counts(step.Summary.GetByCommune()),
			ComparedWith: step.Summary.GetComparedWith(), Faulty: step.Summary.GetFaulty(), Basis: basis(step.Summary.GetBasis()),
		}}}
	}
	return &nativev1.SimulateResponse{Line: &nativev1.SimulateResponse_Progress{
		Progress: &nativev1.Progress{Persons: in.GetProgress().GetPersons()},
	}}
}

func count(in *benefitsv1.SimulationCount) *nativev1.Count {
	out := &nativev1.Count{
		Persons: in.GetPersons(), Gain: in.GetGain(), Lose: in.GetLose(), Eligible: in.GetEligible(), Potential: in.GetPotential(),
	}
	if in.GetGroup() != "" {
		out.Group = new(in.GetGroup())
	}
	return out
}

func counts(in []*benefitsv1.SimulationCount) []*nativev1.Count {
	out := make([]*nativev1.Count, len(in))
	for i, c := range in {
		out[i] = count(c)
	}
	return out
}
