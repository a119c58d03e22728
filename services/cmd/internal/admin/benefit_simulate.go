package admin

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"google.golang.org/grpc"
	"google.golang.org/grpc/status"

	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	benefitsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/benefits/v1"
	"github.com/ventanilla/ventanilla/services/cmd/internal/catalogfile"
)

// SimulateBenefit tries a draft.
type SimulateBenefit struct {
	Benefit     string `arg:"" optional:"" help:"The benefit of the catalogue."`
	Version     int32  `arg:"" optional:"" help:"The number of its version; the newest by default."`
	File        string `help:"A file of the catalogue with one benefit, instead (- for standard input)." placeholder:"FILE"`
	ListChanges bool   `help:"Tell each person whose outcome changes: a line with the person's identifier, before and after."`
	BenefitTerms
}

// Help is shown below the usage.
func (SimulateBenefit) Help() string {
	return `Everybody of the data set is decided twice: with the version that is published, and with the draft as if it applied on the day.
Nothing is stored, but for the entry of the access log.

  ventanilla admin benefit simulate aporte-familiar --purpose "revisión del borrador"
  ventanilla admin benefit simulate --file borrador.yaml --purpose "revisión del borrador" --json`
}

// Validate is called when the command line was read.
func (c SimulateBenefit) Validate() error {
	if (c.Benefit == "") == (c.File == "") {
		return errors.New("give a benefit of the catalogue or --file")
	}
	return nil
}

// Run does it.
func (c SimulateBenefit) Run(ctx context.Context, conn *grpc.ClientConn, in Input, out Output) error {
	return c.run(ctx, benefitsv1.NewSimulationServiceClient(conn), in, out, os.Stderr)
}

func (c SimulateBenefit) run(ctx context.Context, service benefitsv1.SimulationServiceClient, in Input, out Output, notes io.Writer) error {
	request := &benefitsv1.SimulateRequest{Terms: c.terms(), ListChanges: c.ListChanges, Draft: &benefitsv1.SimulateRequest_Version{
		Version: &benefitsv1.VersionReference{BenefitId: c.Benefit, Version: c.Version},
	}}
	var files *catalogfile.Files
	if c.File != "" {
		var err error
		if files, err = (CatalogFiles{Files: []string{c.File}}).read(in); err != nil {
			return err
		}
		if n := len(files.Import.GetBenefits()); n != 1 {
			return fmt.Errorf("%w: %s has %d benefits: give one", ErrUsage, c.File, n)
		}
		request.Draft = &benefitsv1.SimulateRequest_Benefit{Benefit: files.Import.GetBenefits()[0]}
	}
	stream, err := service.Simulate(ctx, request)
	if err != nil {
		return err
	}
	told := &ticker{notes: notes}
	defer told.end()
	for {
		step, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return placedDraft(err, files)
		}
		told.show(step.GetProgress().GetPersons())
		if change := step.GetChange(); change != nil {
			err = out.changed(change)
		} else if step.GetSummary() != nil {
			told.end()
			err = out.simulated(step.GetSummary(), notes)
		}
		if err != nil {
			return err
		}
	}
}

// placedDraft tells what is wrong with a draft by its place in its file, if it came from one.
func placedDraft(err error, files *catalogfile.Files) error {
	fields := rpcerr.Fields(err)
	if files == nil || len(fields) == 0 {
		return err
	}
	var options []rpcerr.Option
	for _, f := range fields {
		field := f.Field
		if rest, ok := strings.CutPrefix(field, "benefit."); ok {
			field = at(files, "benefits[0]."+rest)
		}
		options = append(options, rpcerr.Field(field, f.Description))
	}
	told := rpcerr.Public(rpcerr.New(rpcerr.Reason(err), status.Convert(err).Message(), options...))
	return status.FromProto(told.Proto()).Err()
}

// changed shows a person whose outcome changes.
func (o Output) changed(change *benefitsv1.SimulationChange) error {
	if o.JSON {
		return o.line(&benefitsv1.SimulateResponse{Step: &benefitsv1.SimulateResponse_Change{Change: change}})
	}
	_, err := fmt.Fprintln(o.Writer, strings.Join([]string{
		"change", change.GetPersonId(), word(change.GetBefore(), outcomePrefix), word(change.GetAfter(), outcomePrefix),
	}, "\t"))
	return err
}

// simulated shows the result.
func (o Output) simulated(summary *benefitsv1.SimulationSummary, notes io.Writer) error {
	if o.JSON {
		return o.line(&benefitsv1.SimulateResponse{Step: &benefitsv1.SimulateResponse_Summary{Summary: summary}})
	}
	rows := [][]string{countRow("total", summary.GetTotal())}
	for _, count := range summary.GetByTranche() {
		rows = append(rows, countRow("tranche", count))
	}
	for _, count := range summary.GetByCommune() {
		rows = append(rows, countRow("commune", count))
	}
	heading := []string{"BY", "GROUP", "PERSONS", "GAIN", "LOSE", "ELIGIBLE", "POTENTIAL"}
	if err := o.table(summary, heading, rows); err != nil {
		return err
	}
	if summary.GetComparedWith() == 0 {
		fmt.Fprintln(notes, "Nothing is published about it on that day: it was compared with nobody being eligible.")
	} else {
		fmt.Fprintf(notes, "Compared with version %d.\n", summary.GetComparedWith())
	}
	if n := summary.GetFaulty(); n > 0 {
		fmt.Fprintf(notes, "A rule of the draft failed for %d persons.\n", n)
	}
	tellBasis(notes, summary.GetBasis())
	return nil
}

func countRow(by string, count *benefitsv1.SimulationCount) []string {
	group := count.GetGroup()
	if group == "" && by != "total" {
		group = "(unknown)"
	}
	row := []string{by, group}
	for _, n := range []int64{count.GetPersons(), count.GetGain(), count.GetLose(), count.GetEligible(), count.GetPotential()} {
		row = append(row, strconv.FormatInt(n, 10))
	}
	return row
}
