package admin

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"

	"google.golang.org/grpc"

	benefitsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/benefits/v1"
)

// ExplainBenefits decides and says why.
type ExplainBenefits struct {
	BenefitSubject
	Benefit string `help:"Only this benefit." placeholder:"BENEFIT"`
	BenefitsWanted
	BenefitTerms
}

// Help is shown below the usage.
func (ExplainBenefits) Help() string {
	return `For each benefit: its conditions, those that do not hold first, then the undecided ones with the facts that are missing; what would
change the answer; and the law that it rests on. The facts that were looked at are shown with --json.

  ventanilla admin benefit explain --rut 44444444-4 --benefit aporte-familiar --purpose "reclamo 123"`
}

// Validate is called when the command line was read.
func (c ExplainBenefits) Validate() error { return c.check() }

// Run does it.
func (c ExplainBenefits) Run(ctx context.Context, conn *grpc.ClientConn, out Output) error {
	return c.run(ctx, benefitsv1.NewEvaluationServiceClient(conn), out, os.Stderr)
}

func (c ExplainBenefits) run(ctx context.Context, service benefitsv1.EvaluationServiceClient, out Output, notes io.Writer) error {
	answer, err := service.Explain(ctx, &benefitsv1.ExplainRequest{
		Subject: c.subject(), Terms: c.add(c.terms()), BenefitId: c.Benefit, Outcomes: c.outcomes(),
	})
	if err != nil {
		return err
	}
	if out.JSON {
		return out.json(answer)
	}
	for _, explanation := range answer.GetExplanations() {
		if err := out.explained(explanation); err != nil {
			return err
		}
	}
	tellBasis(notes, answer.GetBasis())
	return nil
}

// explained shows an explanation as a paragraph.
func (o Output) explained(e *benefitsv1.Explanation) error {
	var text strings.Builder
	d := e.GetDecision()
	fmt.Fprintf(&text, "%s (%s, version %d): %s\n", d.GetTitle(), d.GetBenefitId(), d.GetVersion(), word(d.GetOutcome(), outcomePrefix))
	for _, c := range e.GetConditions() {
		var missing []string
		for _, fact := range c.GetMissing() {
			missing = append(missing, fact.GetLabel())
		}
		fmt.Fprintf(&text, "  %-7s  %s", word(c.GetTruth(), "TRUTH_"), c.GetSentence())
		if len(missing) > 0 {
			fmt.Fprintf(&text, " [%s]", strings.Join(missing, ", "))
		}
		if c.GetFaulty() {
			text.WriteString(" [the rule failed]")
		}
		text.WriteByte('\n')
	}
	for _, change := range e.GetChanges() {
		fmt.Fprintf(&text, "  change   %s\n", change)
	}
	for _, c := range e.GetCitations() {
		fmt.Fprintf(&text, "  law      %s\n", strings.Join(strings.Fields(c.GetNorm()+" "+c.GetArticle()+" "+c.GetUrl()), " "))
	}
	_, err := io.WriteString(o.Writer, text.String())
	return err
}
