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

// statedFact is a fact that is on record of everybody: number i has value i / every, over and over from the first.
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

// statedAtOnce is how many persons facts are stated of in a transaction: SQLite's log grows with it.
const statedAtOnce = 10_000

// populate puts the persons of the benefits part, who are so many, into households and states facts of all.
func populate(ctx context.Context, db *store.DB, citizens int) error {
	for first := 0; first < citizens; first += statedAtOnce {
		err := db.InTx(ctx, func(tx *sql.Tx) error {
			if db.Engine == store.PostgreSQL {
				if _, err := tx.ExecContext(ctx, `SET LOCAL statement_timeout = 0`); err != nil {
					return err
				}
			}
			for _, text := range statements(first, first+statedAtOnce) {
				if _, err := tx.ExecContext(ctx, text); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return fmt.Errorf("stating facts: %w", err)
		}
	}
	if db.Engine != store.PostgreSQL {
		return nil
	}
	_, err := db.Write.ExecContext(ctx, `ANALYZE`) // as the server does by itself a little later
	return err
}

// statements state what is on record of persons first to before end, who live in households of their own.
func statements(first, end int) []string {
	const columns = `valid_from, recorded_at, source, reference`
	persons := fmt.Sprintf(`WITH citizen AS (SELECT person_id AS id, row_number() OVER (ORDER BY person_id) - 1 AS i
		FROM person WHERE data_set = 'production' AND unique_key LIKE '%s' ORDER BY person_id LIMIT %d) `, citizenKeys, end)
	some := fmt.Sprintf(` FROM citizen WHERE i >= %d`, first)
	home := fmt.Sprintf(`'bench-' || (i / %d)`, householdSize)
	state := func(subject, id string, facts []statedFact, of string) string {
		each := make([]string, len(facts))
		for n, fact := range facts {
			each[n] = `SELECT i, ` + id + ` AS id, '` + fact.name + `' AS name, ` + fact.value() + ` AS value` + of
		}
		return `INSERT INTO fact (subject, subject_id, name, value, ` + columns + `) ` + persons +
			`SELECT '` + subject + `', id, name, value, 0, 0, 'bench', '' FROM (` + strings.Join(each, " UNION ALL ") + `) AS stated ORDER BY i`
	}
	return []string{
		`INSERT INTO household (household_id, data_set, household_key, created_at) ` + persons +
			`SELECT DISTINCT ` + home + `, 'production', ` + home + `, 0` + some,
		`INSERT INTO household_member (household_id, person_id, relation, ` + columns + `) ` + persons +
			`SELECT ` + home + `, id, CASE i % 4 WHEN 0 THEN 'head' WHEN 1 THEN 'partner' ELSE 'child' END, 0, 0, 'bench', ''` + some + ` ORDER BY i`,
		state("person", "id", personFacts, some),
		state("household", home, householdFacts, some+fmt.Sprintf(` AND i %% %d = 0`, householdSize)),
	}
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
