package identity_test

import (
	"encoding/hex"

	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
)

func (p *platform) count(query string, args ...any) int64 {
	p.T.Helper()
	n, err := sqlstore.Row(p.T.Context(), p.DB, sqlstore.Value[int64], query, args...)
	check(p.T, err)
	return n
}

// plainPerson stores a person about whom nothing else is known.
func (p *platform) plainPerson(set, id string) {
	p.T.Helper()
	p.exec(`INSERT INTO person (person_id, data_set, unique_key, pseudonym, given_names, first_surname, second_surname, birth_date,
		contacts, photo_url, photo_accepted, mobile_identity, attributes, version, created_at, updated_at)
		VALUES ($1, $2, $3, $4, 'Anna', '', '', '', '[]', '', 0, 0, '{}', 1, 1, 1)`, id, set, "key of "+id, hex.EncodeToString([]byte(id)))
}

func (p *platform) pseudonymOf(id string) string {
	p.T.Helper()
	pseudonym, err := sqlstore.Row(p.T.Context(), p.DB, sqlstore.Value[string], `SELECT pseudonym FROM person WHERE person_id = $1`, id)
	check(p.T, err)
	return pseudonym
}
