package store

import sqlstore "github.com/ventanilla/ventanilla/pkg/store"

// The queries whose plans are checked.
const (
	SelectProfile  = selectProfile
	SelectPersons  = selectPersons
	SelectSituated = selectSituated
)

// SituationPlans are queries for the situations of many, each with arguments.
func SituationPlans(engine sqlstore.Engine) map[string][]any {
	q := newSituationQueries(engine)
	var list any = `["a","b"]`
	if engine == sqlstore.PostgreSQL {
		list = []string{"a", "b"}
	}
	return map[string][]any{
		q.personsByID:         {Production, list},
		q.personsByIdentifier: {Production, "rut", list},
		q.households:          {list, 1, 1},
		q.members:             {list, 1, 1},
		q.facts:               {list, 1, 1, SubjectPerson, list},
		q.contacts:            {Production, list},
	}
}
