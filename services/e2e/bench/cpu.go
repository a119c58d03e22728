package main

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"fmt"
	"os"
	"runtime"
	"time"

	"golang.org/x/sync/errgroup"
	"golang.org/x/sys/unix"
)

// cpuTime is the user and system time that all threads of a process have taken,
// ended ones too, in nanoseconds. The clock's number is as clock_getcpuclockid(3)
// of Linux makes it.
func cpuTime(pid int) (time.Duration, error) {
	const scheduler = 2 // CPUCLOCK_SCHED: the scheduler's exact count
	var t unix.Timespec
	if err := unix.ClockGettime(int32(^pid<<3|scheduler), &t); err != nil {
		return 0, fmt.Errorf("reading the CPU clock of process %d: %w", pid, err)
	}
	return time.Duration(t.Nano()), nil
}

// signatures makes n RS256-2048 signatures, on all cores as a loaded server
// does, and gives their figures.
func signatures(key *rsa.PrivateKey, n int) (sample, error) {
	digest := sha256.Sum256([]byte("header.payload"))
	latencies := make([]time.Duration, n)
	var group errgroup.Group
	group.SetLimit(runtime.GOMAXPROCS(0))
	before, err := cpuTime(os.Getpid())
	if err != nil {
		return sample{}, err
	}
	start := time.Now()
	for i := range n {
		group.Go(func() error {
			start := time.Now()
			_, err := rsa.SignPKCS1v15(rand.Reader, key, crypto.SHA256, digest[:])
			latencies[i] = time.Since(start)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return sample{}, fmt.Errorf("signing: %w", err)
	}
	wall := time.Since(start)
	after, err := cpuTime(os.Getpid())
	if err != nil {
		return sample{}, err
	}
	return newSample(latencies, wall, after-before), nil
}
