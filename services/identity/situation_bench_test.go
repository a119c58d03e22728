package identity_test

import (
	"fmt"
	"testing"

	"github.com/ventanilla/ventanilla/pkg/testkit"
	identityv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/identity/v1"
)

// benchPopulation is how many persons there are, four to a household, with ten facts each of which each was stated twice.
const benchPopulation = 20_000

// BenchmarkGetSituations reads the situations of one person, and of 200 at once, over gRPC and mTLS, each read entered in the access log:
//
//	go test -run '^$' -bench GetSituations ./services/identity
func BenchmarkGetSituations(b *testing.B) {
	for engine, open := range map[string]func(testing.TB) *platform{
		"sqlite":   newPlatform,
		"postgres": func(t testing.TB) *platform { return openPlatform(t, testkit.Postgres(t), 8) },
	} {
		b.Run(engine, func(b *testing.B) {
			p := open(b)
			p.populate()
			situations, ctx := p.replica().situations(), p.ByPeer("benefits")
			scope := scope()
			scope.PersonFacts, scope.HouseholdFacts = nil, []string{"household.rsh_tranche", "household.commune"}
			for i := range 60 { // of which ten are there
				scope.PersonFacts = append(scope.PersonFacts, fmt.Sprintf("fact.n%d", i))
			}
			for _, size := range []int{1, 200} {
				b.Run(fmt.Sprint(size), func(b *testing.B) {
					before, at := cpuTime(b), 0
					for b.Loop() {
						var keys []*identityv1.PersonKey
						for range size {
							at = (at + 7919) % benchPopulation
							keys = append(keys, personID(fmt.Sprint("p", at)))
						}
						got, err := situations.GetSituations(ctx, &identityv1.GetSituationsRequest{Persons: keys, Scope: scope})
						check(b, err)
						last := got.GetSituations()[size-1]
						if len(last.GetFacts()) != 10 || len(last.GetHousehold().GetBirthDates()) != 4 || len(last.GetHousehold().GetFacts()) != 2 {
							b.Fatalf("got %v", last)
						}
					}
					each := float64(b.N * size)
					b.ReportMetric(float64(b.Elapsed().Microseconds())/each, "µs/person")
					b.ReportMetric(float64((cpuTime(b)-before).Microseconds())/each, "cpu-µs/person")
				})
			}
		})
	}
}

// populate enters persons p0, p1, … straight into the tables.
func (p *platform) populate() {
	defer p.exec(`ANALYZE`)
	numbers := func(count int) string {
		return fmt.Sprintf(`WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < %d) `, count-1)
	}
	into := func(numbers, insert, columns, values string, args ...any) {
		p.exec(`INSERT INTO `+insert+` (`+columns+`) `+numbers+` SELECT `+values+` FROM n`, args...)
	}
	persons, households := numbers(benchPopulation), numbers(benchPopulation/4)
	into(persons, "person", `person_id, data_set, unique_key, pseudonym, given_names, first_surname, second_surname, birth_date, contacts,
		photo_url, photo_accepted, mobile_identity, attributes, version, created_at, updated_at`,
		`'p' || i, 'production', 'p' || i, 'pseudonym of ' || i, 'ANA', 'SOTO', '', '1980-01-01', '[]', '', 0, 0, '{}', 1, 0, 0 + $1`, 0)
	into(households, "household", `household_id, data_set, household_key, created_at`, `'h' || i, 'production', 'h' || i, 0 + $1`, 0)
	const statement = `, valid_from, recorded_at, source, reference`
	into(persons, "household_member", `household_id, person_id, relation`+statement, `'h' || (i / 4), 'p' || i, 'head', 0, 0, 'register', '' || $1`, "")
	for _, stated := range []int{1, 2} {
		for f := range 10 {
			into(persons, "fact", `subject, subject_id, name, value`+statement,
				fmt.Sprintf(`'person', 'p' || i, 'fact.n%d', '%d', 0, 0, 'register', '' || $1`, f, f), fmt.Sprint(stated))
		}
		for _, name := range []string{"household.rsh_tranche", "household.commune"} {
			into(households, "fact", `subject, subject_id, name, value`+statement, `'household', 'h' || i, '`+name+`', '40', 0, 0, 'register', '' || $1`, fmt.Sprint(stated))
		}
	}
}
