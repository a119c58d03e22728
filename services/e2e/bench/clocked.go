package main

import (
	"context"
	"os"
	"time"

	"golang.org/x/sync/errgroup"
)

// many does many things, and returns how long each took and all did.
type many func() (latencies []time.Duration, wall time.Duration, err error)

// clocked gives the figures of what is done, by the clocks of whoever does it.
func clocked(ctx context.Context, clock func(context.Context) (own, database cpuTimes, err error), do many) (sample, error) {
	own, database, err := clock(ctx)
	if err != nil {
		return sample{}, err
	}
	latencies, wall, err := do()
	if err != nil {
		return sample{}, err
	}
	ownAfter, databaseAfter, err := clock(ctx)
	if err != nil {
		return sample{}, err
	}
	return newSample(latencies, wall, ownAfter.since(own), databaseAfter.since(database)), nil
}

// ownCPU is the clock of this process.
func ownCPU(context.Context) (own, database cpuTimes, err error) {
	own, err = readCPU(os.Getpid())
	return own, nil, err
}

// each does things 0 to n-1, so many at once.
func each(ctx context.Context, atOnce, n int, do func(ctx context.Context, i int) error) many {
	return func() ([]time.Duration, time.Duration, error) {
		latencies := make([]time.Duration, n)
		group, ctx := errgroup.WithContext(ctx)
		group.SetLimit(atOnce)
		start := time.Now()
		for i := range n {
			group.Go(func() error {
				start := time.Now()
				err := do(ctx, i)
				latencies[i] = time.Since(start)
				return err
			})
		}
		err := group.Wait()
		return latencies, time.Since(start), err
	}
}
