package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/ventanilla/ventanilla/pkg/auditlog"
	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
)

// MaxMembers is about how many persons a household has statements.
const MaxMembers = 500

var (
	// ErrTooMany says that a household has statements about MaxMembers persons, or a subject facts of MaxFacts names.
	ErrTooMany = errors.New("there are as many as there may be")
	// ErrNoPerson says that there is no person of the identifier in the data set.
	ErrNoPerson = errors.New("no such person")
)

// Relation is what a member is to the household.
type Relation string

// The relations. None says that somebody is not a member.
const (
	RelationNone     Relation = "none"
	RelationHead     Relation = "head"
	RelationPartner  Relation = "partner"
	RelationChild    Relation = "child"
	RelationParent   Relation = "parent"
	RelationRelative Relation = "relative"
	RelationOther    Relation = "other"
)

// HouseholdMember is a statement about a member of a household.
type HouseholdMember struct {
	PersonID string
	// Pseudonym is the person's, for the access log.
	Pseudonym string
	Relation  Relation
	Statement
}

func scanMember(row sqlstore.Scanner) (HouseholdMember, error) {
	var m HouseholdMember
	var st statementRow
	err := row.Scan(append([]any{&m.PersonID, &m.Pseudonym, &m.Relation}, st.dest()...)...)
	m.Statement = st.statement()
	return m, err
}

// HouseholdMembers returns those who are members, in the order in which that was recorded.
func (s *Store) HouseholdMembers(ctx context.Context, householdID string, as AsOf) ([]HouseholdMember, error) {
	known, valid := as.args()
	members, err := sqlstore.Rows(ctx, s.db, scanMember, `SELECT m.person_id, p.pseudonym, m.relation, `+statementColumns+`
		FROM household_member AS m JOIN person AS p ON p.person_id = m.person_id
		WHERE m.relation <> 'none' AND m.number IN (SELECT max(number) FROM household_member
			WHERE household_id = $1 AND recorded_at <= $2 AND valid_from <= $3 AND (valid_to IS NULL OR valid_to > $3)
			GROUP BY person_id)
		ORDER BY m.number`, householdID, known, valid)
	if err != nil {
		return nil, fmt.Errorf("reading a household's members: %w", err)
	}
	return members, nil
}

//nolint:gochecknoglobals // the text of a statement
var insertMembers = insertion{
	head:    `INSERT INTO household_member (household_id, person_id, relation, ` + statementColumns + `)`,
	tail:    ` ON CONFLICT DO NOTHING RETURNING person_id`,
	columns: 8,
}

// RecordHouseholdMembers records statements about a household's members, all or none, each person's as an entry of the
// log. One whose source and reference an earlier one about the same person has is left out. It fails with
// sqlstore.ErrNotFound when there is no such household, with ErrNoPerson when its data set has no such person, and with
// ErrTooMany.
func (s *Store) RecordHouseholdMembers(ctx context.Context, householdID string, members []HouseholdMember, act Act) error {
	err := s.db.InTx(ctx, func(tx *sql.Tx) error {
		at, err := s.recordingTime(ctx, tx)
		if err != nil {
			return err
		}
		set, err := sqlstore.Value[DataSet](tx.QueryRowContext(ctx, `SELECT data_set FROM household WHERE household_id = $1`, householdID))
		if err != nil {
			return err
		}
		ids := make([]string, len(members))
		for i, m := range members {
			ids[i] = m.PersonID
		}
		pseudonyms, err := s.pseudonymsOf(ctx, tx, set, ids)
		if err != nil {
			return err
		}
		var values []any
		for _, m := range members {
			if _, known := pseudonyms[m.PersonID]; !known {
				return ErrNoPerson
			}
			values = append(append(values, householdID, m.PersonID, m.Relation), m.args(at)...)
		}
		recorded, err := insertedKeys(ctx, tx, &insertMembers, values)
		if err != nil || len(recorded) == 0 {
			return err
		}
		persons, err := sqlstore.Value[int](tx.QueryRowContext(ctx,
			`SELECT count(DISTINCT person_id) FROM household_member WHERE household_id = $1`, householdID))
		if err != nil {
			return err
		}
		if persons > MaxMembers {
			return ErrTooMany
		}
		return s.recordMembers(ctx, tx, act, householdID, recorded, pseudonyms)
	})
	if err != nil {
		return fmt.Errorf("recording members of a household: %w", err)
	}
	return nil
}

// recordMembers enters what was recorded in the log, once for each person.
func (s *Store) recordMembers(ctx context.Context, tx *sql.Tx, act Act, householdID string, persons []string, pseudonyms map[string]string) error {
	detail := Detail{Fields: []string{"members"}, Trace: act.Trace, More: []Member{{"household", householdID}}}.JSON()
	entered := map[string]bool{}
	var entries []auditlog.Entry
	for _, id := range persons {
		if !entered[id] {
			entries = append(entries, auditlog.Entry{At: s.now(), Actor: act.Actor, Act: act.Name, Target: pseudonyms[id], Detail: detail})
		}
		entered[id] = true
	}
	return auditlog.AppendAll(ctx, tx, entries)
}

const selectPseudonyms = `SELECT person_id, pseudonym FROM person WHERE data_set = $1 AND person_id IN `

//nolint:gochecknoglobals // texts of statements
var (
	pseudonymsOnSQLite     = lookup{head: selectPseudonyms, args: 1}
	pseudonymsOnPostgreSQL = lookup{head: selectPseudonyms, tail: toStay, args: 1}
)

// pseudonymsOf returns the pseudonyms of those persons that are in the data set, by their identifiers. They stay there.
func (s *Store) pseudonymsOf(ctx context.Context, tx *sql.Tx, set DataSet, ids []string) (map[string]string, error) {
	found := map[string]string{}
	err := s.either(&pseudonymsOnSQLite, &pseudonymsOnPostgreSQL).among(ctx, tx, ids, func(row sqlstore.Scanner) error {
		var id, pseudonym string
		err := row.Scan(&id, &pseudonym)
		found[id] = pseudonym
		return err
	}, set)
	return found, err
}

// either is the query of the engine.
func (s *Store) either(sqlite, postgres *lookup) *lookup {
	if s.db.Engine == sqlstore.PostgreSQL {
		return postgres
	}
	return sqlite
}

// insertedKeys inserts rows and returns the column that the statement returns for those that were not there.
func insertedKeys(ctx context.Context, tx *sql.Tx, into *insertion, values []any) ([]string, error) {
	var keys []string
	err := into.each(values, func(text string, values []any) error {
		return eachRow(ctx, tx, func(row sqlstore.Scanner) error {
			key, err := sqlstore.Value[string](row)
			keys = append(keys, key)
			return err
		}, text, values)
	})
	return keys, err
}
