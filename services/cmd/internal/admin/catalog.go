package admin

import (
	"context"
	"fmt"
	"io"
	"strings"

	"google.golang.org/grpc"

	benefitsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/benefits/v1"
)

// Catalogs are the commands about the catalogue of benefits.
type Catalogs struct {
	Lint       LintCatalog     `cmd:"" help:"Say what is wrong with files, and store nothing."`
	Import     ImportCatalog   `cmd:"" help:"Enter what files say: what differs becomes drafts."`
	Export     ExportCatalog   `cmd:"" help:"Write the catalogue as files."`
	Diff       DiffCatalog     `cmd:"" help:"Compare files with the catalogue."`
	Submit     SubmitVersion   `cmd:"" help:"Put a draft into review."`
	Return     ReturnVersion   `cmd:"" help:"Send a version in review back to be a draft."`
	Publish    PublishVersion  `cmd:"" help:"Put a version in review into force."`
	Retire     RetireVersion   `cmd:"" help:"Take a published version back."`
	List       ListBenefits    `cmd:"" help:"List the benefits."`
	Show       ShowBenefit     `cmd:"" help:"Show a version of a benefit."`
	History    BenefitHistory  `cmd:"" help:"Show what happened to a benefit, and who did it."`
	Facts      ListDefinitions `cmd:"" help:"List the facts that conditions may use."`
	Categories ListCategories  `cmd:"" help:"List the categories."`
	Schema     CatalogSchema   `cmd:"" offline:"" help:"Print the JSON schema of catalogue files, for editors."`
}

// Help is shown below the usage.
func (Catalogs) Help() string {
	return `Benefits are written in YAML files (docs/catalogue.md) and go through a life: imported they are drafts, then they are in
review, published, and some day retired. A version never changes; another text is another version.

  catalog lint files/                   what is wrong with them
  catalog diff files/                   what importing them would change
  catalog import files/                 the role editor
  catalog submit BENEFIT VERSION        the role editor
  catalog publish BENEFIT VERSION       the role publisher, and neither the author nor who submitted it`
}

// benefitsPage is how many benefits the platform lists at once.
const benefitsPage = 200

// versionPrefix is that of the states of versions in the contract.
const versionPrefix = "VERSION_STATE_"

// CatalogFilter says which benefits.
type CatalogFilter struct {
	Category string `help:"Only those of a category." placeholder:"CATEGORY"`
	State    string `help:"Only those with a version in this state, and that version: ${enum}. Otherwise the newest." enum:",draft,in-review,published,retired" default:"" placeholder:"STATE"`
}

// versions are all that the filter lets through, read page by page.
func (f CatalogFilter) versions(ctx context.Context, service benefitsv1.CatalogueServiceClient) ([]*benefitsv1.BenefitVersion, error) {
	var all []*benefitsv1.BenefitVersion
	request := &benefitsv1.ListBenefitsRequest{
		PageSize: benefitsPage, Category: f.Category,
		State: benefitsv1.VersionState(number(benefitsv1.VersionState_value, versionPrefix, f.State)),
	}
	for {
		page, err := service.ListBenefits(ctx, request)
		if err != nil {
			return nil, err
		}
		all = append(all, page.GetVersions()...)
		if request.PageToken = page.GetNextPageToken(); request.PageToken == "" {
			return all, nil
		}
	}
}

// titleOf is a benefit's in Spanish.
func titleOf(b *benefitsv1.Benefit) string { return b.GetTexts()["es"].GetTitle() }

// tell says to the operator something beside the answer.
func tell(notes io.Writer, format string, args ...any) { fmt.Fprintf(notes, format+"\n", args...) }

// ListDefinitions lists the facts of conditions.
type ListDefinitions struct{}

// Run does it.
func (ListDefinitions) Run(ctx context.Context, conn *grpc.ClientConn, out Output) error {
	answer, err := benefitsv1.NewCatalogueServiceClient(conn).ListFactDefinitions(ctx, &benefitsv1.ListFactDefinitionsRequest{})
	if err != nil {
		return err
	}
	var rows [][]string
	for _, f := range answer.GetFacts() {
		source := "identity"
		if f.GetDerived() {
			source = "derived"
		}
		rows = append(rows, []string{f.GetName(), word(f.GetType(), "FACT_TYPE_"), source, strings.Join(f.GetValues(), ","), f.GetLabels()["es"]})
	}
	return out.table(answer, []string{"FACT", "TYPE", "FROM", "VALUES", "LABEL"}, rows)
}

// ListCategories lists the categories.
type ListCategories struct{}

// Run does it.
func (ListCategories) Run(ctx context.Context, conn *grpc.ClientConn, out Output) error {
	answer, err := benefitsv1.NewCatalogueServiceClient(conn).ListCategories(ctx, &benefitsv1.ListCategoriesRequest{})
	if err != nil {
		return err
	}
	var rows [][]string
	for _, c := range answer.GetCategories() {
		rows = append(rows, []string{c.GetCategoryId(), c.GetLabels()["es"]})
	}
	return out.table(answer, []string{"CATEGORY", "LABEL"}, rows)
}
