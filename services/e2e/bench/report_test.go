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
	r := newReport(options{}, measured{costs: record{
		warmWork:    {platformName: cpu(0.15, 9, 0.1), passThroughName: cpu(0.1, 0.1, 9)},
		coldWork:    {platformName: cpu(0.16), passThroughName: cpu(0.1)},
		unseenWork:  {platformName: cpu(0.2), passThroughName: cpu(0.1)},
		issueWork:   {platformName: cpu(1.5), passThroughName: cpu(0.2), signatureName: cpu(1)},
		issueES256:  {platformName: cpu(0.5), signatureName: cpu(0.05)},
		issueEdDSA:  {platformName: cpu(0.5), signatureName: cpu(0.05)},
		callersWork: {platformName: cpu(0.4)},
		signedWork:  {platformName: cpu(1.2)},
	}, stress: []stress{
		{Peak: 1000, Offered: 5000, Goodput: 950, Crowd: 990, P99: 2, SlowP99: 2.2},
		{Peak: 500, Offered: 2500, Goodput: 475, Crowd: 400, P99: 1, SlowP99: 1.5},
		{Peak: 1000, Offered: 5000, Goodput: 900, Crowd: 980, P99: 4, SlowP99: 9},
	}, memory: []memory{{Role: "auth", Start: resident{30, 10}, Worked: resident{50.04, 20}}, {Role: "gateway", Worked: resident{All: 40}}}})
	var table strings.Builder
	if err := r.writeTable(&table); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"introspection warm        CPU of ventanilla is 1.50 of pass-through; goal at most 1.50: met\n",
		"introspection cold        CPU of ventanilla is 1.60 of pass-through; goal at most 1.50: MISSED\n",
		"introspection unseen      CPU of ventanilla is 2.00 of pass-through; signature verified\n",
		"token issue RS256-2048    CPU of ventanilla is 1.25 of raw signature + pass-through; goal at most 1.25: met\n",
		"introspection new caller  CPU of ventanilla is 2.00 of 2 × pass-through; ",
		"token issue ES256         CPU of ventanilla is 2.00 of raw signature + pass-through; ",
		"crowd                     0.98; goal at least 0.90: met\n",
		"goodput of token issue with 800 clients, five times as many as are admitted or may wait, which ask on and on: 980 of 1000 a second; ",
		"overload                  0.95; goal at least 0.90: met\n",
		"goodput of token issue at 5.0 times the peak offered: 900 of 1000 a second; the rest refused with 429 or 503 and Retry-After; CPU s/1000 tokens 0.00, 0.00 at the peak; CPU s/1000 refusals 0.000\n",
		"memory of auth            50.0 MB after 20000 requests, 30.0 when started; goal at most 40: MISSED\n",
		"anonymous, no pages of the program: 20.0, 10.0 when started\n",
		"memory of gateway         40.0 MB after 20000 requests, 0.0 when started; goal at most 40: met\n",
		"slow clients              1.50; goal at most 1.20: MISSED\n",
	} {
		if !strings.Contains(table.String(), want) {
			t.Errorf("the table lacks %q:\n%s", want, &table)
		}
	}
	if got := r.missed(); got != 3 {
		t.Errorf("%d goals missed, want 3", got)
	}
}
