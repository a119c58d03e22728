package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
)

const (
	// fewPersons are those of the first measurement of profiles.
	fewPersons = 1000
	// fewestPersons and mostPersons bound those of the second; usualPersons and manyPersons are so many when the flag does
	// not say, in a run of all parts and of this one.
	fewestPersons = 2 * fewPersons
	mostPersons   = 5_000_000
	usualPersons  = 10_000
	manyPersons   = 1_000_000

	profilePath = "/v1/iddi/perfil"
)

// personsFound is what the identity part found.
type personsFound struct {
	persons  int
	profiles record
	// imported is of the platform, direct the same rows through the driver.
	imported imported
	direct   pace
	// peak is the most memory that the platform's process had until the import had ended, in MB.
	peak float64
	// issued and copied are of cards: the platform's, and a signature and an insertion each.
	issued, copied sample
}

// keyWork and tokenWork are the kinds of work of profiles among so many persons.
func keyWork(persons int) string   { return fmt.Sprintf("profile, key, %d", persons) }
func tokenWork(persons int) string { return fmt.Sprintf("profile, token, %d", persons) }

// persons measures the identity service on few persons and on many.
func (p platform) persons(ctx context.Context, asked options, progress func(string)) (*personsFound, error) {
	m := &personsMeasure{platform: p, asked: asked, progress: progress, found: &personsFound{persons: asked.persons, profiles: record{}}}
	m.own = database{URL: "sqlite:" + p.path("bench.db")}
	if p.postgres != "" {
		m.own = database{p.postgres, ownSchema}
	}
	few, err := m.grow(ctx, 0, fewPersons)
	if err != nil {
		return nil, err
	}
	if err := m.profiles(ctx, fewPersons, few); err != nil {
		return nil, err
	}
	many, err := m.grow(ctx, fewPersons, asked.persons)
	if err != nil {
		return nil, err
	}
	progress("filling the tables")
	for _, d := range []database{m.own, m.theirs()} {
		if err := d.fill(ctx); err != nil {
			return nil, err
		}
	}
	return m.found, m.profiles(ctx, asked.persons, many)
}

// personsMeasure is the identity part under way.
type personsMeasure struct {
	platform
	asked    options
	progress func(string)
	found    *personsFound
	// own is the bench's database.
	own database
	key string
}

// theirs is the database of the platform's identity.
func (p platform) theirs() database {
	if p.postgres != "" {
		return database{p.postgres, "identity"}
	}
	return database{URL: "sqlite:" + filepath.Join(p.data(), "identity.db")}
}

func (d database) fill(ctx context.Context) error {
	db, err := d.open(ctx)
	if err != nil {
		return err
	}
	return errors.Join(fill(ctx, db), db.Close())
}

// life starts the platform, and stops it when do has returned.
func (p platform) life(ctx context.Context, do func(ctx context.Context, ours *server, to access) error) error {
	var running sync.WaitGroup
	defer running.Wait()
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	ours, to, err := p.start(ctx, &running)
	if err != nil {
		return err
	}
	return do(ctx, ours, to)
}

// grow imports persons first to before end into both databases, and gives some of them cards. The figures of the last
// time stay.
func (m *personsMeasure) grow(ctx context.Context, first, end int) ([]holder, error) {
	file := m.path("persons.csv")
	if err := writePersons(file, first, end); err != nil {
		return nil, err
	}
	var all []holder
	err := m.life(ctx, func(ctx context.Context, ours *server, to access) (err error) {
		m.progress(fmt.Sprintf("importing %d persons", end-first))
		if m.found.imported, err = m.importPersons(ctx, to, file, end-first); err != nil {
			return err
		}
		if m.found.peak, err = readPeak(ours.pid); err != nil {
			return err
		}
		m.progress("issuing cards")
		window, err := m.window(to)
		if err != nil {
			return err
		}
		defer window.Close()
		all, m.found.issued, err = ours.giveCards(ctx, window, first, end)
		return err
	})
	if err != nil {
		return nil, err
	}
	db, err := m.own.open(ctx)
	if err != nil {
		return nil, err
	}
	defer db.Close()
	m.progress(fmt.Sprintf("writing %d persons through the driver", end-first))
	if m.found.direct, err = writeDirectly(ctx, db, first, end); err != nil {
		return nil, err
	}
	m.found.copied, err = copyCards(ctx, db, all, m.connections)
	return all, err
}

// profiles measures profiles of holders among so many persons.
func (m *personsMeasure) profiles(ctx context.Context, persons int, of []holder) error {
	return m.life(ctx, func(ctx context.Context, ours *server, to access) error {
		var running sync.WaitGroup
		defer running.Wait()
		ctx, stop := context.WithCancel(ctx)
		defer stop()
		baseline, err := startBaseline(ctx, &running, profilePassName, answers{Profiles: &m.own}, m.connections)
		if err != nil {
			return err
		}
		baseline.name, baseline.database = passThroughName, m.postgres
		token, err := m.credentials(ctx, ours, to)
		if err != nil {
			return err
		}
		for run := range m.asked.runs {
			for _, one := range []struct {
				work, credential string
				on               *server
			}{
				{keyWork(persons), m.key, ours},
				{tokenWork(persons), "Bearer " + token, ours},
				{keyWork(persons), "", baseline},
			} {
				m.progress(fmt.Sprintf("run %d of %d: %s, %s", run+1, m.asked.runs, one.work, one.on.name))
				work := profiles(of, one.credential)
				figures, err := one.on.measure(ctx, work, work, m.asked.requests)
				if err != nil {
					return err
				}
				m.found.profiles.add(one.work, one.on.name, figures)
			}
		}
		return nil
	})
}

// credentials makes a client with a key, once, and a token of it.
func (m *personsMeasure) credentials(ctx context.Context, ours *server, to access) (token string, err error) {
	if m.key == "" {
		made, err := m.register(ctx, to.AdminRPC, "--family", "iddi", "--scope", "perfil")
		if err != nil {
			return "", err
		}
		var key struct {
			Key string `json:"key"`
		}
		if err := m.admin(ctx, to.AdminRPC, &key, "api-key", "create", made.ID, "bench"); err != nil {
			return "", err
		}
		m.key = key.Key
	}
	tokens := make([]string, 1)
	work := issue(client{}, tokens)
	work.path, work.authorization = "/v1/iddi/oauth/token", func(int) string { return m.key }
	work.form = func(int) string { return "grant_type=client_credentials" }
	_, err = ours.loader.ask(ctx, work, 0)
	return tokens[0], err
}

// profiles asks for the basic profiles of holders, one after the other.
func profiles(of []holder, credential string) workload {
	card := func(i int) (folio, signature string) {
		c := of[i%len(of)].card
		return c.GetFolio(), c.GetSignature()
	}
	return workload{
		path:          profilePath,
		authorization: func(int) string { return credential },
		get: func(i int) string {
			folio, signature := card(i)
			return profilePath + "/" + folio + "?firma_digital=" + signature
		},
		check: func(i int, body []byte) error {
			var answer struct {
				ID       string            `json:"id"`
				Perfiles []json.RawMessage `json:"perfiles"`
			}
			if err := json.Unmarshal(body, &answer); err != nil {
				return fmt.Errorf("reading a profile: %w", err)
			}
			if folio, _ := card(i); answer.ID != folio || len(answer.Perfiles) != 1 {
				return fmt.Errorf("it is of %q with %d memberships", answer.ID, len(answer.Perfiles))
			}
			return nil
		},
	}
}
