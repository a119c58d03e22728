package store

import (
	"encoding/json"

	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
)

const selectSituated = `SELECT person_id, person_id, pseudonym, birth_date FROM person
	WHERE data_set = $1 AND person_id > $2 ORDER BY person_id LIMIT $3`

// situationQueries are the texts for an engine. Each has lists of keys, whatever their length, so that there is one to prepare.
type situationQueries struct {
	personsByID, personsByIdentifier, households, members, facts string
}

func newSituationQueries(engine sqlstore.Engine) situationQueries {
	in := func(list string) string { return ` IN (SELECT value FROM json_each(` + list + `)) ` }
	if engine == sqlstore.PostgreSQL {
		in = func(list string) string { return ` = ANY (` + list + `) ` }
	}
	return situationQueries{
		personsByID: `SELECT person_id, person_id, pseudonym, birth_date FROM person
			WHERE data_set = $1 AND person_id` + in("$2"),
		personsByIdentifier: `SELECT i.value, p.person_id, p.pseudonym, p.birth_date
			FROM identifier AS i JOIN person AS p ON p.person_id = i.person_id
			WHERE i.data_set = $1 AND i.kind = $2 AND i.value` + in("$3"),
		households: `SELECT person_id, household_id, relation FROM household_member
			WHERE relation <> 'none' AND number IN (SELECT max(number) FROM household_member
				WHERE person_id` + in("$1") + `AND recorded_at <= $2 AND valid_from <= $3 AND (valid_to IS NULL OR valid_to > $3)
				GROUP BY person_id, household_id)
			ORDER BY number`,
		members: `SELECT m.household_id, p.pseudonym, p.birth_date
			FROM household_member AS m JOIN person AS p ON p.person_id = m.person_id
			WHERE m.relation <> 'none' AND m.number IN (SELECT max(number) FROM household_member
				WHERE household_id` + in("$1") + `AND recorded_at <= $2 AND valid_from <= $3 AND (valid_to IS NULL OR valid_to > $3)
				GROUP BY household_id, person_id)
			ORDER BY m.number`,
		facts: `SELECT subject_id, name, value FROM fact
			WHERE value IS NOT NULL AND number IN (SELECT max(number) FROM fact
				WHERE subject_id` + in("$1") + `AND subject = $2 AND name` + in("$3") + `
					AND recorded_at <= $4 AND valid_from <= $5 AND (valid_to IS NULL OR valid_to > $5)
				GROUP BY subject_id, name)`,
	}
}

// list is a list of keys as the queries take it.
func (s *Store) list(keys []string) any {
	keys = keyable(keys)
	if s.db.Engine == sqlstore.PostgreSQL {
		return keys
	}
	text, err := json.Marshal(keys)
	if err != nil {
		panic(err) // texts can always be encoded
	}
	return string(text)
}
