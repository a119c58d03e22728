package main

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/hex"
	"fmt"
	"io/fs"
	"strings"
	"time"

	"github.com/google/uuid"
	metricnoop "go.opentelemetry.io/otel/metric/noop"
	tracenoop "go.opentelemetry.io/otel/trace/noop"

	"github.com/ventanilla/ventanilla/pkg/auditlog"
	"github.com/ventanilla/ventanilla/pkg/config"
	"github.com/ventanilla/ventanilla/pkg/store"
	service "github.com/ventanilla/ventanilla/services/identity"
)

// database is where tables equal to identity's are.
type database struct {
	URL    string `json:"url"`
	Schema string `json:"schema"`
}

// ownSchema is the bench's beside the platform's on PostgreSQL.
const ownSchema = "bench"

// open opens it with the settings that the platform has, and brings it to the platform's schema.
func (d database) open(ctx context.Context) (*store.DB, error) {
	return d.openWith(ctx, service.Migrations())
}

// openWith opens it, and brings it to the schema of a service.
func (d database) openWith(ctx context.Context, migrations fs.FS) (*store.DB, error) {
	settings := store.DefaultConfig()
	settings.URL = config.Secret(d.URL)
	db, err := store.Open(ctx, settings, store.Options{
		Schema: d.Schema, Tracer: tracenoop.NewTracerProvider(), Meter: metricnoop.NewMeterProvider(),
	})
	if err != nil {
		return nil, err
	}
	if err := store.Migrate(ctx, db, migrations); err != nil {
		db.Close()
		return nil, err
	}
	return db, nil
}

const (
	personColumns = `person_id, data_set, unique_key, pseudonym, given_names, first_surname, second_surname, birth_date, contacts,
	photo_url, photo_accepted, mobile_identity, attributes, version, created_at, updated_at`
	// rowsPerStatement divides batchRows.
	rowsPerStatement = 50
)

// direct writes rows into tables through the driver, with statements that stay prepared, and checks nothing.
type direct struct {
	db                  *store.DB
	person, identifier  *sql.Stmt
	personOne, identOne *sql.Stmt
}

func newDirect(ctx context.Context, db *store.DB) (*direct, error) {
	d := &direct{db: db}
	for _, s := range []struct {
		to      **sql.Stmt
		into    string
		columns int
		rows    int
	}{
		{&d.person, `person (` + personColumns + `)`, 16, rowsPerStatement},
		{&d.personOne, `person (` + personColumns + `)`, 16, 1},
		{&d.identifier, `identifier (data_set, kind, value, person_id)`, 4, rowsPerStatement},
		{&d.identOne, `identifier (data_set, kind, value, person_id)`, 4, 1},
	} {
		var err error
		if *s.to, err = db.Write.PrepareContext(ctx, insertion(s.into, s.columns, s.rows)); err != nil {
			d.close()
			return nil, fmt.Errorf("preparing an insertion: %w", err)
		}
	}
	return d, nil
}

func (d *direct) close() {
	for _, s := range []*sql.Stmt{d.person, d.identifier, d.personOne, d.identOne} {
		if s != nil {
			s.Close()
		}
	}
}

// insertion is the text of a statement that inserts so many rows.
func insertion(into string, columns, rows int) string {
	var text strings.Builder
	text.WriteString("INSERT INTO " + into + " VALUES ")
	for i := range rows * columns {
		switch {
		case i == 0:
			text.WriteByte('(')
		case i%columns == 0:
			text.WriteString("), (")
		default:
			text.WriteString(", ")
		}
		fmt.Fprintf(&text, "$%d", i+1)
	}
	text.WriteByte(')')
	return text.String()
}

// persons writes persons first to before end, in transactions like the import's: a batch of persons, how far the import
// is, and an entry in the log. It calls told after each.
func (d *direct) persons(ctx context.Context, first, end int, told func(rows int)) error {
	for at := first; at < end; at += batchRows {
		batch := make([]invented, 0, batchRows)
		for i := at; i < min(at+batchRows, end); i++ {
			batch = append(batch, inventedPerson(i, cardHolder(i, first, end)))
		}
		err := d.db.InTx(ctx, func(tx *sql.Tx) error { return d.batch(ctx, tx, batch, at) })
		if err != nil {
			return fmt.Errorf("writing persons: %w", err)
		}
		told(at + len(batch) - first)
	}
	return nil
}

func (d *direct) batch(ctx context.Context, tx *sql.Tx, batch []invented, at int) error {
	now := time.Now().UnixMilli()
	for len(batch) > 0 {
		rows, person, identifier := rowsPerStatement, d.person, d.identifier
		if len(batch) < rows {
			rows, person, identifier = 1, d.personOne, d.identOne
		}
		var persons, identifiers []any
		for _, p := range batch[:rows] {
			id, err := uuid.NewV7()
			if err != nil {
				return err
			}
			var pseudonym [16]byte
			_, _ = rand.Read(pseudonym[:]) // never fails
			contacts := `[{"kind":"email","value":"` + p.email + `"},{"kind":"phone","value":"` + p.phone + `"}]`
			persons = append(persons, id.String(), "production", p.key, hex.EncodeToString(pseudonym[:]), p.given, p.first, p.second,
				p.birth, contacts, "", 0, 0, "{}", 1, now, now)
			identifiers = append(identifiers, "production", "rut", p.rut, id.String())
		}
		if _, err := tx.StmtContext(ctx, person).ExecContext(ctx, persons...); err != nil {
			return err
		}
		if _, err := tx.StmtContext(ctx, identifier).ExecContext(ctx, identifiers...); err != nil {
			return err
		}
		batch = batch[rows:]
	}
	_, err := tx.ExecContext(ctx, `INSERT INTO import (import_id, kind, data_set, next_line, stored, unchanged, rejected, rejects, started_at, updated_at)
		VALUES ('direct', 'persons', 'production', $1, $1, 0, 0, '[]', $2, $2)
		ON CONFLICT (import_id) DO UPDATE SET next_line = $1, stored = $1, updated_at = $2`, at, now)
	if err != nil {
		return err
	}
	return auditlog.Append(ctx, tx, auditlog.Entry{At: time.Now(), Actor: "bench", Act: "ImportRows", Target: "import:direct"})
}

// fill gives each person that is no card holder a membership and a card, which nobody asks for.
func fill(ctx context.Context, db *store.DB) error {
	err := db.InTx(ctx, func(tx *sql.Tx) error {
		if db.Engine == store.PostgreSQL {
			if _, err := tx.ExecContext(ctx, `SET LOCAL statement_timeout = 0`); err != nil {
				return err
			}
		}
		_, err := tx.ExecContext(ctx, `INSERT INTO membership (membership_id, person_id, data_set, type, number, programme, academic_unit,
			department, entity, term, status, position, hired_on, salary_level, valid_until, created_at, updated_at)
			SELECT 'm-' || person_id, person_id, data_set, 'E', '', '', '', '', 'ENTIDAD INVENTADA', '', 'ACTIVO', '', '', '', '', created_at, updated_at
			FROM person WHERE unique_key LIKE 'P%' ORDER BY person_id`)
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `INSERT INTO card (data_set, folio, person_id, membership_id, key_id, text, signature, issued_at, reason, replaces)
			SELECT data_set, 'x' || substr(unique_key, 2), person_id, 'm-' || person_id,
			(SELECT min(key_id) FROM signing_key WHERE use = 'card' AND data_set = 'production'),
			'iDDi1|E|0000|INVENTADA|ENTIDAD INVENTADA|0|' || unique_key, 'none' || person_id || person_id, created_at, '', ''
			FROM person WHERE unique_key LIKE 'P%' ORDER BY person_id`)
		if err != nil || db.Engine != store.PostgreSQL {
			return err
		}
		_, err = tx.ExecContext(ctx, `ANALYZE person, membership, card, identifier`) // as the server does by itself a little later
		return err
	})
	if err != nil {
		return fmt.Errorf("filling the tables: %w", err)
	}
	return nil
}

// writeDirectly measures how fast persons are written.
func writeDirectly(ctx context.Context, db *store.DB, first, end int) (pace, error) {
	d, err := newDirect(ctx, db)
	if err != nil {
		return pace{}, err
	}
	defer d.close()
	start := time.Now()
	var marks []mark
	err = d.persons(ctx, first, end, func(rows int) { marks = append(marks, mark{rows, time.Since(start)}) })
	return paceOf(end-first, time.Since(start), marks), err
}
