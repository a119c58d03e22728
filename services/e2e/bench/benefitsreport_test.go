package main

import (
	"strings"
	"testing"
)

func TestReportOfBenefits(t *testing.T) {
	found := &benefitsFound{
		citizens: 4000, rules: 56, answered: 15.2, bytes: 4300, calls: record{},
		bulk:   []bulk{{figures: sample{CPU: 0.3, Database: 0.1, Rate: 2000}, first: 70, most: 80, found: 15}},
		direct: []sample{{CPU: 0.05, Database: 0.15, Rate: 8000}},
	}
	for work, ours := range map[string]float64{warmBenefits: 1, coldBenefits: 1.5} {
		found.calls.add(work, platformName, sample{CPU: ours})
		found.calls.add(work, passThroughName, sample{CPU: 0.25})
		found.calls.add(work, bareHandlerName, sample{CPU: 0.05})
	}
	r := newReport(options{connections: 16}, measured{benefits: found})
	var table strings.Builder
	if err := r.writeTable(&table); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"benefits warm             CPU of ventanilla is 4.00 of pass-through; it reads facts of one of 4000 persons, enters the read and decides 56 benefits, of which 15 are told in 4.3 kB\n",
		"benefits cold             CPU of ventanilla is 6.00 of pass-through; ",
		"benefits cold             CPU of ventanilla is 1.50 of benefits warm; ",
		"benefits in bulk, person  CPU of ventanilla is 2.00 of reading the same facts with keyed SQL; 4000 persons, 56 benefits, of which a person may have 15: " +
			"2.0 s, 2000 persons a second; SQL alone 0.5 s; latencies are of 200 persons; anonymous memory of all roles at most 80 MB, 70 in the first tenth\n",
	} {
		if !strings.Contains(table.String(), want) {
			t.Errorf("the table lacks %q:\n%s", want, &table)
		}
	}
	if got := r.missed(); got != 0 {
		t.Errorf("%d goals missed", got)
	}
}
