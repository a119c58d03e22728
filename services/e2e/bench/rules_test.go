package main

import (
	"strings"
	"testing"
)

func TestReportOfRules(t *testing.T) {
	const printed = `goos: linux
cpu: Some CPU
BenchmarkRules/decide/known-2         	   10000	     33817 ns/op	     13000 cpu-ns/op	        32.00 eligible	       0 B/op
BenchmarkRules/decide/known-2         	   10000	     33817 ns/op	     15000 cpu-ns/op	        32.00 eligible	       0 B/op
BenchmarkRules/decide/known-2         	   10000	     33817 ns/op	     90000 cpu-ns/op	        32.00 eligible	       0 B/op
BenchmarkRules/cel/known-2            	   10000	     33817 ns/op	     10000 cpu-ns/op	        32.00 eligible
BenchmarkRules/explain/known-2        	   10000	     33817 ns/op	     30000 cpu-ns/op
BenchmarkRules/decide/half-2          	   10000	     33817 ns/op	      8000 cpu-ns/op
BenchmarkRules/cel/half-2             	   10000	     33817 ns/op	     80000 cpu-ns/op
BenchmarkRules/explain/half-2         	   10000	     33817 ns/op	    165000 cpu-ns/op
BenchmarkRulesCatalogue/10-2          	   10000	      1500 ns/op	       150.0 best-ns/rule	    90.00 compile-cpu-µs/rule	   1.500 kB/rule
BenchmarkRulesCatalogue/100-2         	   10000	      1500 ns/op	       150.0 best-ns/rule	    90.00 compile-cpu-µs/rule	   1.500 kB/rule
BenchmarkRulesCatalogue/1000-2        	   10000	      1500 ns/op	       150.0 best-ns/rule	    90.00 compile-cpu-µs/rule	   1.500 kB/rule
BenchmarkRulesCatalogue/10000-2       	      22	      1500 ns/op	       300.0 best-ns/rule	    95.00 compile-cpu-µs/rule	   1.600 kB/rule
BenchmarkRulesBulk/10000-2            	       2	 229066701 ns/op	  168876000 cpu-ns/op	  17.73 MB-before	   30.58 MB-peak
BenchmarkRulesBulk/100000-2           	       1	2000000000 ns/op	 3000000000 cpu-ns/op	  17.73 MB-before	   35.62 MB-peak
PASS
`
	r := newReport(options{}, measured{rules: &rulesFound{figures: readBenchmarks([]byte(printed)), peer: 600}})
	r.Cores = 2
	var table strings.Builder
	if err := r.writeTable(&table); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"rules, decision           CPU of ventanilla is 1.50 of bare CEL; goal at most 1.30: MISSED\n",
		"rules, decision           CPU of ventanilla is 0.10 of bare CEL with half of the facts unknown; 8.0 and 80.0 µs for 100 rules\n",
		"rules, decision           CPU of ventanilla is 0.03 of json-rules-engine; 15.0 and 600.0 µs for 100 rules\n",
		"rules, explanation        1.10; goal at most 1.00: MISSED\n",
		"165.0 of 150 µs for 100 rules, with half of the facts unknown; 30.0 with all known, which are decided in 15.0, by bare CEL in 10.0\n",
		"rules in bulk             0.80; goal at most 1.00: met\n",
		"2.00 of 2.5 s for 100,000 persons and 100 rules on 2 cores, 3.00 s of CPU; objects take at most 36 MB, with 10,000 persons 31, before 18\n",
		"rules of a catalogue      CPU of ventanilla is 2.00 of 100 rules, for each of 10000; 300 ns a rule and 150; to compile one takes 95 µs, and it holds 1.6 kB\n",
	} {
		if !strings.Contains(table.String(), want) {
			t.Errorf("the table lacks %q:\n%s", want, &table)
		}
	}
	if got := r.missed(); got != 2 {
		t.Errorf("%d goals missed, want 2", got)
	}
}
