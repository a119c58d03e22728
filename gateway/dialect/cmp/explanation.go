package cmp

import (
	cmpv1 "github.com/ventanilla/ventanilla/proto/gen/go/cmp/v1"
	benefitsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/benefits/v1"
)

// outcomes are the family's words for what comes out of those that are shown.
var outcomes = map[benefitsv1.Outcome]string{
	benefitsv1.Outcome_OUTCOME_ELIGIBLE:  "cumple",
	benefitsv1.Outcome_OUTCOME_POTENTIAL: "potencial",
}

// truths are the family's words for whether a condition holds.
var truths = map[benefitsv1.Truth]string{
	benefitsv1.Truth_TRUTH_TRUE:    "cumple",
	benefitsv1.Truth_TRUTH_FALSE:   "no_cumple",
	benefitsv1.Truth_TRUTH_UNKNOWN: "falta",
}

// benefitsOf writes explanations as widgets read them.
func benefitsOf(explained []*benefitsv1.Explanation) []*cmpv1.Beneficio {
	list := make([]*cmpv1.Beneficio, len(explained))
	for i, e := range explained {
		d := e.GetDecision()
		list[i] = &cmpv1.Beneficio{
			Id:             d.GetBenefitId(),
			Categoria:      d.GetCategory(),
			Url:            d.GetUrl(),
			Title:          d.GetTitle(),
			Description:    d.GetDescription(),
			IdChileAtiende: d.GetChileatiendeIds(),
			Estado:         outcomes[d.GetOutcome()],
		}
		for _, c := range e.GetConditions() {
			condition := &cmpv1.Condicion{Texto: c.GetSentence(), Estado: truths[c.GetTruth()]}
			for _, fact := range c.GetMissing() {
				condition.Faltan = append(condition.Faltan, fact.GetLabel())
			}
			list[i].Condiciones = append(list[i].Condiciones, condition)
		}
		for _, c := range e.GetCitations() {
			list[i].Normas = append(list[i].Normas, &cmpv1.Norma{Norma: c.GetNorm(), Articulo: c.GetArticle(), Url: c.GetUrl()})
		}
	}
	return list
}
