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
	}, []stress{
		{Peak: 1000, Offered: 5000, Goodput: 950, P99: 2, SlowP99: 2.2},
		{Peak: 500, Offered: 2500, Goodput: 475, P99: 1, SlowP99: 1.5},
		{Peak: 1000, Offered: 5000, Goodput: 900, P99: 4, SlowP99: 9},
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
		"overload                0.95; goal at least 0.90: met\n",
		"goodput of token issue at 5.0 times the peak offered: 900 of 1000 a second; the rest refused with 429 or 503 and Retry-After; CPU s/1000 tokens 0.00, 0.00 at the peak\n",
		"slow clients            1.50; goal at most 1.20: MISSED\n",
	} {
		if !strings.Contains(table.String(), want) {
			t.Errorf("the table lacks %q:\n%s", want, &table)
		}
	}
	if got := r.missed(); got != 2 {
		t.Errorf("%d goals missed, want 2", got)
	}
}
