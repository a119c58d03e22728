package store

import (
	"context"
	"database/sql"
	"fmt"

	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
)

// FactRow is a fact about a person or a household by the institution's key; the other is empty.
type FactRow struct {
	UniqueKey, HouseholdKey string
	Fact
}

//nolint:gochecknoglobals // texts of statements
var (
	factsOfName = lookup{
		head: `SELECT subject_id, COALESCE(value, ''), ` + statementColumns + ` FROM fact WHERE name = $1 AND subject_id IN `, args: 1,
	}
	factsOfSubjects = lookup{head: `SELECT subject_id, count(DISTINCT name) FROM fact WHERE subject_id IN `, tail: ` GROUP BY subject_id`}
)

// RecordFactRows records facts in a caller's transaction as RecordMemberRows does, but makes no households.
func (s *Store) RecordFactRows(ctx context.Context, tx *sql.Tx, set DataSet, rows []FactRow) ([]StatementOutcome, error) {
	outcomes, err := s.recordFactRows(ctx, tx, set, rows)
	if err != nil {
		return nil, fmt.Errorf("recording facts: %w", err)
	}
	return outcomes, nil
}

func (s *Store) recordFactRows(ctx context.Context, tx *sql.Tx, set DataSet, rows []FactRow) ([]StatementOutcome, error) {
	at, err := s.recordingTime(ctx, tx)
	if err != nil {
		return nil, err
	}
	var persons, households []string
	for _, row := range rows {
		if row.UniqueKey != "" {
			persons = append(persons, row.UniqueKey)
		} else {
			households = append(households, row.HouseholdKey)
		}
	}
	personIDs, err := s.personsByKey(ctx, tx, set, persons)
	if err != nil {
		return nil, err
	}
	householdIDs, err := identifiersOf(ctx, tx, &householdsByKey, set, households)
	if err != nil {
		return nil, err
	}
	subjects := make([]Subject, len(rows))
	for i, row := range rows {
		subjects[i] = Subject{SubjectPerson, personIDs[row.UniqueKey]}
		if row.UniqueKey == "" {
			subjects[i] = Subject{SubjectHousehold, householdIDs[row.HouseholdKey]}
		}
	}
	known := factBatch{}
	if err := known.load(ctx, tx, subjects, rows); err != nil {
		return nil, err
	}
	outcomes := make([]StatementOutcome, len(rows))
	var values []any
	for i, row := range rows {
		if outcomes[i] = known.add(subjects[i], row.Fact); outcomes[i].Stored {
			values = append(append(values, subjects[i].Kind, subjects[i].ID, row.Name, orNull(row.Value)), row.args(at)...)
		}
	}
	_, err = insertedKeys(ctx, tx, &insertFacts, values)
	return outcomes, err
}

// factBatch is what rows are decided with, before anything is written.
type factBatch struct {
	// statements are by subject and name.
	statements map[[2]string][]said
	// names are of how many each subject has facts.
	names map[string]int
}

func (b *factBatch) load(ctx context.Context, tx *sql.Tx, subjects []Subject, rows []FactRow) (err error) {
	b.statements = map[[2]string][]said{}
	all, byName := []string{}, map[string][]string{}
	for i, subject := range subjects {
		if subject.ID != "" {
			all = append(all, subject.ID)
			byName[rows[i].Name] = append(byName[rows[i].Name], subject.ID)
		}
	}
	for name, some := range byName {
		err := factsOfName.among(ctx, tx, distinct(some), func(row sqlstore.Scanner) error {
			var subject, value string
			var st statementRow
			err := row.Scan(append([]any{&subject, &value}, st.dest()...)...)
			key := [2]string{subject, name}
			b.statements[key] = append(b.statements[key], saying(value, st.statement()))
			return err
		}, name)
		if err != nil {
			return err
		}
	}
	b.names, err = counts(ctx, tx, &factsOfSubjects, all)
	return err
}

func (b *factBatch) add(subject Subject, f Fact) StatementOutcome {
	if subject.ID == "" && subject.Kind == SubjectHousehold {
		return StatementOutcome{Err: ErrNoHousehold}
	}
	if subject.ID == "" {
		return StatementOutcome{Err: ErrNoPerson}
	}
	key, st := [2]string{subject.ID, f.Name}, saying(f.Value, f.Statement)
	known, err := compare(st, b.statements[key], true)
	if known || err != nil {
		return StatementOutcome{Err: err}
	}
	if len(b.statements[key]) == 0 {
		if b.names[subject.ID] >= MaxFacts {
			return StatementOutcome{Err: ErrTooMany}
		}
		b.names[subject.ID]++
	}
	b.statements[key] = append(b.statements[key], st)
	return StatementOutcome{Stored: true}
}
