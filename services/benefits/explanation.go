package benefits

import (
	"slices"

	"google.golang.org/protobuf/types/known/structpb"

	benefitsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/benefits/v1"
	"github.com/ventanilla/ventanilla/services/benefits/internal/rule"
)

// explanation gives the reasons of a decision.
func (d decided) explanation(a *asked, in *rule.Inputs) *benefitsv1.Explanation {
	answer := &benefitsv1.Explanation{Decision: d.message(a.language), Citations: d.benefit.GetCitations()}
	for i, result := range d.results(in) {
		answer.Conditions = append(answer.Conditions, condition(a, d.benefit.GetConditions()[i], result, in))
	}
	slices.SortStableFunc(answer.Conditions, func(x, y *benefitsv1.ConditionResult) int { return rank(x.GetTruth()) - rank(y.GetTruth()) })
	answer.Changes = changes(answer.GetConditions(), a.language)
	return answer
}

// results are one for each condition, in their order.
func (v *version) results(in *rule.Inputs) []rule.Result {
	if v.rules != nil {
		return v.rules.Explain(in)
	}
	results := make([]rule.Result, len(v.benefit.GetConditions()))
	for i, c := range v.benefit.GetConditions() {
		results[i] = rule.Result{Name: c.GetName(), Truth: benefitsv1.Truth_TRUTH_UNKNOWN, Faulty: true}
	}
	return results
}

func condition(a *asked, c *benefitsv1.Condition, result rule.Result, in *rule.Inputs) *benefitsv1.ConditionResult {
	answer := &benefitsv1.ConditionResult{
		Name: result.Name, Sentence: translated(c.GetSentences(), a.language), Truth: result.Truth, Faulty: result.Faulty,
	}
	for _, name := range result.Missing {
		answer.Missing = append(answer.Missing, &benefitsv1.FactLabel{Name: name, Label: translated(a.catalogue.spoken.labels[name], a.language)})
	}
	if a.caller.Has(scopeFacts) {
		answer.LookedAt = &structpb.Struct{Fields: make(map[string]*structpb.Value, len(result.LookedAt))}
		for _, name := range result.LookedAt {
			if value, ok := in.Value(name); ok {
				answer.LookedAt.Fields[name] = value
			}
		}
	}
	return answer
}

// rank is the place of a truth: what does not hold is told first.
func rank(truth benefitsv1.Truth) int {
	return slices.Index([]benefitsv1.Truth{benefitsv1.Truth_TRUTH_FALSE, benefitsv1.Truth_TRUTH_UNKNOWN, benefitsv1.Truth_TRUTH_TRUE}, truth)
}

// phrases are the beginnings of what would change an answer.
type phrases struct{ hold, missing, undecided string }

var phrasesOf = map[string]phrases{
	spanish: {"Tendría que cumplirse: ", "Falta saber: ", "No se pudo decidir: "},
	"en":    {"This would have to hold: ", "It is not on record: ", "This could not be decided: "},
}

// changes says what would change the answer: what would have to hold, then what is missing, each once.
func changes(conditions []*benefitsv1.ConditionResult, language string) []string {
	say := translated(phrasesOf, language)
	var hold, missing []string
	for _, c := range conditions {
		switch {
		case c.GetTruth() == benefitsv1.Truth_TRUTH_FALSE:
			hold = append(hold, say.hold+c.GetSentence())
		case c.GetFaulty():
			missing = append(missing, say.undecided+c.GetSentence())
		}
		for _, fact := range c.GetMissing() {
			if sentence := say.missing + fact.GetLabel() + "."; !slices.Contains(missing, sentence) {
				missing = append(missing, sentence)
			}
		}
	}
	return append(hold, missing...)
}
