package store

import (
	"context"
	"database/sql"
	"fmt"

	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
)

// MemberRow is a statement about a member of a household, both by the institution's keys.
type MemberRow struct {
	HouseholdKey, UniqueKey string
	Relation                Relation
	Statement
}

//nolint:gochecknoglobals // texts of statements
var (
	membershipsOfPersons = lookup{head: `SELECT household_id, person_id, relation, ` + statementColumns + ` FROM household_member WHERE person_id IN `}
	membersOfHouseholds  = lookup{
		head: `SELECT household_id, count(DISTINCT person_id) FROM household_member WHERE household_id IN `,
		tail: ` GROUP BY household_id`,
	}
)

// RecordMemberRows records statements in a caller's transaction, in few statements of SQL, and enters nothing in the log:
// the caller does. Households that are missing are made. There is an outcome for each row. A statement that is there is not
// recorded again: one of the same source and reference, or without a reference one that is equal.
func (s *Store) RecordMemberRows(ctx context.Context, tx *sql.Tx, set DataSet, rows []MemberRow) ([]StatementOutcome, error) {
	outcomes, err := s.recordMemberRows(ctx, tx, set, rows)
	if err != nil {
		return nil, fmt.Errorf("recording members of households: %w", err)
	}
	return outcomes, nil
}

func (s *Store) recordMemberRows(ctx context.Context, tx *sql.Tx, set DataSet, rows []MemberRow) ([]StatementOutcome, error) {
	at, err := s.recordingTime(ctx, tx)
	if err != nil {
		return nil, err
	}
	keys := make([]string, len(rows))
	for i, row := range rows {
		keys[i] = row.UniqueKey
	}
	persons, err := s.personsByKey(ctx, tx, set, keys)
	if err != nil {
		return nil, err
	}
	keys = keys[:0]
	for _, row := range rows {
		if persons[row.UniqueKey] != "" {
			keys = append(keys, row.HouseholdKey)
		}
	}
	households, err := s.ensureHouseholds(ctx, tx, set, keys)
	if err != nil {
		return nil, err
	}
	known := memberBatch{}
	if err := known.load(ctx, tx, persons, households); err != nil {
		return nil, err
	}
	outcomes := make([]StatementOutcome, len(rows))
	var values []any
	for i, row := range rows {
		pair := [2]string{households[row.HouseholdKey], persons[row.UniqueKey]}
		if outcomes[i] = known.add(pair, row); outcomes[i].Stored {
			values = append(append(values, pair[0], pair[1], row.Relation), row.args(at)...)
		}
	}
	_, err = insertedKeys(ctx, tx, &insertMembers, values)
	return outcomes, err
}

// memberBatch is what rows are decided with, before anything is written.
type memberBatch struct {
	// statements are by household and person.
	statements map[[2]string][]said
	// persons are how many each household has statements about.
	persons map[string]int
}

func (b *memberBatch) load(ctx context.Context, tx *sql.Tx, persons, households map[string]string) (err error) {
	b.statements = map[[2]string][]said{}
	err = membershipsOfPersons.among(ctx, tx, values(persons), func(row sqlstore.Scanner) error {
		var household, person, relation string
		var st statementRow
		err := row.Scan(append([]any{&household, &person, &relation}, st.dest()...)...)
		pair := [2]string{household, person}
		b.statements[pair] = append(b.statements[pair], saying(relation, st.statement()))
		return err
	})
	if err == nil {
		b.persons, err = counts(ctx, tx, &membersOfHouseholds, values(households))
	}
	return err
}

func (b *memberBatch) add(pair [2]string, row MemberRow) StatementOutcome {
	if pair[1] == "" {
		return StatementOutcome{Err: ErrNoPerson}
	}
	st := saying(string(row.Relation), row.Statement)
	known, err := compare(st, b.statements[pair], false)
	if known || err != nil {
		return StatementOutcome{Err: err}
	}
	if len(b.statements[pair]) == 0 {
		if b.persons[pair[0]] >= MaxMembers {
			return StatementOutcome{Err: ErrTooMany}
		}
		b.persons[pair[0]]++
	}
	b.statements[pair] = append(b.statements[pair], st)
	return StatementOutcome{Stored: true}
}

func values(of map[string]string) []string {
	all := make([]string, 0, len(of))
	for _, value := range of {
		all = append(all, value)
	}
	return all
}
