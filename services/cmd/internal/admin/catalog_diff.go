package admin

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/pmezard/go-difflib/difflib"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"

	benefitsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/benefits/v1"
	"github.com/ventanilla/ventanilla/services/cmd/internal/catalogfile"
)

// DiffCatalog compares files with the catalogue.
type DiffCatalog struct {
	CatalogFiles
	State string `help:"Compare with the newest version in this state: ${enum}. Otherwise with the newest." enum:",draft,in-review,published,retired" default:"" placeholder:"STATE"`
	All   bool   `help:"Also show what only the catalogue has."`
}

// Help is shown below the usage.
func (DiffCatalog) Help() string {
	return `Lines with - are the catalogue's, lines with + those of the files: what importing them would change.

Exit codes: 0 no difference, 1 there are some, 2 a file cannot be read.`
}

// Run does it.
func (c DiffCatalog) Run(ctx context.Context, conn *grpc.ClientConn, in Input, out Output) error {
	files, err := c.read(in)
	if err != nil {
		return err
	}
	have, err := catalogOf(ctx, benefitsv1.NewCatalogueServiceClient(conn), CatalogFilter{State: c.State})
	if err != nil {
		return err
	}
	found, err := c.compare(have, files.Import)
	if err != nil {
		return err
	}
	if err := out.differences(found); err != nil {
		return err
	}
	if len(found) > 0 {
		return fmt.Errorf("the files differ from the catalogue in %d places", len(found))
	}
	return nil
}

// difference is one between the catalogue and the files.
type difference struct {
	// Item is "benefits/ID", "categories/ID" or "facts/NAME".
	Item string `json:"item"`
	// Kind is "changed", "new" for what only the files have, or "missing" for what only the catalogue has.
	Kind string `json:"kind"`
	// Diff is in the unified format.
	Diff string `json:"diff"`
}

func (c DiffCatalog) compare(have, files *benefitsv1.ImportRequest) ([]difference, error) {
	before, err := items(have)
	if err != nil {
		return nil, err
	}
	after, err := items(files)
	if err != nil {
		return nil, err
	}
	names := maps.Clone(after)
	if c.All {
		maps.Copy(names, before)
	}
	found := []difference{}
	for _, name := range slices.Sorted(maps.Keys(names)) {
		from, to := before[name], after[name]
		if from == to {
			continue
		}
		d := difference{Item: name, Kind: "changed"}
		unified := difflib.UnifiedDiff{
			A: slices.Collect(strings.Lines(from)), FromFile: "catalogue/" + name, B: slices.Collect(strings.Lines(to)), ToFile: "files/" + name, Context: 3,
		}
		if from == "" {
			d.Kind, unified.A, unified.FromFile = "new", nil, "/dev/null"
		}
		if to == "" {
			d.Kind, unified.B, unified.ToFile = "missing", nil, "/dev/null"
		}
		if d.Diff, err = difflib.GetUnifiedDiffString(unified); err != nil {
			return nil, fmt.Errorf("comparing %s: %w", name, err)
		}
		found = append(found, d)
	}
	return found, nil
}

// items are the texts of what a part of a catalogue has, each as a file of its own.
func items(part *benefitsv1.ImportRequest) (map[string]string, error) {
	all := map[string]string{}
	add := func(name string, one *benefitsv1.ImportRequest) error {
		text, err := catalogfile.Write(one)
		all[name] = string(text)
		return err
	}
	for _, category := range part.GetCategories() {
		if err := add("categories/"+category.GetCategoryId(), &benefitsv1.ImportRequest{Categories: []*benefitsv1.Category{category}}); err != nil {
			return nil, err
		}
	}
	for _, f := range part.GetFacts() {
		if err := add("facts/"+f.GetName(), &benefitsv1.ImportRequest{Facts: []*benefitsv1.FactDefinition{f}}); err != nil {
			return nil, err
		}
	}
	for _, b := range part.GetBenefits() {
		if err := add("benefits/"+b.GetBenefitId(), &benefitsv1.ImportRequest{Benefits: []*benefitsv1.Benefit{asKept(b)}}); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// asKept is a benefit as the catalogue keeps it: what may be left out is told.
func asKept(b *benefitsv1.Benefit) *benefitsv1.Benefit {
	b = proto.CloneOf(b)
	if b.GetBeneficiary() == benefitsv1.Beneficiary_BENEFICIARY_UNSPECIFIED {
		b.Beneficiary = benefitsv1.Beneficiary_BENEFICIARY_PERSON
	}
	for _, example := range b.GetExamples() {
		if len(example.GetFacts().GetFields()) == 0 {
			example.Facts = nil
		}
	}
	return b
}

func (o Output) differences(found []difference) error {
	if o.JSON {
		return o.report(map[string]any{"differences": found}, nil)
	}
	for _, d := range found {
		if _, err := fmt.Fprint(o.Writer, d.Diff); err != nil {
			return err
		}
	}
	return nil
}
