package main

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"sync"
	"time"
)

const (
	overloadWork = "overload"
	slowWork     = "slow clients"

	// admitted is the admission limit under stress, overloaded how many times the peak is then offered, over
	// at most so many connections and for so long.
	admitted            = 32
	overloaded          = 5
	overloadConnections = 512
	overloadTime        = 4 * time.Second
	// slowCount is how many slow clients there are while others send so many requests a second.
	slowCount     = 2000
	steadyRate    = 200
	steadyTime    = 5 * time.Second
	steadyClients = 8
)

// stress is what one run showed of the platform under stress.
type stress struct {
	// Peak is the most tokens a second that a few clients get.
	Peak float64 `json:"peak_per_second"`
	// Offered and Goodput are requests and tokens a second under overload; the rest was refused as documented.
	Offered float64 `json:"offered_per_second"`
	Goodput float64 `json:"goodput_per_second"`
	// PeakCPU and CPU are the platform's processor time per 1000 tokens, at the peak and under overload with all
	// that refusing takes, in seconds. What else the machine does is not in them.
	PeakCPU float64 `json:"peak_cpu_seconds_per_1000"`
	CPU     float64 `json:"cpu_seconds_per_1000"`
	// P99 is of introspection at a steady rate without slow clients, in milliseconds, SlowP99 with them.
	P99     float64 `json:"p99_ms"`
	SlowP99 float64 `json:"slow_p99_ms"`
}

// stress measures a process of its own, with an admission limit.
func (p platform) stress(ctx context.Context, work subject, runs int, progress func(string)) ([]stress, error) {
	var running sync.WaitGroup
	defer running.Wait()
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	p.more = []string{"--set", "edge.limits.concurrent=" + strconv.Itoa(admitted)}
	server, _, err := p.start(ctx, &running)
	if err != nil {
		return nil, err
	}
	found := make([]stress, 0, runs)
	for run := range runs {
		progress(fmt.Sprintf("run %d of %d: %s", run+1, runs, overloadWork))
		one, err := server.overload(ctx, work)
		if err != nil {
			return nil, fmt.Errorf("overloading %s: %w", server.name, err)
		}
		progress(fmt.Sprintf("run %d of %d: %s", run+1, runs, slowWork))
		if err := server.loader.besideSlow(ctx, work, &one); err != nil {
			return nil, fmt.Errorf("loading %s beside slow clients: %w", server.name, err)
		}
		found = append(found, one)
	}
	return found, nil
}

// overload finds the peak of token issue and offers a multiple of it.
func (s *server) overload(ctx context.Context, work subject) (stress, error) {
	const unbounded = 1e9
	few, many := s.loader, s.loader.over(overloadConnections)
	defer many.client.CloseIdleConnections()
	if _, _, err := s.issueAt(ctx, work, few, 200, unbounded); err != nil {
		return stress{}, err
	}
	peak, peakCPU, err := s.issueAt(ctx, work, few, 2000, unbounded)
	if err != nil {
		return stress{}, err
	}
	if _, _, err := s.issueAt(ctx, work, many, 2*overloadConnections, unbounded); err != nil { // opens the connections
		return stress{}, err
	}
	rate := overloaded * peak.goodput()
	flood, cpu, err := s.issueAt(ctx, work, many, int(rate*overloadTime.Seconds()), rate)
	return stress{
		Peak: peak.goodput(), Offered: flood.offered(), Goodput: flood.goodput(), PeakCPU: peakCPU, CPU: cpu,
	}, err
}

// issueAt asks for n tokens at a rate, and tells the processor time per 1000 that were got.
func (s *server) issueAt(ctx context.Context, work subject, by *loader, n int, rate float64) (outcome, float64, error) {
	before, err := readCPU(s.pid)
	if err != nil {
		return outcome{}, 0, err
	}
	found, err := by.runAt(ctx, issue(work.partner, make([]string, n)), n, rate)
	if err != nil {
		return outcome{}, 0, err
	}
	after, err := readCPU(s.pid)
	return found, after.since(before).Seconds() / float64(found.good) * 1000, err
}

// besideSlow measures the same steady load without slow clients and with them.
func (l *loader) besideSlow(ctx context.Context, work subject, into *stress) error {
	few := l.over(steadyClients)
	defer few.client.CloseIdleConnections()
	steady := func() (float64, error) {
		found, err := few.runAt(ctx, work.warm(), int(steadyRate*steadyTime.Seconds()), steadyRate)
		if err == nil && found.refused > 0 {
			err = fmt.Errorf("%d of %d were refused", found.refused, found.good+found.refused)
		}
		if err != nil {
			return 0, err
		}
		slices.Sort(found.latencies)
		return percentile(found.latencies, 99).Seconds() * 1000, nil
	}
	var err error
	if into.P99, err = steady(); err != nil {
		return err
	}
	slow, err := l.startSlow(ctx, slowCount)
	if err != nil {
		return err
	}
	defer slow.end()
	into.SlowP99, err = steady()
	return err
}
