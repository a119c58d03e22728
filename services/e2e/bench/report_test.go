package main

import "testing"

func TestGoalsAreRatiosOfMedianCPU(t *testing.T) {
	cpu := func(values ...float64) (runs []sample) {
		for _, v := range values {
			runs = append(runs, sample{CPU: v})
		}
		return runs
	}
	r := newReport(options{}, record{
		warmWork:  {platformName: cpu(0.15, 9, 0.1), passThroughName: cpu(0.1, 0.1, 9)},
		coldWork:  {platformName: cpu(0.16), passThroughName: cpu(0.1)},
		issueWork: {platformName: cpu(1.5), passThroughName: cpu(0.2), signatureName: cpu(1)},
	})
	want := []struct {
		work string
		met  bool
	}{{warmWork, true}, {coldWork, false}, {issueWork, true}}
	for i, g := range r.Goals {
		if g.Work != want[i].work || g.Met != want[i].met {
			t.Errorf("goal %d: %+v, want %+v", i, g, want[i])
		}
	}
	if got := r.Goals[2].Ratio; got != 1.25 {
		t.Errorf("ratio of token issue: %v, want 1.25", got)
	}
	if got := r.missed(); got != 1 {
		t.Errorf("%d goals missed, want 1", got)
	}
}
