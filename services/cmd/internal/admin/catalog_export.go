package admin

import (
	"context"
	"fmt"
	"io"
	"os"
	"slices"

	"google.golang.org/grpc"

	benefitsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/benefits/v1"
	"github.com/ventanilla/ventanilla/services/cmd/internal/catalogfile"
)

// ExportCatalog writes the catalogue as files.
type ExportCatalog struct {
	CatalogFilter
	Folder string `help:"Write a file for each benefit, and _vocabulary.yaml for categories and facts, into this folder. Files of these names are overwritten, others left alone." placeholder:"DIR" type:"path"`
}

// Help is shown below the usage.
func (ExportCatalog) Help() string {
	return `Without --folder all is written to standard output. What is exported can be imported again, and is then as it was.`
}

// Run does it.
func (c ExportCatalog) Run(ctx context.Context, conn *grpc.ClientConn, out Output) error {
	return c.run(ctx, benefitsv1.NewCatalogueServiceClient(conn), out, os.Stderr)
}

func (c ExportCatalog) run(ctx context.Context, service benefitsv1.CatalogueServiceClient, out Output, notes io.Writer) error {
	all, err := catalogOf(ctx, service, c.CatalogFilter)
	if err != nil {
		return err
	}
	switch {
	case c.Folder != "":
		return writeFolder(c.Folder, all, notes)
	case out.JSON:
		return out.json(all)
	}
	text, err := catalogfile.Write(all)
	if err != nil {
		return err
	}
	_, err = out.Writer.Write(text)
	return err
}

// catalogOf is a platform's catalogue, without the facts that it derives.
func catalogOf(ctx context.Context, service benefitsv1.CatalogueServiceClient, filter CatalogFilter) (*benefitsv1.ImportRequest, error) {
	all := &benefitsv1.ImportRequest{}
	categories, err := service.ListCategories(ctx, &benefitsv1.ListCategoriesRequest{})
	if err != nil {
		return nil, err
	}
	all.Categories = categories.GetCategories()
	facts, err := service.ListFactDefinitions(ctx, &benefitsv1.ListFactDefinitionsRequest{})
	if err != nil {
		return nil, err
	}
	all.Facts = slices.DeleteFunc(facts.GetFacts(), (*benefitsv1.FactDefinition).GetDerived)
	versions, err := filter.versions(ctx, service)
	if err != nil {
		return nil, err
	}
	for _, v := range versions {
		all.Benefits = append(all.Benefits, v.GetBenefit())
	}
	return all, nil
}

func writeFolder(folder string, all *benefitsv1.ImportRequest, notes io.Writer) error {
	if err := os.MkdirAll(folder, 0o750); err != nil {
		return fmt.Errorf("%w: %w", ErrUsage, err)
	}
	root, err := os.OpenRoot(folder)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrUsage, err)
	}
	defer root.Close()
	parts := map[string]*benefitsv1.ImportRequest{"_vocabulary": {Categories: all.GetCategories(), Facts: all.GetFacts()}}
	for _, b := range all.GetBenefits() {
		parts[b.GetBenefitId()] = &benefitsv1.ImportRequest{Benefits: []*benefitsv1.Benefit{b}}
	}
	for name, part := range parts {
		text, err := catalogfile.Write(part)
		if err == nil {
			err = root.WriteFile(name+".yaml", text, 0o644)
		}
		if err != nil {
			return fmt.Errorf("writing into %s: %w", folder, err)
		}
	}
	tell(notes, "%d files are in %s.", len(parts), folder)
	return nil
}

// CatalogSchema prints the JSON schema of files.
type CatalogSchema struct{}

// Run does it.
func (CatalogSchema) Run(out Output) error {
	schema, err := catalogfile.Schema()
	if err != nil {
		return err
	}
	_, err = out.Writer.Write(schema)
	return err
}
