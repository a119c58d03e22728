package demo

import (
	"context"
	"embed"
	"fmt"
	"io/fs"
	"path"
	"slices"

	benefitsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/benefits/v1"
	"github.com/ventanilla/ventanilla/services/cmd/internal/catalogfile"
)

const (
	catalogueFolder = "catalogue"
	// draftsFolder has the benefits that are not sure. They are imported and not published.
	draftsFolder = catalogueFolder + "/borradores"
	// notice is what the history says of each version.
	notice = "Catálogo de demostración al mes de noviembre de 2026; no es fuente legal."
	// catalogueMax is how many benefits a page of the catalogue has at most.
	catalogueMax = 200
)

//go:embed catalogue
var catalogueFiles embed.FS

// readCatalogue reads the files of a folder, but for those in folders of its own.
func readCatalogue(folder string) (*benefitsv1.ImportRequest, error) {
	names, err := fs.Glob(catalogueFiles, path.Join(folder, "*.yaml"))
	if err != nil {
		return nil, fmt.Errorf("listing the demo's catalogue: %w", err)
	}
	files := catalogfile.New()
	for _, name := range names {
		text, err := catalogueFiles.ReadFile(name)
		if err != nil {
			return nil, fmt.Errorf("reading the demo's catalogue: %w", err)
		}
		if err := files.Add(name, text); err != nil {
			return nil, fmt.Errorf("reading the demo's catalogue: %w", err)
		}
	}
	return files.Import, nil
}

// SeedCatalogue enters the demo's catalogue and publishes what is sure in it. Benefits that are there already stay as they are,
// but that what an earlier run had no time to publish is published.
func SeedCatalogue(ctx context.Context, to benefitsv1.CatalogueServiceClient) error {
	sure, err := readCatalogue(catalogueFolder)
	if err != nil {
		return err
	}
	drafts, err := readCatalogue(draftsFolder)
	if err != nil {
		return err
	}
	versions, err := newest(ctx, to)
	if err != nil {
		return err
	}
	missing := &benefitsv1.ImportRequest{Categories: sure.GetCategories(), Facts: sure.GetFacts()}
	for _, benefit := range append(slices.Clone(sure.GetBenefits()), drafts.GetBenefits()...) {
		if versions[benefit.GetBenefitId()] == nil {
			missing.Benefits = append(missing.Benefits, benefit)
		}
	}
	if len(missing.GetBenefits()) > 0 {
		made, err := to.Import(ctx, missing)
		if err != nil {
			return fmt.Errorf("importing the demo's catalogue: %w", err)
		}
		for _, version := range made.GetDrafts() {
			versions[version.GetBenefit().GetBenefitId()] = version
		}
	}
	for _, benefit := range sure.GetBenefits() {
		if err := publish(ctx, to, versions[benefit.GetBenefitId()]); err != nil {
			return fmt.Errorf("publishing the demo's benefit %s: %w", benefit.GetBenefitId(), err)
		}
	}
	return nil
}

// newest are the newest versions of the benefits that are there.
func newest(ctx context.Context, to benefitsv1.CatalogueServiceClient) (map[string]*benefitsv1.BenefitVersion, error) {
	all := make(map[string]*benefitsv1.BenefitVersion)
	page := &benefitsv1.ListBenefitsRequest{PageSize: catalogueMax}
	for {
		answer, err := to.ListBenefits(ctx, page)
		if err != nil {
			return nil, fmt.Errorf("listing the demo's catalogue: %w", err)
		}
		for _, version := range answer.GetVersions() {
			all[version.GetBenefit().GetBenefitId()] = version
		}
		if page.PageToken = answer.GetNextPageToken(); page.GetPageToken() == "" {
			return all, nil
		}
	}
}

// publish brings a first version into force. Later ones are somebody's work on the demo, and stay as they are.
func publish(ctx context.Context, to benefitsv1.CatalogueServiceClient, version *benefitsv1.BenefitVersion) error {
	if version.GetVersion() != 1 {
		return nil
	}
	id, state := version.GetBenefit().GetBenefitId(), version.GetState()
	if state == benefitsv1.VersionState_VERSION_STATE_DRAFT {
		if _, err := to.Submit(ctx, &benefitsv1.SubmitRequest{BenefitId: id, Version: 1, Note: notice}); err != nil {
			return err
		}
		state = benefitsv1.VersionState_VERSION_STATE_IN_REVIEW
	}
	if state != benefitsv1.VersionState_VERSION_STATE_IN_REVIEW {
		return nil
	}
	_, err := to.Publish(ctx, &benefitsv1.PublishRequest{BenefitId: id, Version: 1, Note: notice})
	return err
}
