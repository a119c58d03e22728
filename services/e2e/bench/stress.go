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
	crowdWork    = "crowd"
	slowWork     = "slow clients"

	// admitted is the admission limit under stress, queued how many requests may wait for it and patience how long, held how long others are kept from asking again,
	// overloaded how many times the peak is offered for so long.
	admitted     = 32
	queued       = 128
	patience     = 250 * time.Millisecond
	held         = 4 * patience
	overloaded   = 5
	peakTime     = 2 * time.Second
	overloadTime = 5 * time.Second
	// slowCount is how many slow clients there are while others send so many requests a second.
	slowCount     = 2000
	steadyRate    = 1000
	steadyTime    = 5 * time.Second
	steadyClients = 32
)

// ease is how many clients at once may show the peak.
var ease = []int{4, 8, 16, admitted}

// stress is what one run showed of the platform under stress.
type stress struct {
	// Peak is the most tokens a second that a few clients get.
	Peak float64 `json:"peak_per_second"`
	// Offered and Goodput are requests and tokens a second under overload; the rest was refused as documented.
	Offered float64 `json:"offered_per_second"`
	Goodput float64 `json:"goodput_per_second"`
	// Crowd is tokens a second when five times as many clients as are admitted or may wait ask on and on.
	Crowd float64 `json:"crowd_per_second"`
	// PeakCPU and CPU are the platform's processor time per 1000 tokens, at the peak and under overload with all
	// that refusing takes, in seconds. What else the machine does is not in them.
	PeakCPU float64 `json:"peak_cpu_seconds_per_1000"`
	CPU     float64 `json:"cpu_seconds_per_1000"`
	// RefusalCPU is that of 1000 refusals: what was taken under overload beyond the tokens at the peak's price.
	RefusalCPU float64 `json:"refusal_cpu_seconds_per_1000"`
	// P99 is of introspection at a steady rate without slow clients, in milliseconds, SlowP99 with them.
	P99     float64 `json:"p99_ms"`
	SlowP99 float64 `json:"slow_p99_ms"`
	// Busy and SlowBusy are how much of a core the platform then takes.
	Busy     float64 `json:"busy"`
	SlowBusy float64 `json:"slow_busy"`
}

// stress measures a process of its own, with an admission limit.
func (p platform) stress(ctx context.Context, work subject, runs int, progress func(string)) ([]stress, error) {
	var running sync.WaitGroup
	defer running.Wait()
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	p.more = []string{"--set", "edge.limits.concurrent=" + strconv.Itoa(admitted), "--set", "edge.limits.waiting=" + strconv.Itoa(queued), "--set", "edge.limits.wait=" + patience.String()}
	cores, err := newHalves()
	if err != nil {
		return nil, err
	}
	var server *server
	err = cores.apart(func() (err error) {
		server, _, err = p.start(ctx, &running)
		return err
	})
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
		if err := server.besideSlow(ctx, work, &one); err != nil {
			return nil, fmt.Errorf("loading %s beside slow clients: %w", server.name, err)
		}
		found = append(found, one)
	}
	return found, nil
}

// overload finds the peak of token issue and offers a multiple of it.
func (s *server) overload(ctx context.Context, work subject) (stress, error) {
	const unbounded = 1e9
	few, err := s.loader.wires(ctx, slices.Max(ease))
	if err != nil {
		return stress{}, err
	}
	defer hangUp(few)
	first, _, err := s.issueAt(ctx, work, few, 500, unbounded)
	if err != nil {
		return stress{}, err
	}
	var found stress
	for _, clients := range ease {
		peak, cpu, err := s.issueAt(ctx, work, few[:clients], int(first.goodput()*peakTime.Seconds()), unbounded)
		if err != nil {
			return stress{}, err
		}
		if peak.goodput() > found.Peak {
			found.Peak, found.PeakCPU = peak.goodput(), cpu.Seconds()/float64(peak.good)*1000
		}
	}
	if found.Crowd, err = s.crowd(ctx, work, found.Peak); err != nil {
		return stress{}, err
	}
	rate := overloaded * found.Peak
	many, err := s.loader.wires(ctx, int(1.5*rate*held.Seconds())) // enough while each waits for its refusal
	if err != nil {
		return stress{}, err
	}
	defer hangUp(many)
	flood, cpu, err := s.issueAt(ctx, work, many, int(rate*overloadTime.Seconds()), rate)
	if err != nil {
		return stress{}, err
	}
	found.Offered, found.Goodput = flood.offered(), flood.goodput()
	found.CPU = cpu.Seconds() / float64(flood.good) * 1000
	found.RefusalCPU = (cpu.Seconds()*1000 - found.PeakCPU*float64(flood.good)) / float64(max(flood.refused, 1))
	return found, nil
}

// crowd has many more clients than there is room for ask for tokens, each anew once it is answered.
func (s *server) crowd(ctx context.Context, work subject, peak float64) (float64, error) {
	many, err := s.loader.wires(ctx, overloaded*(admitted+queued))
	if err != nil {
		return 0, err
	}
	defer hangUp(many)
	// Those who are refused wait, and then ask again.
	asked := int((peak + float64(len(many))/held.Seconds()) * overloadTime.Seconds())
	found, _, err := s.issueAt(ctx, work, many, asked, 1e9)
	return found.goodput(), err
}

// issueAt asks for n tokens at a rate, and tells the processor time that it took the server.
func (s *server) issueAt(ctx context.Context, work subject, over []*wire, n int, rate float64) (outcome, time.Duration, error) {
	before, err := readCPU(s.pid)
	if err != nil {
		return outcome{}, 0, err
	}
	found, err := s.loader.runAt(ctx, over, issue(work.partner, make([]string, n)), n, rate)
	if err != nil {
		return outcome{}, 0, err
	}
	after, err := readCPU(s.pid)
	return found, after.since(before), err
}

// besideSlow measures the same steady load without slow clients and with them.
func (s *server) besideSlow(ctx context.Context, work subject, into *stress) error {
	few, err := s.loader.wires(ctx, steadyClients)
	if err != nil {
		return err
	}
	defer hangUp(few)
	if into.P99, into.Busy, err = s.steady(ctx, few, work); err != nil {
		return err
	}
	slow, err := s.loader.startSlow(ctx, slowCount)
	if err != nil {
		return err
	}
	defer slow.end()
	into.SlowP99, into.SlowBusy, err = s.steady(ctx, few, work)
	return err
}

// steady tells the p99 of requests at a steady rate, in milliseconds, and how much of a core the server is busy.
func (s *server) steady(ctx context.Context, over []*wire, work subject) (p99, busy float64, err error) {
	before, err := readCPU(s.pid)
	if err != nil {
		return 0, 0, err
	}
	found, err := s.loader.runAt(ctx, over, work.warm(), int(steadyRate*steadyTime.Seconds()), steadyRate)
	if err == nil && found.refused > 0 {
		err = fmt.Errorf("%d of %d were refused", found.refused, found.good+found.refused)
	}
	if err != nil {
		return 0, 0, err
	}
	after, err := readCPU(s.pid)
	if err != nil {
		return 0, 0, err
	}
	slices.Sort(found.latencies)
	return percentile(found.latencies, 99).Seconds() * 1000, after.since(before).Seconds() / found.wall.Seconds(), nil
}
