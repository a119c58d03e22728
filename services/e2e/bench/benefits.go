package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"golang.org/x/sync/errgroup"
	"google.golang.org/grpc"

	benefitsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/benefits/v1"
)

// bulkCitizens are the persons when the flag does not say, in a run of this part alone.
const bulkCitizens = 100_000

// benefitsFound is what the benefits part found.
type benefitsFound struct {
	citizens int
	// rules counts the demo's benefits that are published.
	rules int
	// answered is how many benefits the answers to the calls have, on average, in so many bytes.
	answered, bytes float64
	calls           record
	// bulk are the runs over the stream, direct the same facts through the driver.
	bulk   []bulk
	direct []sample
}

// benefitsMeasure is the benefits part under way.
type benefitsMeasure struct {
	platform
	asked    options
	progress func(string)
	found    *benefitsFound
	citizens int
	signer   *claveUnica
}

// benefits measures the call of partners, and the decisions for many.
func (p platform) benefits(ctx context.Context, asked options, progress func(string)) (*benefitsFound, error) {
	m := &benefitsMeasure{platform: p, asked: asked, progress: progress, citizens: min(asked.persons, mostCitizens)}
	m.found = &benefitsFound{citizens: m.citizens, calls: record{}}
	group, serving := errgroup.WithContext(ctx)
	serving, stop := context.WithCancel(serving)
	err := m.all(ctx, serving, group)
	stop()
	return m.found, errors.Join(err, group.Wait())
}

func (m *benefitsMeasure) all(ctx, serving context.Context, group *errgroup.Group) (err error) {
	if m.signer, err = startClaveUnica(serving, group); err != nil {
		return err
	}
	if m.postgres != "" {
		if err := m.borrowCatalogue(ctx); err != nil {
			return err
		}
	}
	m.more = append(m.more, "--set", "auth.clave_unica.userinfo_url="+m.signer.userinfo)
	if err := m.enter(ctx); err != nil {
		return err
	}
	for run := range m.asked.runs { // whose database is open to one process at a time
		m.progress(fmt.Sprintf("run %d of %d: deciding for %d persons", run+1, m.asked.runs, m.citizens))
		if err := m.life(ctx, m.inBulk); err != nil {
			return err
		}
		m.progress(fmt.Sprintf("run %d of %d: reading facts through the driver", run+1, m.asked.runs))
		direct, err := m.readDirectly(ctx)
		if err != nil {
			return fmt.Errorf("reading facts: %w", err)
		}
		m.found.direct = append(m.found.direct, direct)
	}
	return m.life(ctx, m.calls)
}

// borrowCatalogue has the platform use the catalogue of a demo, which is for SQLite only.
func (m *benefitsMeasure) borrowCatalogue(ctx context.Context) error {
	demo := m.platform
	demo.postgres, demo.dir = "", filepath.Join(m.dir, "demo")
	if err := os.Mkdir(demo.dir, 0o700); err != nil {
		return fmt.Errorf("making a folder: %w", err)
	}
	m.progress("making the demo's catalogue")
	m.more = append(m.more, "--set", "benefits.store.url=sqlite:"+filepath.Join(demo.data(), "benefits.db"))
	return demo.life(ctx, func(context.Context, *server, access) error { return nil })
}

// enter imports the persons and states facts of them.
func (m *benefitsMeasure) enter(ctx context.Context) error {
	file := m.path("citizens.csv")
	if err := writePersons(file, firstCitizen, firstCitizen+m.citizens); err != nil {
		return err
	}
	err := m.life(ctx, func(ctx context.Context, _ *server, to access) error {
		m.progress(fmt.Sprintf("importing %d persons", m.citizens))
		_, err := m.importPersons(ctx, to, file, m.citizens)
		return err
	})
	if err != nil {
		return err
	}
	m.progress("stating facts")
	db, err := m.theirs().open(ctx)
	if err != nil {
		return err
	}
	return errors.Join(populate(ctx, db, m.citizens), db.Close())
}

// inBulk measures decisions for all persons.
func (m *benefitsMeasure) inBulk(ctx context.Context, ours *server, to access) error {
	window, err := m.window(to)
	if err != nil {
		return err
	}
	defer window.Close()
	if m.found.rules, err = published(ctx, window); err != nil {
		return err
	}
	found, err := m.decideAll(ctx, ours, window)
	if err != nil {
		return fmt.Errorf("deciding in bulk: %w", err)
	}
	m.found.bulk = append(m.found.bulk, found)
	return nil
}

// published counts the benefits that are decided.
func published(ctx context.Context, window *grpc.ClientConn) (rules int, err error) {
	catalogue := benefitsv1.NewCatalogueServiceClient(window)
	for page := (&benefitsv1.ListBenefitsRequest{PageSize: 200}); ; {
		listed, err := catalogue.ListBenefits(ctx, page)
		if err != nil {
			return 0, fmt.Errorf("listing the catalogue: %w", err)
		}
		for _, version := range listed.GetVersions() {
			if version.GetState() == benefitsv1.VersionState_VERSION_STATE_PUBLISHED {
				rules++
			}
		}
		if page.PageToken = listed.GetNextPageToken(); page.GetPageToken() == "" {
			return rules, nil
		}
	}
}
