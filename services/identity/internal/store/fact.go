package store

import (
	"context"
	"database/sql"
	"fmt"
	"slices"

	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
)

// MaxFacts is of how many names a subject has facts.
const MaxFacts = 200

// SubjectKind is what facts may be about.
type SubjectKind string

// The kinds.
const (
	SubjectPerson    SubjectKind = "person"
	SubjectHousehold SubjectKind = "household"
)

// Subject is what a fact is about.
type Subject struct {
	Kind SubjectKind
	ID   string
}

// Fact is a statement about a subject.
type Fact struct {
	Name string
	// Value is JSON, or empty: not known any more.
	Value string
	Statement
}

func scanFact(row sqlstore.Scanner) (Fact, error) {
	var f Fact
	var st statementRow
	err := row.Scan(append([]any{&f.Name, &f.Value}, st.dest()...)...)
	f.Statement = st.statement()
	return f, err
}

// subjectQuery tells a subject's data set and what the access log calls it.
func subjectQuery(kind SubjectKind) string {
	if kind == SubjectHousehold {
		return `SELECT data_set, 'household:' || household_id FROM household WHERE household_id = $1`
	}
	return `SELECT data_set, pseudonym FROM person WHERE person_id = $1`
}

type subjectRow struct {
	set    DataSet
	target string
}

func scanSubject(row sqlstore.Scanner) (r subjectRow, err error) {
	err = row.Scan(&r.set, &r.target)
	return r, err
}

// Subject tells a subject's data set and its name in the access log. It fails with sqlstore.ErrNotFound.
func (s *Store) Subject(ctx context.Context, of Subject) (DataSet, string, error) {
	found, err := sqlstore.Row(ctx, s.db, scanSubject, subjectQuery(of.Kind), of.ID)
	if err != nil {
		return "", "", fmt.Errorf("finding a subject of facts: %w", err)
	}
	return found.set, found.target, nil
}

// Facts returns what is known about a subject, in the order of the names.
func (s *Store) Facts(ctx context.Context, of Subject, as AsOf) ([]Fact, error) {
	known, valid := as.args()
	facts, err := sqlstore.Rows(ctx, s.db, scanFact, `SELECT name, value, `+statementColumns+` FROM fact
		WHERE value IS NOT NULL AND number IN (SELECT max(number) FROM fact
			WHERE subject_id = $1 AND subject = $2 AND recorded_at <= $3 AND valid_from <= $4 AND (valid_to IS NULL OR valid_to > $4)
			GROUP BY name)
		ORDER BY name`, of.ID, of.Kind, known, valid)
	if err != nil {
		return nil, fmt.Errorf("reading facts: %w", err)
	}
	return facts, nil
}

//nolint:gochecknoglobals // the text of a statement
var insertFacts = insertion{
	head:    `INSERT INTO fact (subject, subject_id, name, value, ` + statementColumns + `)`,
	tail:    ` ON CONFLICT DO NOTHING RETURNING name`,
	columns: 9,
}

// RecordFacts records facts, all or none, as one entry of the log. One whose source and reference an earlier one about the
// same subject, name and begin has is left out. It fails with sqlstore.ErrNotFound when there is no such subject, and with
// ErrTooMany.
func (s *Store) RecordFacts(ctx context.Context, of Subject, facts []Fact, act Act) error {
	err := s.db.InTx(ctx, func(tx *sql.Tx) error {
		at, err := s.recordingTime(ctx, tx)
		if err != nil {
			return err
		}
		subject, err := scanSubject(tx.QueryRowContext(ctx, s.locking(subjectQuery(of.Kind), toStay), of.ID))
		if err != nil {
			return err
		}
		var values []any
		for _, f := range facts {
			values = append(append(values, of.Kind, of.ID, f.Name, orNull(f.Value)), f.args(at)...)
		}
		recorded, err := insertedKeys(ctx, tx, &insertFacts, values)
		if err != nil || len(recorded) == 0 {
			return err
		}
		names, err := sqlstore.Value[int](tx.QueryRowContext(ctx, `SELECT count(DISTINCT name) FROM fact WHERE subject_id = $1`, of.ID))
		if err != nil {
			return err
		}
		if names > MaxFacts {
			return ErrTooMany
		}
		return s.record(ctx, tx, act, subject.target, Detail{Fields: FactFields(recorded)})
	})
	if err != nil {
		return fmt.Errorf("recording facts: %w", err)
	}
	return nil
}

func orNull(text string) sql.NullString { return sql.NullString{String: text, Valid: text != ""} }

// FactFields are facts as the access log names them, each name once and in order.
func FactFields(names []string) []string {
	fields := make([]string, len(names))
	for i, name := range names {
		fields[i] = "facts." + name
	}
	slices.Sort(fields)
	return slices.Compact(fields)
}
