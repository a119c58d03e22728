package store

import (
	"context"
	"database/sql"
	"errors"
	"slices"

	"github.com/google/uuid"

	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
)

var (
	// ErrNoHousehold says that there is no household of the key in the data set.
	ErrNoHousehold = errors.New("no such household")
	// ErrReferenceTaken says that the source has another statement of the reference.
	ErrReferenceTaken = errors.New("the reference is another statement's")
)

// StatementOutcome is what became of a statement of a batch.
type StatementOutcome struct {
	// Stored is false when the statement was there.
	Stored bool
	// Err says why nothing was stored: ErrNoPerson, ErrNoHousehold, ErrReferenceTaken, ErrTooMany.
	Err error
}

// said is what a statement says of its key, for comparison.
type said struct {
	value, source, reference string
	from                     int64
	to                       sql.NullInt64
}

func saying(value string, st Statement) said {
	row := st.args(0)
	from, _ := row[0].(int64)
	to, _ := row[1].(sql.NullInt64)
	return said{value, st.Source, st.Reference, from, to}
}

// compare looks for a statement among those of its key: one of the same reference is it, if it says the same, and without
// a reference one that is equal. sameFrom is whether the reference counts together with the begin.
func compare(st said, before []said, sameFrom bool) (known bool, err error) {
	for _, b := range before {
		if b == st {
			return true, nil
		}
		if st.reference != "" && b.source == st.source && b.reference == st.reference && (!sameFrom || b.from == st.from) {
			return false, ErrReferenceTaken
		}
	}
	return false, nil
}

const selectRefsByKey = `SELECT unique_key, person_id FROM person WHERE data_set = $1 AND unique_key IN `

//nolint:gochecknoglobals // texts of statements
var (
	idsByKeyOnSQLite     = lookup{head: selectRefsByKey, args: 1}
	idsByKeyOnPostgreSQL = lookup{head: selectRefsByKey, tail: toStay, args: 1}
	householdsByKey      = lookup{head: `SELECT household_key, household_id FROM household WHERE data_set = $1 AND household_key IN `, args: 1}
	insertHouseholds     = insertion{head: `INSERT INTO household (` + householdColumns + `)`, tail: ` ON CONFLICT DO NOTHING`, columns: 4}
)

// identifiersOf runs a query that gives identifiers by keys.
func identifiersOf(ctx context.Context, tx *sql.Tx, query *lookup, set DataSet, keys []string) (map[string]string, error) {
	found := map[string]string{}
	err := query.among(ctx, tx, distinct(keys), func(row sqlstore.Scanner) error {
		var key, id string
		err := row.Scan(&key, &id)
		found[key] = id
		return err
	}, set)
	return found, err
}

// personsByKey finds persons, which stay there.
func (s *Store) personsByKey(ctx context.Context, tx *sql.Tx, set DataSet, keys []string) (map[string]string, error) {
	return identifiersOf(ctx, tx, s.either(&idsByKeyOnSQLite, &idsByKeyOnPostgreSQL), set, keys)
}

// ensureHouseholds finds households, and makes those that are missing.
func (s *Store) ensureHouseholds(ctx context.Context, tx *sql.Tx, set DataSet, keys []string) (map[string]string, error) {
	found, err := identifiersOf(ctx, tx, &householdsByKey, set, keys)
	if err != nil {
		return nil, err
	}
	var values []any
	for _, key := range distinct(keys) {
		if _, there := found[key]; !there {
			id, err := uuid.NewV7()
			if err != nil {
				return nil, err
			}
			values = append(values, id.String(), key, set, s.now().UnixMilli())
		}
	}
	if len(values) == 0 {
		return found, nil
	}
	err = insertHouseholds.each(values, func(text string, values []any) error {
		_, err := tx.ExecContext(ctx, text, values...)
		return err
	})
	if err != nil {
		return nil, err
	}
	return identifiersOf(ctx, tx, &householdsByKey, set, keys) // another may have made them
}

// distinct are the texts that may be keys, in order, each once.
func distinct(texts []string) []string {
	return slices.Compact(slices.Sorted(slices.Values(keyable(texts))))
}

// counts runs a query that gives numbers by keys.
func counts(ctx context.Context, tx *sql.Tx, query *lookup, keys []string) (map[string]int, error) {
	found := map[string]int{}
	err := query.among(ctx, tx, distinct(keys), func(row sqlstore.Scanner) error {
		var key string
		var count int
		err := row.Scan(&key, &count)
		found[key] = count
		return err
	})
	return found, err
}
