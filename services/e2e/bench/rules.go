package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
)

const (
	rulesPackage = "github.com/ventanilla/ventanilla/services/benefits/internal/rule"
	// peerFolder has the other rules engine, once `make bench` has installed it.
	peerFolder = "services/e2e/bench/peer"
	// rulesTime is how long each benchmark of rules runs, and peerTime that of the other engine in milliseconds.
	rulesTime = "300ms"
	peerTime  = "1000"
)

// rulesFound is what the rules part found.
type rulesFound struct {
	// figures has the medians of each benchmark of the rules' package, by its name and unit.
	figures map[string]map[string]float64
	// peer is what json-rules-engine takes for the same rules, in µs of CPU; 0 when it is not installed.
	peer float64
}

// measureRules runs the benchmarks of the rules' package, which only its own tests may import, and the other engine.
func measureRules(ctx context.Context, asked options, progress func(string)) (*rulesFound, error) {
	progress("measuring rules")
	command := exec.CommandContext(ctx, "go", "test", "-run", "^$", "-bench", "^BenchmarkRules", //nolint:gosec // numbers and names of our own
		"-benchtime", rulesTime, "-count", strconv.Itoa(asked.runs), "-timeout", timeLimit.String(), rulesPackage)
	command.Stderr = os.Stderr
	out, err := command.Output()
	if err != nil {
		return nil, fmt.Errorf("measuring rules: %w\n%s", err, out)
	}
	found := &rulesFound{figures: readBenchmarks(out)}
	eligible := found.figures["BenchmarkRules/decide/known"]["eligible"]
	if bare := found.figures["BenchmarkRules/cel/known"]["eligible"]; bare != eligible || eligible == 0 {
		return nil, fmt.Errorf("%.0f rules come out eligible, with bare CEL %.0f", eligible, bare)
	}
	progress("measuring json-rules-engine")
	peer, err := measurePeer(ctx)
	if err != nil || peer == nil {
		return found, err
	}
	if peer.Eligible != eligible {
		return nil, fmt.Errorf("%.0f rules come out eligible, with json-rules-engine %.0f", eligible, peer.Eligible)
	}
	found.peer = peer.CPU
	return found, nil
}

// readBenchmarks returns the medians of what `go test -bench` prints, by benchmark and unit.
func readBenchmarks(out []byte) map[string]map[string]float64 {
	runs := make(map[string]map[string][]float64)
	for lines := bufio.NewScanner(bytes.NewReader(out)); lines.Scan(); {
		words := strings.Fields(lines.Text())
		if len(words) < 4 || !strings.HasPrefix(words[0], "Benchmark") {
			continue
		}
		name := words[0]
		if cores := strings.LastIndexByte(name, '-'); cores > 0 {
			name = name[:cores]
		}
		if runs[name] == nil {
			runs[name] = make(map[string][]float64)
		}
		for figures := words[2:]; len(figures) >= 2; figures = figures[2:] {
			if value, err := strconv.ParseFloat(figures[0], 64); err == nil {
				runs[name][figures[1]] = append(runs[name][figures[1]], value)
			}
		}
	}
	medians := make(map[string]map[string]float64, len(runs))
	for name, units := range runs {
		medians[name] = make(map[string]float64, len(units))
		for unit, values := range units {
			medians[name][unit] = median(values, func(value float64) float64 { return value })
		}
	}
	return medians
}

// peerFigures is what the other engine's program prints.
type peerFigures struct {
	Eligible float64 `json:"eligible"`
	CPU      float64 `json:"cpu_us"`
}

// measurePeer measures the other engine; nil when it, or Node, is not installed.
func measurePeer(ctx context.Context) (*peerFigures, error) {
	if _, err := os.Stat(filepath.Join(peerFolder, "node_modules")); errors.Is(err, fs.ErrNotExist) {
		return nil, nil //nolint:nilnil // nothing to measure is no failure
	}
	command := exec.CommandContext(ctx, "node", "rules.mjs", peerTime)
	command.Dir, command.Stderr = peerFolder, os.Stderr
	out, err := command.Output()
	if errors.Is(err, exec.ErrNotFound) {
		return nil, nil //nolint:nilnil // nothing to measure is no failure
	}
	if err != nil {
		return nil, fmt.Errorf("measuring json-rules-engine: %w", err)
	}
	found := &peerFigures{}
	if err := json.Unmarshal(out, found); err != nil {
		return nil, fmt.Errorf("reading what json-rules-engine took: %w", err)
	}
	return found, nil
}
