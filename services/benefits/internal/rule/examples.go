package rule

import (
	"fmt"
	"strings"
	"time"

	benefitsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/benefits/v1"
)

// CheckExamples decides the example cases of a benefit with its rules and says which do not come out. A case without a day is decided
// as of the first day on which the version applies, or else as of today.
func (v *Vocabulary) CheckExamples(b *benefitsv1.Benefit, r *Rules, today time.Time) []*benefitsv1.Finding {
	found := &findings{benefit: b.GetBenefitId()}
	names := make(map[string]bool)
	for i, example := range b.GetExamples() {
		at := func(field string) { found.at(fmt.Sprintf("examples[%d].%s", i, field)) }
		if names[example.GetName()] {
			at("name")
			found.error(ruleExamples, "another case has this name; give each its own")
		}
		names[example.GetName()] = true
		asOf := today
		if text := firstOf(example.GetAsOf(), b.GetEffectiveFrom()); text != "" {
			day, ok := parseDay(text)
			if !ok {
				at("as_of")
				found.error(ruleExamples, `the day as of which the case is decided is no date; write one as "2006-01-02" there or in effective_from`)
				continue
			}
			asOf = day
		}
		in, err := v.Example(example.GetFacts(), asOf)
		if err != nil {
			at("facts")
			found.error(ruleExamples, "%s", err)
			continue
		}
		if outcome, _ := r.Decide(in); outcome != example.GetOutcome() {
			at("outcome")
			found.error(ruleExamples, "comes out %s, not %s: %s", outcomeName(outcome), outcomeName(example.GetOutcome()), because(r.Explain(in)))
		}
	}
	return found.all
}

func firstOf(texts ...string) string {
	for _, text := range texts {
		if text != "" {
			return text
		}
	}
	return ""
}

func outcomeName(of benefitsv1.Outcome) string {
	return strings.ReplaceAll(strings.ToLower(strings.TrimPrefix(of.String(), "OUTCOME_")), "_", " ")
}

// because tells what came out for each condition.
func because(results []Result) string {
	reasons := make([]string, 0, len(results))
	for _, result := range results {
		truth := strings.ToLower(strings.TrimPrefix(result.Truth.String(), "TRUTH_"))
		switch {
		case result.Faulty:
			truth += " because it fails"
		case len(result.Missing) > 0:
			truth += " without " + strings.Join(result.Missing, ", ")
		}
		reasons = append(reasons, result.Name+" is "+truth)
	}
	return strings.Join(reasons, "; ")
}
