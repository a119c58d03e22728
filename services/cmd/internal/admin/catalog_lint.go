package admin

import (
	"context"
	"fmt"
	"io"
	"os"
	"strconv"

	"google.golang.org/grpc"

	benefitsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/benefits/v1"
	"github.com/ventanilla/ventanilla/services/cmd/internal/catalogfile"
)

// LintCatalog looks at files.
type LintCatalog struct {
	CatalogFiles
	Strict bool `help:"Fail for warnings too."`
}

// Help is shown below the usage.
func (LintCatalog) Help() string {
	return `The platform looks at the files with the categories and facts that it has. Errors keep a benefit from being imported;
warnings, such as example cases that do not come out, keep it from being published or are probably not meant so.

Exit codes: 0 nothing to mend, 1 there are errors (or warnings, with --strict), 2 a file cannot be read.`
}

// Run does it.
func (c LintCatalog) Run(ctx context.Context, conn *grpc.ClientConn, in Input, out Output) error {
	return c.run(ctx, benefitsv1.NewCatalogueServiceClient(conn), in, out, os.Stderr)
}

func (c LintCatalog) run(ctx context.Context, service benefitsv1.CatalogueServiceClient, in Input, out Output, notes io.Writer) error {
	files, err := c.read(in)
	if err != nil {
		return err
	}
	answer, err := service.Lint(ctx, &benefitsv1.LintRequest{
		Categories: files.Import.GetCategories(), Facts: files.Import.GetFacts(), Benefits: files.Import.GetBenefits(),
	})
	if err != nil {
		return placed(err, files)
	}
	found := findingsOf(answer.GetFindings(), files)
	if err := out.findings(found); err != nil {
		return err
	}
	errors := 0
	for _, f := range found {
		if f.Severity == "error" {
			errors++
		}
	}
	if warnings := len(found) - errors; errors > 0 || c.Strict && warnings > 0 {
		return fmt.Errorf("lint found %d errors and %d warnings", errors, warnings)
	}
	tell(notes, "No error. Categories: %d, facts: %d, benefits: %d.",
		len(files.Import.GetCategories()), len(files.Import.GetFacts()), len(files.Import.GetBenefits()))
	return nil
}

// finding is one of lint, with its place in the files.
type finding struct {
	File     string `json:"file,omitempty"`
	Line     int    `json:"line,omitempty"`
	Field    string `json:"field"`
	Benefit  string `json:"benefit_id,omitempty"`
	Severity string `json:"severity"`
	Rule     string `json:"rule"`
	Message  string `json:"message"`
}

func findingsOf(found []*benefitsv1.Finding, files *catalogfile.Files) []finding {
	all := make([]finding, 0, len(found))
	for _, f := range found {
		place, _ := files.Place(f.GetField())
		all = append(all, finding{
			File: place.File, Line: place.Line, Field: f.GetField(), Benefit: f.GetBenefitId(),
			Severity: word(f.GetSeverity(), "SEVERITY_"), Rule: f.GetRule(), Message: f.GetMessage(),
		})
	}
	return all
}

// findings shows them, one on a line.
func (o Output) findings(found []finding) error {
	if o.JSON {
		return o.report(map[string]any{"findings": found}, nil)
	}
	if len(found) == 0 {
		return nil
	}
	var rows [][]string
	for _, f := range found {
		rows = append(rows, []string{f.File + ":" + strconv.Itoa(f.Line), f.Severity, f.Rule, f.Field, f.Message})
	}
	return o.table(nil, []string{"PLACE", "SEVERITY", "RULE", "FIELD", "MESSAGE"}, rows)
}
