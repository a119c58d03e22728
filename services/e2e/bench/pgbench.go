package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// pgbenchName stands in for a server in the rows of PostgreSQL's own benchmark.
const pgbenchName = "pgbench"

// pgbench measures the same rows, one dispatch to a transaction, committed by PostgreSQL's own benchmark with prepared statements.
func (m *dispatchesMeasure) pgbench(ctx context.Context, clients, n int) (sample, error) {
	dir, err := os.MkdirTemp(m.dir, "pgbench-")
	if err != nil {
		return sample{}, fmt.Errorf("making a folder: %w", err)
	}
	defer os.RemoveAll(dir)
	script := filepath.Join(dir, "script.sql")
	if err := os.WriteFile(script, []byte(m.pgbenchScript()), 0o600); err != nil {
		return sample{}, fmt.Errorf("writing the script of pgbench: %w", err)
	}
	args := []string{
		"--no-vacuum", "--protocol", "prepared", "--client", strconv.Itoa(clients), "--jobs", strconv.Itoa(min(clients, 2)),
		"--transactions", strconv.Itoa(max(1, n/clients)), "--file", script, "--log", "--log-prefix", filepath.Join(dir, "log"),
		"--define", "n=0", "--define", fmt.Sprintf("first=%d", int64(1e16)+int64(m.numbers(n))*1e6), m.postgres,
	}
	command := exec.CommandContext(ctx, "pgbench", args...) //nolint:gosec // a program of PostgreSQL's
	command.Env = append(os.Environ(), "PGOPTIONS=-c search_path="+dispatchesSchema)
	return clocked(ctx, m.clock(os.Getpid()), func() ([]time.Duration, time.Duration, error) {
		if said, err := command.CombinedOutput(); err != nil {
			return nil, 0, fmt.Errorf("running pgbench: %w\n%s", err, said)
		}
		return readPgbench(dir)
	})
}

// pgbenchScript is a transaction. Identifiers are as long as accept's, and grow.
func (m *dispatchesMeasure) pgbenchScript() string {
	w, now := tomorrow(), time.Now().UnixMilli()
	id, due, expires := `('019b0000-0000-7000-' || :id)`, w.due.UnixMilli(), time.Now().Add(48*time.Hour).UnixMilli()
	return `\set n :n + 1
\set id :first + :client_id * 10000000 + :n
BEGIN;
` + strings.Join([]string{
		fmt.Sprintf(`%s VALUES (%s, %d, %d, 'production', '%s', '', '%s', '%s', '%[7]s', 1, %[8]d, %[9]d, %[10]d, %[8]d, 3600000)`,
			flat(dispatchRows.Head), id, m.to.id, m.to.service, m.to.destination, strings.Repeat("0", 64), w.status, now, due, expires),
		fmt.Sprintf(`%s VALUES (%s, '%s')`, flat(contentRows.Head), id, strings.ReplaceAll(body(w.channel, m.entered), ":", "")),
		fmt.Sprintf(`%s VALUES (%s, 1, 'production', '%s', 0, '%s', '', %d, %d)`, flat(partRows.Head), id, w.channel, w.status, due, expires),
	}, ";\n") + ";\nEND;\n"
}

// flat is a statement in one line.
func flat(text string) string { return strings.Join(strings.Fields(text), " ") }

// readPgbench reads the logs of pgbench's threads: a line for each transaction, with its latency and its end in microseconds.
func readPgbench(dir string) (latencies []time.Duration, wall time.Duration, err error) {
	files, err := filepath.Glob(filepath.Join(dir, "log.*"))
	if err != nil {
		return nil, 0, err
	}
	var first, last time.Duration
	for _, name := range files {
		file, err := os.Open(name)
		if err != nil {
			return nil, 0, fmt.Errorf("reading the log of pgbench: %w", err)
		}
		defer file.Close()
		for lines := bufio.NewScanner(file); lines.Scan(); {
			var client, number, taken, script, seconds, micros int64
			if _, err := fmt.Sscan(lines.Text(), &client, &number, &taken, &script, &seconds, &micros); err != nil {
				return nil, 0, fmt.Errorf("reading the log of pgbench: %w", err)
			}
			latency := time.Duration(taken) * time.Microsecond
			end := time.Duration(seconds)*time.Second + time.Duration(micros)*time.Microsecond
			if len(latencies) == 0 || end-latency < first {
				first = end - latency
			}
			last = max(last, end)
			latencies = append(latencies, latency)
		}
	}
	if len(latencies) == 0 {
		return nil, 0, errors.New("the log of pgbench is empty")
	}
	return latencies, last - first, nil
}
