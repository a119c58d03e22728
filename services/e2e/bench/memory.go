package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
)

// memoryRequests are made before memory is read a second time: as many tokens issued as introspected.
const memoryRequests = 20_000

// memoryGoal is what a role alone may hold, in MB.
const memoryGoal = 40

// memory is what a role alone holds, in MB.
type memory struct {
	Role string `json:"role"`
	// Start and Worked are the resident memory when it is ready and after the requests.
	Start  resident `json:"start"`
	Worked resident `json:"worked"`
}

// resident is a process's memory, in MB; Own is what is not of a file, as the pages of the program are, which
// all processes share and the kernel may drop.
type resident struct {
	All float64 `json:"rss"`
	Own float64 `json:"anonymous"`
}

// memory measures auth and gateway as processes of their own.
func (p platform) memory(ctx context.Context, progress func(string)) ([]memory, error) {
	var running sync.WaitGroup
	defer running.Wait()
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	progress("starting the roles")
	auth, gateway, clients, err := p.startRoles(ctx, &running)
	if err != nil {
		return nil, err
	}
	roles := []*server{auth, gateway}
	found := make([]memory, len(roles))
	for i, role := range roles {
		found[i].Role = role.name
		if found[i].Start, err = readMemory(role.pid); err != nil {
			return nil, err
		}
	}
	progress("requests of the roles")
	work, _, err := prepare(ctx, gateway.loader, clients)
	if err != nil {
		return nil, err
	}
	tokens := make([]string, memoryRequests/2)
	for _, kind := range []workload{issue(work.partner, tokens), work.once(tokens)} {
		if _, _, err := gateway.loader.run(ctx, kind, len(tokens)); err != nil {
			return nil, fmt.Errorf("loading the roles: %w", err)
		}
	}
	for i, role := range roles {
		if found[i].Worked, err = readMemory(role.pid); err != nil {
			return nil, err
		}
	}
	return found, nil
}

func readMemory(pid int) (resident, error) {
	found, err := readStatus(pid)
	return resident{found["VmRSS"], found["RssAnon"]}, err
}

// readPeak tells the most that was resident, in MB.
func readPeak(pid int) (float64, error) {
	found, err := readStatus(pid)
	return found["VmHWM"], err
}

// readStatus reads the amounts of memory in a process's status, in MB.
func readStatus(pid int) (map[string]float64, error) {
	status, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "status"))
	if err != nil {
		return nil, fmt.Errorf("reading a process's memory: %w", err)
	}
	found := map[string]float64{}
	for line := range strings.Lines(string(status)) {
		name, value, _ := strings.Cut(line, ":")
		words := strings.Fields(value)
		if len(words) != 2 || words[1] != "kB" {
			continue
		}
		kib, err := strconv.Atoi(words[0])
		if err != nil {
			return nil, fmt.Errorf("reading a process's memory: %w", err)
		}
		found[name] = float64(kib) * 1024 / 1e6
	}
	return found, nil
}
