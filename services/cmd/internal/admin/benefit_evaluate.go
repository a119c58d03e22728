package admin

import (
	"context"
	"errors"
	"io"
	"os"
	"strconv"

	"google.golang.org/grpc"

	benefitsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/benefits/v1"
)

// EvaluateBenefits decides.
type EvaluateBenefits struct {
	File string `arg:"" optional:"" help:"A file with a RUT or a person's identifier on each line (- for standard input), instead of one person." placeholder:"FILE"`
	BenefitSubject
	BenefitsWanted
	BenefitTerms
}

// Help is shown below the usage.
func (EvaluateBenefits) Help() string {
	return `A benefit is eligible when all its conditions hold, not-eligible when one does not, and potential when what is on record leaves it open.

  ventanilla admin benefit evaluate --rut 44444444-4 --purpose "orientación social"
  ventanilla admin benefit evaluate ruts.txt --purpose "campaña de invierno" --json > decisions.ndjson

For a file, there is a line for each of its persons, in their order: who, the benefits that are eligible, those that are potential, and
"not found" for who is not on record; with --json an object on each line.`
}

// Validate is called when the command line was read.
func (c EvaluateBenefits) Validate() error {
	switch {
	case c.File == "":
		return c.check()
	case c.given():
		return errors.New("give a file or one person, not both")
	case len(c.Outcome) > 0:
		return errors.New("--outcome is for one person: for a file all that is eligible and potential is told")
	}
	return nil
}

// Run does it.
func (c EvaluateBenefits) Run(ctx context.Context, conn *grpc.ClientConn, in Input, out Output) error {
	return c.run(ctx, benefitsv1.NewEvaluationServiceClient(conn), in, out, os.Stderr)
}

func (c EvaluateBenefits) run(ctx context.Context, service benefitsv1.EvaluationServiceClient, in Input, out Output, notes io.Writer) error {
	if c.File != "" {
		return evaluateFile(ctx, service, c.File, c.add(c.terms()), in, out, notes)
	}
	answer, err := service.Evaluate(ctx, &benefitsv1.EvaluateRequest{
		Subject: c.subject(), Terms: c.add(c.terms()), Outcomes: c.outcomes(),
	})
	if err != nil {
		return err
	}
	var rows [][]string
	for _, d := range answer.GetDecisions() {
		rows = append(rows, []string{d.GetBenefitId(), strconv.Itoa(int(d.GetVersion())), word(d.GetOutcome(), outcomePrefix), d.GetCategory(), d.GetTitle()})
	}
	if err := out.table(answer, []string{"BENEFIT", "VERSION", "OUTCOME", "CATEGORY", "TITLE"}, rows); err != nil {
		return err
	}
	if !out.JSON {
		tellBasis(notes, answer.GetBasis())
	}
	return nil
}
