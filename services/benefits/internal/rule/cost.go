package rule

import (
	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/cost"

	benefitsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/benefits/v1"
)

// maxCost bounds what one condition may cost at worst, in units of CEL. A unit took 30 ns where it took longest, in loops, so that this is 1.5 ms.
const maxCost = 50_000

// affordable tells whether an expression costs at most maxCost whatever the facts are.
func (v *Vocabulary) affordable(checked *cel.Ast, found *findings) bool {
	estimate, err := v.env.EstimateCost(checked, sizes{v})
	if err != nil {
		found.error(ruleCost, "the cost cannot be estimated: %s", err)
		return false
	}
	if estimate.Max > maxCost {
		found.error(ruleCost, "the expression costs up to %d and at most %d is allowed; take loops out of loops, or split it into conditions", estimate.Max, maxCost)
		return false
	}
	return true
}

// sizes says how large facts can be.
type sizes struct{ *Vocabulary }

// EstimateCallCost implements cost.Estimator: functions cost what CEL says, others one unit.
func (sizes) EstimateCallCost(_, _ string, _ *cost.AstNode, _ []cost.AstNode) *cost.CallEstimate {
	return nil
}

// EstimateSize implements cost.Estimator.
func (s sizes) EstimateSize(of cost.AstNode) *cost.SizeEstimate {
	way := of.Path()
	if len(way) == 0 {
		return nil
	}
	size := cost.RangedSizeEstimate(0, 0)
	switch s.definition(way[0]).GetType() {
	case benefitsv1.FactType_FACT_TYPE_STRING:
		size.Max = maxStringBytes
	case benefitsv1.FactType_FACT_TYPE_STRING_LIST:
		size.Max = maxListItems
		if len(way) > 1 {
			size.Max = maxItemBytes
		}
	default:
		return nil
	}
	return &size
}
