package rule_test

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"runtime/metrics"
	"sync"
	"syscall"
	"testing"
	"time"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
	"google.golang.org/protobuf/types/known/structpb"

	benefitsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/benefits/v1"
	identityv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/identity/v1"
	"github.com/ventanilla/ventanilla/services/benefits/internal/rule"
)

// The benchmarks' rules and person are those of services/e2e/bench/peer/rules.mjs, which must find as many eligible:
//
//	go test -run '^$' -bench Rules ./services/benefits/internal/rule

const benchRules = 100

func benchVocabulary(b *testing.B) *rule.Vocabulary {
	v, err := rule.NewVocabulary([]*benefitsv1.FactDefinition{
		{Name: "person.sex", Type: text}, {Name: "person.employment", Type: text}, {Name: "person.income", Type: double},
		{Name: "person.disabled", Type: boolean}, {Name: "person.programmes", Type: texts}, {Name: "person.contributed_months", Type: integer},
		{Name: "household.rsh_tranche", Type: integer}, {Name: "household.commune", Type: text},
	})
	check(b, err)
	return v
}

// benchExpression is the rule of a number.
func benchExpression(i int) string {
	switch i % 8 {
	case 0:
		return fmt.Sprintf(`person.age >= %d && household.rsh_tranche <= %d`, 60+i%10, 40+10*(i%6))
	case 1:
		return fmt.Sprintf(`person.sex == "female" && person.age < %d && household.minors >= 1`, 40+i%30)
	case 2:
		return fmt.Sprintf(`"programme-%d" in person.programmes && household.rsh_tranche <= 60`, i%5)
	case 3:
		return fmt.Sprintf(`person.employment in ["dependent", "independent"] && person.income < %d.0`, 300_000+1000*i)
	case 4:
		return fmt.Sprintf(`person.disabled || person.age >= %d && person.contributed_months >= 240`, 65+i%10)
	case 5:
		return fmt.Sprintf(`household.commune == "commune-%d" && household.size >= 3`, i%20)
	case 6:
		return fmt.Sprintf(`person.programmes.exists(p, p == "programme-1" || p == "programme-%d") && household.under_6 >= 1`, i%7)
	}
	return fmt.Sprintf(`household.rsh_tranche <= 40 && (household.minors >= %d || person.disabled)`, 1+i%3)
}

func benchCompiled(b *testing.B, v *rule.Vocabulary, n int) []*rule.Rules {
	rules := make([]*rule.Rules, n)
	for i := range rules {
		rules[i] = compile(b, v, benchExpression(i))
	}
	return rules
}

// benchFacts are the facts of the person that everybody decides for.
func benchFacts() map[string]any {
	return map[string]any{
		"person.age": 67, "person.sex": "female", "person.employment": "independent", "person.income": 350_000.5, "person.disabled": false,
		"person.programmes": []any{"programme-2", "programme-3", "programme-9"}, "person.contributed_months": 250,
		"household.rsh_tranche": 60, "household.commune": "commune-5", "household.size": 4, "household.minors": 1, "household.under_6": 1,
	}
}

// benchmark reports the CPU time of one round, which says more than the time on a machine that does other things too.
func benchmark(b *testing.B, round func()) {
	b.ReportAllocs()
	before := cpuTime(b)
	for b.Loop() {
		round()
	}
	b.ReportMetric(float64(cpuTime(b)-before)/float64(b.N), "cpu-ns/op")
}

func cpuTime(b *testing.B) time.Duration {
	var used syscall.Rusage
	check(b, syscall.Getrusage(syscall.RUSAGE_SELF, &used))
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

// BenchmarkRules decides and explains 100 rules for one person, of whom all is known, and of whom half is.
func BenchmarkRules(b *testing.B) {
	v := benchVocabulary(b)
	rules, bare := benchCompiled(b, v, benchRules), benchBare(b, v)
	all, half := benchFacts(), benchFacts()
	for _, name := range []string{"person.employment", "person.income", "person.programmes", "person.contributed_months", "household.rsh_tranche", "household.commune"} {
		delete(half, name)
	}
	for name, facts := range map[string]map[string]any{"known": all, "half": half} {
		in := example(b, v, facts)
		count := 0
		b.Run("decide/"+name, func(b *testing.B) {
			benchmark(b, func() {
				count = 0
				for _, r := range rules {
					if outcome, _ := r.Decide(in); outcome == eligible {
						count++
					}
				}
			})
			b.ReportMetric(float64(count), "eligible")
		})
		b.Run("explain/"+name, func(b *testing.B) {
			benchmark(b, func() {
				for _, r := range rules {
					r.Explain(in)
				}
			})
		})
		b.Run("cel/"+name, func(b *testing.B) {
			activation := bareActivation(b, v, in)
			benchmark(b, func() {
				count = 0
				for _, program := range bare {
					if out, _, _ := program.Eval(activation); out == types.True {
						count++
					}
				}
			})
			b.ReportMetric(float64(count), "eligible")
		})
	}
}

// benchBare compiles the rules with nothing but CEL.
func benchBare(b *testing.B, v *rule.Vocabulary) []cel.Program {
	kinds := map[benefitsv1.FactType]*cel.Type{
		boolean: cel.BoolType, integer: cel.IntType, double: cel.DoubleType, text: cel.StringType, date: cel.TimestampType, texts: cel.ListType(cel.StringType),
	}
	var options []cel.EnvOption
	for _, fact := range v.Definitions() {
		options = append(options, cel.Variable(fact.GetName(), kinds[fact.GetType()]))
	}
	env, err := cel.NewEnv(options...)
	check(b, err)
	programs := make([]cel.Program, benchRules)
	for i := range programs {
		ast, issues := env.Compile(benchExpression(i))
		check(b, issues.Err())
		programs[i], err = env.Program(ast, cel.EvalOptions(cel.OptOptimize, cel.OptPartialEval))
		check(b, err)
	}
	return programs
}

// bareActivation has the facts as CEL's own values, and patterns for those that are not known.
func bareActivation(b *testing.B, v *rule.Vocabulary, in *rule.Inputs) cel.Activation {
	values := make(map[string]any)
	var missing []*cel.AttributePatternType
	for _, fact := range v.Definitions() {
		value, ok := in.Value(fact.GetName())
		switch {
		case !ok:
			missing = append(missing, cel.AttributePattern(fact.GetName()))
		case fact.GetType() == integer:
			values[fact.GetName()] = types.Int(value.GetNumberValue())
		case fact.GetType() == texts:
			var items []string
			for _, item := range value.GetListValue().GetValues() {
				items = append(items, item.GetStringValue())
			}
			values[fact.GetName()] = types.NewStringList(types.DefaultTypeAdapter, items)
		default:
			values[fact.GetName()] = types.DefaultTypeAdapter.NativeToValue(value.AsInterface())
		}
	}
	if missing == nil {
		activation, err := cel.NewActivation(values)
		check(b, err)
		return activation
	}
	activation, err := cel.PartialVars(values, missing...)
	check(b, err)
	return activation
}

// BenchmarkRulesCatalogue decides as many rules as a catalogue has for one person. Beside it, what it takes to compile one and what it holds.
func BenchmarkRulesCatalogue(b *testing.B) {
	v := benchVocabulary(b)
	in := example(b, v, benchFacts())
	for _, size := range []int{10, 100, 1000, 10_000} {
		b.Run(fmt.Sprint(size), func(b *testing.B) {
			runtime.GC()
			held, began := heap(), cpuTime(b)
			rules := benchCompiled(b, v, size)
			round := func() {
				for _, r := range rules {
					r.Decide(in)
				}
			}
			round() // which makes the programs
			compiling := cpuTime(b) - began
			runtime.GC()
			held = heap() - held
			benchmark(b, round)
			b.ReportMetric(compiling.Seconds()*1e6/float64(size), "compile-cpu-µs/rule")
			b.ReportMetric(held/1e3/float64(size), "kB/rule")
		})
	}
}

// heap is what objects take, in bytes.
func heap() float64 {
	sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	metrics.Read(sample)
	return float64(sample[0].Value.Uint64())
}

// benchSituation is what is on record of a random person: each fact with four chances of five.
func benchSituation(random *rand.Rand) *identityv1.Situation {
	birth := func() string {
		return fmt.Sprintf("%d-%02d-%02d", 1930+random.IntN(96), 1+random.IntN(12), 1+random.IntN(28))
	}
	s := &identityv1.Situation{PersonId: "p", BirthDate: birth(), Facts: make(map[string]*structpb.Value)}
	s.Household = &identityv1.HouseholdSituation{
		Relation: identityv1.HouseholdRelation_HOUSEHOLD_RELATION_HEAD, BirthDates: []string{s.GetBirthDate(), birth(), birth()}, Facts: make(map[string]*structpb.Value),
	}
	fact := func(of map[string]*structpb.Value, name string, value *structpb.Value) {
		if random.IntN(5) > 0 {
			of[name] = value
		}
	}
	word := func(words ...string) *structpb.Value { return structpb.NewStringValue(words[random.IntN(len(words))]) }
	programmes := &structpb.ListValue{}
	for range random.IntN(4) {
		programmes.Values = append(programmes.Values, structpb.NewStringValue(fmt.Sprint("programme-", random.IntN(10))))
	}
	fact(s.GetFacts(), "sex", word("female", "male"))
	fact(s.GetFacts(), "employment", word("dependent", "independent", "pensioner", "none"))
	fact(s.GetFacts(), "income", structpb.NewNumberValue(float64(random.IntN(2_000_000))))
	fact(s.GetFacts(), "disabled", structpb.NewBoolValue(random.IntN(10) == 0))
	fact(s.GetFacts(), "programmes", structpb.NewListValue(programmes))
	fact(s.GetFacts(), "contributed_months", structpb.NewNumberValue(float64(random.IntN(500))))
	fact(s.GetHousehold().GetFacts(), "rsh_tranche", structpb.NewNumberValue(float64(40+10*random.IntN(7))))
	fact(s.GetHousehold().GetFacts(), "commune", structpb.NewStringValue(fmt.Sprint("commune-", random.IntN(20))))
	return s
}

// BenchmarkRulesBulk decides 100 rules for many persons, on all cores, from situations in memory, with the digest of each person's
// inputs. There are 10,000 different persons.
func BenchmarkRulesBulk(b *testing.B) {
	v := benchVocabulary(b)
	rules := benchCompiled(b, v, benchRules)
	random := rand.New(rand.NewPCG(1, 2))
	population := make([]*identityv1.Situation, 10_000)
	for i := range population {
		population[i] = benchSituation(random)
	}
	for _, persons := range []int{10_000, 100_000} {
		b.Run(fmt.Sprint(persons), func(b *testing.B) {
			var peak float64
			runtime.GC()
			before := heap()
			benchmark(b, func() { peak = max(peak, decideAll(v, rules, population, persons)) })
			b.ReportMetric(before/1e6, "MB-before")
			b.ReportMetric(peak/1e6, "MB-peak")
		})
	}
}

// decideAll returns the most that objects took meanwhile.
func decideAll(v *rule.Vocabulary, rules []*rule.Rules, population []*identityv1.Situation, persons int) float64 {
	const page = 200
	var running sync.WaitGroup
	peaks := make([]float64, runtime.GOMAXPROCS(0))
	for worker := range peaks {
		running.Go(func() {
			for start := worker * page; start < persons; start += len(peaks) * page {
				for i := range page {
					in := v.Inputs(population[(start+i)%len(population)], day)
					for _, r := range rules {
						r.Decide(in)
					}
					in.Digest()
				}
				peaks[worker] = max(peaks[worker], heap())
			}
		})
	}
	running.Wait()
	var peak float64
	for _, of := range peaks {
		peak = max(peak, of)
	}
	return peak
}
