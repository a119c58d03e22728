package main

import (
	"strings"
	"testing"
)

func TestComparisonsAreRatiosOfMedianCPU(t *testing.T) {
	cpu := func(values ...float64) (runs []sample) {
		for _, v := range values {
			runs = append(runs, sample{CPU: v})
		}
		return runs
	}
	r := newReport(options{}, record{
		warmWork:   {platformName: cpu(0.15, 9, 0.1), passThroughName: cpu(0.1, 0.1, 9)},
		coldWork:   {platformName: cpu(0.16), passThroughName: cpu(0.1)},
		unseenWork: {platformName: cpu(0.2), passThroughName: cpu(0.1)},
		issueWork:  {platformName: cpu(1.5), passThroughName: cpu(0.2), signatureName: cpu(1)},
	})
	var table strings.Builder
	if err := r.writeTable(&table); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"introspection warm      CPU of ventanilla is 1.50 of pass-through; goal at most 1.50: met\n",
		"introspection cold      CPU of ventanilla is 1.60 of pass-through; goal at most 1.50: MISSED\n",
		"introspection unseen    CPU of ventanilla is 2.00 of pass-through; signature verified\n",
		"token issue RS256-2048  CPU of ventanilla is 1.25 of raw signature + pass-through; goal at most 1.25: met\n",
	} {
		if !strings.Contains(table.String(), want) {
			t.Errorf("the table lacks %q:\n%s", want, &table)
		}
	}
	if got := r.missed(); got != 1 {
		t.Errorf("%d goals missed, want 1", got)
	}
}
