package main

import (
	"context"
	"database/sql"
	"fmt"
	"strings"

	"github.com/ventanilla/ventanilla/pkg/store"
)

// keyed are the plain queries with which what is on record of many persons is read at once, each for so many keys.
var keyed = struct{ persons, homes, members, facts string }{
	persons: `SELECT person.person_id, person.birth_date FROM identifier JOIN person ON person.person_id = identifier.person_id
		WHERE identifier.data_set = 'production' AND identifier.kind = 'rut' AND identifier.value IN (` + parameters(bulkBatch) + `)`,
	homes: `SELECT household_id, relation FROM household_member WHERE person_id IN (` + parameters(bulkBatch) + `)`,
	members: `SELECT household_member.household_id, person.birth_date FROM household_member
		JOIN person ON person.person_id = household_member.person_id WHERE household_id IN (` + parameters(bulkBatch) + `)`,
	facts: `SELECT subject_id, name, value FROM fact WHERE subject_id IN (` + parameters(2*bulkBatch) + `)`,
}

func parameters(n int) string {
	names := make([]string, n)
	for i := range names {
		names[i] = fmt.Sprintf("$%d", i+1)
	}
	return strings.Join(names, ", ")
}

// readDirectly measures reading what is on record of the same persons with plain queries, as many batches at once as benefits decides.
func (m *benefitsMeasure) readDirectly(ctx context.Context) (sample, error) {
	db, err := m.theirs().open(ctx)
	if err != nil {
		return sample{}, err
	}
	defer db.Close()
	own := &server{pid: ownPID, database: m.postgres}
	figures, err := clocked(ctx, own.cpu, each(ctx, bulkAhead, m.batches(), func(ctx context.Context, i int) error {
		return readBatch(ctx, db, m.batch(i))
	}))
	return figures.perPerson(), err
}

// readBatch reads what is on record of persons. The facts of all must be there.
func readBatch(ctx context.Context, db *store.DB, ruts []string) error {
	persons, err := readKeyed(ctx, db, keyed.persons, bulkBatch, ruts)
	if err != nil {
		return err
	}
	homes, err := readKeyed(ctx, db, keyed.homes, bulkBatch, persons)
	if err != nil {
		return err
	}
	if _, err := readKeyed(ctx, db, keyed.members, bulkBatch, homes); err != nil {
		return err
	}
	facts, err := readKeyed(ctx, db, keyed.facts, 2*bulkBatch, append(persons, homes...))
	if least := len(ruts) * len(personFacts); err == nil && len(facts) < least {
		err = fmt.Errorf("%d facts of %d persons were read, and not %d or more", len(facts), len(ruts), least)
	}
	return err
}

// readKeyed returns the first column of what a query finds for keys, the last of which fills the places that are left; it scans all.
func readKeyed(ctx context.Context, db *store.DB, query string, most int, keys []string) ([]string, error) {
	if len(keys) == 0 {
		return nil, nil
	}
	args := make([]any, most)
	for i := range args {
		args[i] = keys[min(i, len(keys)-1)]
	}
	rows, err := db.Read.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		return nil, err
	}
	values, into := make([]sql.NullString, len(columns)), make([]any, len(columns))
	for i := range values {
		into[i] = &values[i]
	}
	var first []string
	for rows.Next() {
		if err := rows.Scan(into...); err != nil {
			return nil, err
		}
		first = append(first, values[0].String)
	}
	return first, rows.Err()
}
