package main

import (
	"math"
	"testing"
)

func TestMannWhitney(t *testing.T) {
	for _, c := range []struct {
		name     string
		a, b     []float64
		share, p float64
	}{
		// As R's wilcox.test(a, b, exact = FALSE) and scipy.stats.mannwhitneyu(a, b, method="asymptotic") have it.
		{"apart", []float64{19, 22, 16, 29, 24}, []float64{20, 11, 17, 12}, 0.85, 0.11134688653314041},
		{"ties", []float64{1, 2, 2, 3}, []float64{2, 3, 3, 4}, 0.1875, 0.1720},
		{"equal", []float64{1, 1}, []float64{1, 1}, 0.5, 1},
	} {
		share, p := mannWhitney(c.a, c.b)
		if math.Abs(share-c.share) > 1e-9 || math.Abs(p-c.p) > 1e-3 {
			t.Errorf("%s: share %v, p %v", c.name, share, p)
		}
	}
}
