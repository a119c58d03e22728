package main

import "fmt"

const (
	decideWork    = "rules, decision"
	explainWork   = "rules, explanation"
	bulkWork      = "rules in bulk"
	catalogueWork = "rules of a catalogue"
	bareCEL       = "bare CEL"
)

// Goals of the rules part.
const (
	decideGoal  = 1.3   // of bare CEL
	explainGoal = 150.0 // µs for 100 rules
	bulkGoal    = 2.5   // s for 100,000 persons and 100 rules on 2 cores
)

// addRules fills in what the rules part showed. Times are of CPU, save for that of the bulk.
func (r *report) addRules(found rulesFound) {
	figure := func(benchmark, unit string) float64 { return found.figures["BenchmarkRules"+benchmark][unit] }
	cpu := func(benchmark string) float64 { return figure(benchmark, "cpu-ns/op") / 1e3 }
	compare := func(work, of string, ours, theirs, limit float64, note string) {
		ratio := ours / theirs
		r.Comparisons = append(r.Comparisons, comparison{work, of, ratio, limit, limit > 0 && ratio > limit, note})
	}
	compare(decideWork, bareCEL, cpu("/decide/known"), cpu("/cel/known"), decideGoal, "")
	compare(decideWork, bareCEL+" with half of the facts unknown", cpu("/decide/half"), cpu("/cel/half"), 0,
		fmt.Sprintf("%.1f and %.1f µs for 100 rules", cpu("/decide/half"), cpu("/cel/half")))
	if found.peer > 0 {
		compare(decideWork, "json-rules-engine", cpu("/decide/known"), found.peer, 0,
			fmt.Sprintf("%.1f and %.1f µs for 100 rules", cpu("/decide/known"), found.peer))
	}
	atMost := func(work string, taken, goal float64, note string) {
		r.Endurance = append(r.Endurance, endurance{Work: work, Ratio: taken / goal, AtMost: 1, Missed: taken > goal, Note: note})
	}
	explained := max(cpu("/explain/known"), cpu("/explain/half"))
	atMost(explainWork, explained, explainGoal, fmt.Sprintf("%.1f of %.0f µs for 100 rules, with half of the facts unknown; %.1f with all known, which are decided in %.1f, by %s in %.1f",
		cpu("/explain/half"), explainGoal, cpu("/explain/known"), cpu("/decide/known"), bareCEL, cpu("/cel/known")))
	bulk := func(persons, unit string) float64 { return figure("Bulk/"+persons, unit) }
	wall := bulk("100000", "ns/op") / 1e9
	atMost(bulkWork, wall, bulkGoal, fmt.Sprintf("%.2f of %.1f s for 100,000 persons and 100 rules on %d cores, %.2f s of CPU; objects take at most %.0f MB, with 10,000 persons %.0f, before %.0f",
		wall, bulkGoal, r.Cores, cpu("Bulk/100000")/1e6, bulk("100000", "MB-peak"), bulk("10000", "MB-peak"), bulk("100000", "MB-before")))
	for _, size := range []int{10, 1000, 10_000} {
		of := func(size int) float64 { return figure(fmt.Sprint("Catalogue/", size), "best-ns/rule") }
		r.Comparisons = append(r.Comparisons, comparison{
			Work: catalogueWork, Of: fmt.Sprintf("100 rules, for each of %d", size), Ratio: of(size) / of(100),
			Note: fmt.Sprintf("%.0f ns a rule and %.0f; to compile one takes %.0f µs, and it holds %.1f kB", of(size), of(100),
				figure(fmt.Sprint("Catalogue/", size), "compile-cpu-µs/rule"), figure(fmt.Sprint("Catalogue/", size), "kB/rule")),
		})
	}
}
