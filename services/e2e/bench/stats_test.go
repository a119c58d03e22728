package main

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func TestNewSample(t *testing.T) {
	latencies := make([]time.Duration, 200)
	for i := range latencies {
		latencies[len(latencies)-1-i] = time.Duration(i+1) * time.Millisecond
	}
	got := newSample(latencies, 4*time.Second, 100*time.Millisecond, 20*time.Millisecond)
	want := sample{CPU: 0.5, Database: 0.1, Rate: 50, P50: 100, P99: 198}
	if diff := cmp.Diff(want, got, cmpopts.EquateApprox(0, 1e-9)); diff != "" {
		t.Errorf("sample (-want +got):\n%s", diff)
	}
}

func TestPercentile(t *testing.T) {
	for _, c := range []struct {
		values []int
		p      int
		want   int
	}{
		{[]int{7}, 50, 7},
		{[]int{7}, 99, 7},
		{[]int{1, 2}, 50, 1},
		{[]int{1, 2}, 99, 2},
		{[]int{1, 2, 3, 4}, 50, 2},
		{[]int{1, 2, 3, 4}, 100, 4},
	} {
		if got := percentile(c.values, c.p); got != c.want {
			t.Errorf("percentile %d of %v: %d, want %d", c.p, c.values, got, c.want)
		}
	}
}

func TestMediansTakesEachFigureByItself(t *testing.T) {
	got := medians([]sample{
		{CPU: 3, Rate: 10, P50: 1, P99: 9},
		{CPU: 1, Rate: 30, P50: 2, P99: 8},
		{CPU: 2, Rate: 20, P50: 3, P99: 7},
	})
	if want := (sample{CPU: 2, Rate: 20, P50: 2, P99: 8}); got != want {
		t.Errorf("medians: %+v, want %+v", got, want)
	}
	if got := medians([]sample{{CPU: 1}, {CPU: 2}}).CPU; got != 1.5 {
		t.Errorf("median of two: %v, want 1.5", got)
	}
}
