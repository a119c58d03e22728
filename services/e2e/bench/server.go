package main

import (
	"context"
	"fmt"
	"os/exec"
	"sync"
	"syscall"
	"time"
)

// stopTimeout is how long a server may take to end before it is killed.
const stopTimeout = 15 * time.Second

// server is a running process that is measured.
type server struct {
	name   string
	pid    int
	loader *loader
	// database is the URL of the PostgreSQL server that works for it; empty for none.
	database string
	// ended closes when the process has ended.
	ended chan struct{}
}

// start starts a command, which is to end when the command's context does, and
// tells running when it has.
func start(command *exec.Cmd, running *sync.WaitGroup, name string) (*server, error) {
	command.Cancel = func() error { return command.Process.Signal(syscall.SIGTERM) }
	command.WaitDelay = stopTimeout
	if err := command.Start(); err != nil {
		return nil, fmt.Errorf("starting %s: %w", name, err)
	}
	s := &server{name: name, pid: command.Process.Pid, ended: make(chan struct{})}
	running.Go(func() {
		defer close(s.ended)
		_ = command.Wait() // however it ends: one that ended too early fails its requests
	})
	return s, nil
}

// measure sends requests 0 to n-1 of a workload and returns their figures.
// Before that, unmeasured, it opens the connections with some of warmUp.
func (s *server) measure(ctx context.Context, work, warmUp workload, n int) (sample, error) {
	const warmUpPerConnection = 4
	if _, _, err := s.loader.run(ctx, warmUp, warmUpPerConnection*s.loader.connections); err != nil {
		return sample{}, fmt.Errorf("warming up %s: %w", s.name, err)
	}
	figures, err := clocked(ctx, s.cpu, func() ([]time.Duration, time.Duration, error) { return s.loader.run(ctx, work, n) })
	if err != nil {
		return sample{}, fmt.Errorf("loading %s: %w", s.name, err)
	}
	return figures, nil
}

// cpu reads the clocks of the server's own process and of its database's.
func (s *server) cpu(ctx context.Context) (own, database cpuTimes, err error) {
	if s.database != "" {
		pids, err := postgresPIDs(ctx, s.database)
		if err != nil {
			return nil, nil, err
		}
		if database, err = readCPU(pids...); err != nil {
			return nil, nil, err
		}
	}
	own, err = readCPU(s.pid)
	return own, database, err
}
