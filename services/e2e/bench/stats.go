package main

import (
	"cmp"
	"slices"
	"time"
)

// sample is what one run of one workload against one server showed.
type sample struct {
	// CPU is processor time per 1000 requests, in seconds.
	CPU float64 `json:"cpu_seconds_per_1000"`
	// Database is the same of a database server; 0 where there is none.
	Database float64 `json:"database_cpu_seconds_per_1000,omitempty"`
	// Rate is requests per second of wall time.
	Rate float64 `json:"requests_per_second"`
	// P50 and P99 are latency percentiles, in milliseconds.
	P50 float64 `json:"p50_ms"`
	P99 float64 `json:"p99_ms"`
}

// newSample sums up one run: the latency of each request, the run's wall time
// and the processor time that it and the database took. It sorts latencies.
func newSample(latencies []time.Duration, wall, cpu, database time.Duration) sample {
	slices.Sort(latencies)
	n := float64(len(latencies))
	return sample{
		CPU:      cpu.Seconds() / n * 1000,
		Database: database.Seconds() / n * 1000,
		Rate:     n / wall.Seconds(),
		P50:      percentile(latencies, 50).Seconds() * 1000,
		P99:      percentile(latencies, 99).Seconds() * 1000,
	}
}

// medians takes the median of each figure by itself; runs must not be empty.
func medians(runs []sample) sample {
	return sample{
		CPU:      median(runs, func(s sample) float64 { return s.CPU }),
		Database: median(runs, func(s sample) float64 { return s.Database }),
		Rate:     median(runs, func(s sample) float64 { return s.Rate }),
		P50:      median(runs, func(s sample) float64 { return s.P50 }),
		P99:      median(runs, func(s sample) float64 { return s.P99 }),
	}
}

// median is the middle value, or the mean of the two middle ones.
func median[T any](values []T, figure func(T) float64) float64 {
	figures := make([]float64, len(values))
	for i, v := range values {
		figures[i] = figure(v)
	}
	slices.Sort(figures)
	middle := len(figures) / 2
	if len(figures)%2 == 1 {
		return figures[middle]
	}
	return (figures[middle-1] + figures[middle]) / 2
}

// percentile is the nearest-rank percentile p, 1 to 100, of sorted values.
func percentile[T cmp.Ordered](sorted []T, p int) T {
	return sorted[(len(sorted)*p+99)/100-1]
}
