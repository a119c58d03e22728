package admin

import (
	"context"

	"google.golang.org/grpc"

	identityv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/identity/v1"
)

// Catalogues are the commands about the codes that memberships are described with.
type Catalogues struct {
	List   ListCatalogue        `cmd:"" help:"List a catalogue."`
	Put    PutCatalogueEntry    `cmd:"" help:"Enter a code, or give it another name."`
	Delete DeleteCatalogueEntry `cmd:"" help:"Take a code away that no membership has."`
}

// CatalogueName names a catalogue.
type CatalogueName struct {
	Catalogue string `arg:"" help:"Which: ${enum}." enum:"membership-types,statuses,programmes,academic-units,departments"`
	World
}

func (c CatalogueName) catalogue() identityv1.Catalogue {
	return identityv1.Catalogue(number(identityv1.Catalogue_value, "CATALOGUE_", c.Catalogue))
}

// ListCatalogue lists a catalogue.
type ListCatalogue struct{ CatalogueName }

// Run does it, page by page.
func (c ListCatalogue) Run(ctx context.Context, conn *grpc.ClientConn, out Output) error {
	all := &identityv1.ListCatalogueResponse{}
	for page := int64(1); ; page++ {
		answer, err := identityv1.NewCatalogueServiceClient(conn).ListCatalogue(ctx, &identityv1.ListCatalogueRequest{
			Catalogue: c.catalogue(), DataSet: c.set(), PageSize: entriesPage, Page: page,
		})
		if err != nil {
			return err
		}
		all.Entries, all.Total = append(all.Entries, answer.GetEntries()...), answer.GetTotal()
		if len(answer.GetEntries()) < entriesPage {
			break
		}
	}
	var rows [][]string
	for _, entry := range all.GetEntries() {
		rows = append(rows, []string{entry.GetCode(), entry.GetName()})
	}
	return out.table(all, []string{"CODE", "NAME"}, rows)
}

// PutCatalogueEntry enters a code.
type PutCatalogueEntry struct {
	CatalogueName
	Code string `arg:"" help:"The code; digits where it is printed on cards."`
	Name string `arg:"" help:"What it stands for."`
}

// Run does it.
func (c PutCatalogueEntry) Run(ctx context.Context, conn *grpc.ClientConn, out Output) error {
	answer, err := identityv1.NewCatalogueServiceClient(conn).PutCatalogueEntry(ctx, &identityv1.PutCatalogueEntryRequest{
		Entry: &identityv1.CatalogueEntry{Catalogue: c.catalogue(), Code: c.Code, Name: c.Name}, DataSet: c.set(),
	})
	if err != nil {
		return err
	}
	return out.record(answer, [][2]string{{"entered", c.Code}})
}

// DeleteCatalogueEntry takes a code away.
type DeleteCatalogueEntry struct {
	CatalogueName
	Code string `arg:"" help:"The code."`
}

// Run does it.
func (c DeleteCatalogueEntry) Run(ctx context.Context, conn *grpc.ClientConn, out Output) error {
	answer, err := identityv1.NewCatalogueServiceClient(conn).DeleteCatalogueEntry(ctx, &identityv1.DeleteCatalogueEntryRequest{
		Catalogue: c.catalogue(), Code: c.Code, DataSet: c.set(),
	})
	if err != nil {
		return err
	}
	return out.record(answer, [][2]string{{"deleted", c.Code}})
}
