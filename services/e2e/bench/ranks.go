package main

import (
	"cmp"
	"math"
	"slices"
)

// mannWhitney is the test of that name: share is that of the pairs of one of a and one of b in which that of a is more, ties counted half, and p how
// likely a share at least as far from one half is where both are of one distribution. p is by the normal approximation, corrected for ties and continuity, which
// is good for 20 of each or more.
func mannWhitney[T cmp.Ordered](a, b []T) (share, p float64) {
	type value struct {
		of T
		a  bool
	}
	all := make([]value, 0, len(a)+len(b))
	for _, v := range a {
		all = append(all, value{v, true})
	}
	for _, v := range b {
		all = append(all, value{v, false})
	}
	slices.SortFunc(all, func(x, y value) int { return cmp.Compare(x.of, y.of) })
	var ranks, ties float64
	for first := 0; first < len(all); {
		end := first
		for end < len(all) && all[end].of == all[first].of {
			end++
		}
		for _, v := range all[first:end] {
			if v.a {
				ranks += float64(first+end+1) / 2 // the mean rank of the tied
			}
		}
		tied := float64(end - first)
		ties += tied*tied*tied - tied
		first = end
	}
	n, m := float64(len(a)), float64(len(b))
	u := ranks - n*(n+1)/2
	sigma := math.Sqrt(n * m / 12 * (n + m + 1 - ties/((n+m)*(n+m-1))))
	if sigma == 0 {
		return 0.5, 1
	}
	z := max(0, math.Abs(u-n*m/2)-0.5) / sigma
	return u / (n * m), math.Erfc(z / math.Sqrt2)
}
