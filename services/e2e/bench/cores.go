package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"runtime"
	"strconv"

	"golang.org/x/sys/unix"
)

// halves are the cores of a server and those of this process, so that neither takes the other's time. On a machine
// of one core both have it.
type halves struct{ server, own unix.CPUSet }

func newHalves() (halves, error) {
	var all unix.CPUSet
	if err := unix.SchedGetaffinity(0, &all); err != nil {
		return halves{}, fmt.Errorf("reading the cores: %w", err)
	}
	if all.Count() < 2 {
		return halves{all, all}, nil
	}
	var h halves
	for core, seen := 0, 0; seen < all.Count(); core++ {
		if !all.IsSet(core) {
			continue
		}
		if seen < all.Count()/2 {
			h.own.Set(core)
		} else {
			h.server.Set(core)
		}
		seen++
	}
	return h, nil
}

// apart moves this process to its own cores and starts a server on the others: a process has the cores of the
// thread that starts it.
func (h halves) apart(start func() error) error {
	threads, err := os.ReadDir("/proc/self/task")
	if err != nil {
		return fmt.Errorf("listing threads: %w", err)
	}
	for _, thread := range threads {
		id, err := strconv.Atoi(thread.Name())
		if err != nil {
			return fmt.Errorf("listing threads: %w", err)
		}
		if err := unix.SchedSetaffinity(id, &h.own); err != nil && !errors.Is(err, unix.ESRCH) && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("keeping to own cores: %w", err)
		}
	}
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	if err := unix.SchedSetaffinity(0, &h.server); err != nil {
		return fmt.Errorf("giving cores to the server: %w", err)
	}
	err = start()
	return errors.Join(err, unix.SchedSetaffinity(0, &h.own))
}
