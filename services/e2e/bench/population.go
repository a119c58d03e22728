package main

import (
	"context"
	"database/sql"
	"fmt"
	"strings"

	"github.com/ventanilla/ventanilla/pkg/store"
)

const (
	// firstCitizen is the number of the first person of the benefits part, beyond those of the identity part.
	firstCitizen = mostPersons
	// mostCitizens bounds them, so that their keys begin alike.
	mostCitizens = 1_000_000
	// citizenKeys is what their keys are like.
	citizenKeys = "_05______"
	// householdSize is how many live together.
	householdSize = 4
)

// statedFact is a fact that is on record of everybody: person i has the value i / every, over and over from the first.
type statedFact struct {
	name   string
	every  int
	values []string // JSON
}

// personFacts and householdFacts are some of those of which the demo's rules speak. The others are unknown.
var (
	personFacts = []statedFact{
		{"sex", 1, []string{`"F"`, `"M"`}},
		{"marital_status", 3, []string{`"single"`, `"married"`, `"widowed"`}},
		{"residence_status", 11, []string{`"chilean"`, `"chilean"`, `"chilean"`, `"permanent"`, `"temporary"`}},
		{"residence_years", 11, []string{`40`, `30`, `20`, `10`, `2`}},
		{"children", 2, []string{`0`, `1`, `2`, `3`}},
		{"dependent_tie", 2, []string{`"none"`, `"mother"`, `"father"`, `"guardian"`}},
		{"leads_nucleus", 5, []string{`false`, `true`}},
		{"children_6_to_13", 7, []string{`false`, `true`}},
		{"employment", 3, []string{`"dependent"`, `"independent"`, `"unemployed"`, `"pensioner"`, `"inactive"`}},
		{"contract_type", 3, []string{`"indefinite"`, `"none"`, `"fixed_term"`, `"none"`, `"project"`}},
		{"weekly_hours", 2, []string{`45`, `30`, `20`}},
		{"wage_in_minimum_wages", 3, []string{`1`, `1.4`, `2.2`, `0.5`}},
		{"state_employed", 13, []string{`false`, `false`, `false`, `true`}},
		{"contributions_up_to_date", 2, []string{`true`, `false`}},
		{"contributions_total", 5, []string{`96`, `12`, `240`, `0`}},
		{"pensions", 9, []string{`[]`, `["pgu"]`, `[]`, `["old_age"]`}},
		{"study_level", 5, []string{`"none"`, `"primary"`, `"secondary"`, `"higher"`}},
		{"secondary_licence", 5, []string{`true`, `false`}},
		{"indigenous", 17, []string{`false`, `false`, `false`, `true`}},
		{"health_system", 4, []string{`"FONASA"`, `"FONASA"`, `"ISAPRE"`, `"none"`}},
		{"pregnant_months", 10, []string{`0`, `0`, `0`, `5`}},
		{"dependence", 6, []string{`"none"`, `"none"`, `"none"`, `"moderate"`, `"severe"`}},
		{"unpaid_carer", 8, []string{`false`, `false`, `true`}},
		{"disability_registered", 7, []string{`false`, `false`, `true`}},
	}
	householdFacts = []statedFact{
		{"rsh_tranche", 1, []string{`40`, `50`, `60`, `70`, `80`, `90`, `100`}},
		{"income_percentile", 1, []string{`10`, `30`, `50`, `80`}},
		{"commune", 1, []string{`"Cerro Navia"`, `"Temuco"`, `"Arica"`}},
		{"in_ssyoo", 2, []string{`false`, `true`}},
		{"family_allowances", 3, []string{`[]`, `["suf"]`, `["asignacion_familiar"]`}},
		{"transfers_last_december", 3, []string{`[]`, `["suf"]`}},
		{"owns_home", 2, []string{`false`, `true`}},
		{"income_uf", 1, []string{`15.5`, `30`, `60`}},
		{"children_enrolled", 2, []string{`true`, `false`}},
		{"bills_up_to_date", 2, []string{`["electricity", "water"]`, `["electricity"]`, `[]`}},
	}
)

// populate puts the persons of the benefits part into households and states facts of all.
func populate(ctx context.Context, db *store.DB) error {
	const (
		persons = `WITH citizen AS (SELECT person_id AS id, row_number() OVER (ORDER BY person_id) - 1 AS i
			FROM person WHERE data_set = 'production' AND unique_key LIKE '` + citizenKeys + `') `
		households = `WITH home AS (SELECT household_id AS id, row_number() OVER (ORDER BY household_id) - 1 AS i
			FROM household WHERE household_id LIKE 'bench-%') `
		statement = `valid_from, recorded_at, source, reference`
	)
	home := fmt.Sprintf(`'bench-' || (i / %d)`, householdSize)
	texts := []string{
		`INSERT INTO household (household_id, data_set, household_key, created_at) ` + persons +
			`SELECT DISTINCT ` + home + `, 'production', ` + home + `, 0 FROM citizen`,
		`INSERT INTO household_member (household_id, person_id, relation, ` + statement + `) ` + persons +
			`SELECT ` + home + `, id, CASE i % 4 WHEN 0 THEN 'head' WHEN 1 THEN 'partner' ELSE 'child' END, 0, 0, 'bench', '' FROM citizen ORDER BY i`,
	}
	state := func(with, from, subject string, facts []statedFact) {
		each := make([]string, len(facts))
		for n, fact := range facts {
			each[n] = `SELECT i, id, '` + fact.name + `' AS name, ` + fact.value() + ` AS value FROM ` + from
		}
		texts = append(texts, `INSERT INTO fact (subject, subject_id, name, value, `+statement+`) `+with+
			`SELECT '`+subject+`', id, name, value, 0, 0, 'bench', '' FROM (`+strings.Join(each, " UNION ALL ")+`) AS stated ORDER BY i`)
	}
	state(persons, "citizen", "person", personFacts)
	state(households, "home", "household", householdFacts)
	if db.Engine == store.PostgreSQL {
		texts = append([]string{`SET LOCAL statement_timeout = 0`}, texts...)
		texts = append(texts, `ANALYZE`) // as the server does by itself a little later
	}
	return db.InTx(ctx, func(tx *sql.Tx) error {
		for _, text := range texts {
			if _, err := tx.ExecContext(ctx, text); err != nil {
				return fmt.Errorf("stating facts: %w", err)
			}
		}
		return nil
	})
}

// value is the SQL expression of the value for number i.
func (f statedFact) value() string {
	var text strings.Builder
	fmt.Fprintf(&text, "CASE i / %d %% %d", f.every, len(f.values))
	for n, value := range f.values {
		fmt.Fprintf(&text, " WHEN %d THEN '%s'", n, value)
	}
	return text.String() + " END"
}
