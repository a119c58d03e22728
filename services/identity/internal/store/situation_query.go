package store

import (
	"encoding/json"

	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
)

const selectSituated = `SELECT person_id, person_id, pseudonym, birth_date FROM person
	WHERE data_set = $1 AND person_id > $2 ORDER BY person_id LIMIT $3`

// situationQueries are the texts for an engine. Each has lists of keys, whatever their length, so that there is one to prepare.
type situationQueries struct {
	personsByID, personsByIdentifier, households, members, facts, contacts string
}

func newSituationQueries(engine sqlstore.Engine) situationQueries {
	// SQLite would look every wanted name up for every subject, most of which have few of them: + keeps it from that.
	in, latest, name := inListOnSQLite, latestOnSQLite, `+name`
	if engine == sqlstore.PostgreSQL {
		in, latest, name = inListOnPostgreSQL, latestOnPostgreSQL, `name`
	}
	const holds = ` AND recorded_at <= $2 AND valid_from <= $3 AND (valid_to IS NULL OR valid_to > $3)`
	return situationQueries{
		personsByID: `SELECT person_id, person_id, pseudonym, birth_date FROM person
			WHERE data_set = $1 AND person_id` + in("$2"),
		personsByIdentifier: `SELECT i.value, p.person_id, p.pseudonym, p.birth_date
			FROM identifier AS i JOIN person AS p ON p.person_id = i.person_id
			WHERE i.data_set = $1 AND i.kind = $2 AND i.value` + in("$3"),
		households: `SELECT person_id, household_id, relation FROM ` +
			latest(`person_id, household_id`, `relation`, `household_member WHERE person_id`+in("$1")+holds) + `
			WHERE relation <> 'none' ORDER BY number`,
		members: `SELECT latest.household_id, p.pseudonym, p.birth_date FROM ` +
			latest(`household_id, person_id`, `relation`, `household_member WHERE household_id`+in("$1")+holds) + `
			JOIN person AS p ON p.person_id = latest.person_id
			WHERE latest.relation <> 'none' ORDER BY latest.number`,
		facts: `SELECT subject_id, name, value FROM ` +
			latest(`subject_id, name`, `value`, `fact WHERE subject_id`+in("$1")+holds+` AND subject = $4 AND `+name+in("$5")) + `
			WHERE value IS NOT NULL`,
		contacts: `SELECT person_id, pseudonym, contacts FROM person WHERE data_set = $1 AND person_id` + in("$2"),
	}
}

func inListOnSQLite(list string) string { return ` IN (SELECT value FROM json_each(` + list + `))` }

func inListOnPostgreSQL(list string) string { return ` = ANY (` + list + `)` }

// latestOnSQLite has of the statements of each key the one of the highest number, whose row other columns are taken from.
func latestOnSQLite(key, column, from string) string {
	return `(SELECT ` + key + `, ` + column + `, max(number) AS number FROM ` + from + ` GROUP BY ` + key + `) AS latest`
}

// latestOnPostgreSQL is it where every such column has to be told.
func latestOnPostgreSQL(key, column, from string) string {
	return `(SELECT DISTINCT ON (` + key + `) ` + key + `, ` + column + `, number FROM ` + from + ` ORDER BY ` + key + `, number DESC) AS latest`
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
