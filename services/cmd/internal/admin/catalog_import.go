package admin

import (
	"context"
	"io"
	"os"
	"strconv"

	"google.golang.org/grpc"

	benefitsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/benefits/v1"
)

// ImportCatalog enters what files say.
type ImportCatalog struct{ CatalogFiles }

// Help is shown below the usage.
func (ImportCatalog) Help() string {
	return `Everything in the files is entered, or nothing. A benefit that differs from its newest version becomes a draft with the
next number; one that does not is left alone, so that files may be imported again. A draft decides nothing before it is
submitted and published. Categories and facts hold at once.

Exit codes: 0 entered, 2 the files are wrong, 3 refused, 5 the platform is away.`
}

// Run does it.
func (c ImportCatalog) Run(ctx context.Context, conn *grpc.ClientConn, in Input, out Output) error {
	return c.run(ctx, benefitsv1.NewCatalogueServiceClient(conn), in, out, os.Stderr)
}

func (c ImportCatalog) run(ctx context.Context, service benefitsv1.CatalogueServiceClient, in Input, out Output, notes io.Writer) error {
	files, err := c.read(in)
	if err != nil {
		return err
	}
	answer, err := service.Import(ctx, files.Import)
	if err != nil {
		return placed(err, files)
	}
	var rows [][]string
	for _, draft := range answer.GetDrafts() {
		rows = append(rows, []string{draft.GetBenefit().GetBenefitId(), strconv.Itoa(int(draft.GetVersion())), titleOf(draft.GetBenefit())})
	}
	for _, f := range answer.GetFindings() {
		tell(notes, "%s: %s: %s", word(f.GetSeverity(), "SEVERITY_"), at(files, f.GetField()), f.GetMessage())
	}
	tell(notes, "New drafts: %d. Benefits as they were: %d.", len(rows), answer.GetUnchanged())
	if len(rows) > 0 {
		tell(notes, "Next, for each: ventanilla admin catalog submit %s %s", rows[0][0], rows[0][1])
	}
	if len(rows) == 0 && !out.JSON {
		return nil
	}
	return out.table(answer, []string{"BENEFIT", "VERSION", "TITLE"}, rows)
}
