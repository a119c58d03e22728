package main

import (
	"fmt"
	"time"

	"golang.org/x/sys/unix"
)

// cpuTimes is the user and system time that each process, all its threads
// together, has taken.
type cpuTimes map[int]time.Duration

// readCPU reads the clocks of processes. Those that have ended are left out, if
// any is left. The clock's number is as clock_getcpuclockid(3) of Linux makes it.
func readCPU(pids ...int) (cpuTimes, error) {
	const scheduler = 2 // CPUCLOCK_SCHED: the scheduler's exact count
	times := cpuTimes{}
	var ended error
	for _, pid := range pids {
		var t unix.Timespec
		if err := unix.ClockGettime(int32(^pid<<3|scheduler), &t); err != nil {
			ended = fmt.Errorf("reading the CPU clock of process %d: %w", pid, err)
			continue
		}
		times[pid] = time.Duration(t.Nano())
	}
	if len(times) == 0 {
		return nil, ended
	}
	return times, nil
}

// since is what all processes that are still there took since an earlier
// reading, in which new ones are missing.
func (t cpuTimes) since(earlier cpuTimes) (total time.Duration) {
	for pid, now := range t {
		total += now - earlier[pid]
	}
	return total
}
