package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"golang.org/x/term"
)

// timeLimit bounds everything, so that a server that hangs ends the bench.
const timeLimit = 30 * time.Minute

// options are the flags.
type options struct {
	runs, requests, connections int
	// persons are those of the identity part and of the benefits part.
	persons int
	// backlog is how many parts wait in the dispatches part.
	backlog        int
	json, check    bool
	postgres, only string
}

func main() {
	ctx, cancel := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer cancel()
	if len(os.Args) == 2 && slices.Contains([]string{passThroughName, bareHandlerName, profilePassName, sessionPassName}, os.Args[1]) {
		exit(serveBaseline(ctx, os.Args[1], os.Stdin, os.Stdout))
		return
	}
	asked, err := parse(os.Args[1:])
	if err != nil {
		os.Exit(2)
	}
	ctx, cancelTimeout := context.WithTimeout(ctx, timeLimit)
	defer cancelTimeout()
	exit(run(ctx, asked))
}

func exit(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// parse reads the flags; the flag package has told what is wrong.
func parse(args []string) (options, error) {
	var asked options
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	number := func(name string, into *int, least, most int, usage string) {
		flags.Func(name, usage, func(text string) error {
			if _, err := fmt.Sscan(text, into); err != nil || *into < least || *into > most {
				return fmt.Errorf("must be %d to %d", least, most)
			}
			return nil
		})
	}
	count := func(name string, into *int, value, most int, usage string) {
		*into = value
		number(name, into, 1, most, fmt.Sprintf("%s, 1 to %d (default %d)", usage, most, value))
	}
	count("runs", &asked.runs, 5, 100, "runs of each kind of work on each server")
	count("requests", &asked.requests, 4000, 100_000, "requests of a run")
	count("connections", &asked.connections, 16, 256, "connections at once")
	number("persons", &asked.persons, fewestPersons, mostPersons, fmt.Sprintf("`persons` of the identity part, and of the benefits part, %d to %d (default %d with -only identity, %d with -only benefits, else %d)",
		fewestPersons, mostPersons, manyPersons, bulkCitizens, usualPersons))
	number("backlog", &asked.backlog, fewestWaiting, mostWaiting, fmt.Sprintf("`parts` that wait in the dispatches part, %d to %d (default %d with -only dispatches, else %d)",
		fewestWaiting, mostWaiting, manyWaiting, usualWaiting))
	flags.BoolVar(&asked.json, "json", false, "print JSON with every run in place of the table")
	flags.BoolVar(&asked.check, "check", false, "fail when a goal is missed")
	flags.StringVar(&asked.postgres, "postgres", "", "`URL` of an empty PostgreSQL database on this machine to use in place of SQLite")
	flags.Func("only", "measure one `part` only: cost (CPU and latency of each kind of work), stress (overload, slow clients), memory (of auth and gateway alone), identity (profiles, imports and cards), benefits (partners' call and decisions in bulk), dispatches (accept and delivery), sessions (operations, logins and pass keys) or rules (of benefits)", func(part string) error {
		if !slices.Contains(parts, part) {
			return fmt.Errorf("must be one of %s", strings.Join(parts, ", "))
		}
		asked.only = part
		return nil
	})
	err := flags.Parse(args)
	if asked.persons == 0 {
		asked.persons = usualPersons
		switch asked.only {
		case identityPart:
			asked.persons = manyPersons
		case benefitsPart:
			asked.persons = bulkCitizens
		}
	}
	if asked.backlog == 0 {
		asked.backlog = usualWaiting
		if asked.only == dispatchesPart {
			asked.backlog = manyWaiting
		}
	}
	return asked, err
}

// run starts the servers, measures them, stops them and prints the report.
func run(ctx context.Context, asked options) error {
	progress := func(string) {}
	if term.IsTerminal(int(os.Stderr.Fd())) {
		progress = func(now string) { fmt.Fprintf(os.Stderr, "\r\x1b[K%s", now) }
	}
	result, err := measureAll(ctx, asked, progress)
	progress("")
	if err != nil {
		return err
	}
	write := result.writeTable
	if asked.json {
		write = result.writeJSON
	}
	if err := write(os.Stdout); err != nil {
		return fmt.Errorf("writing the report: %w", err)
	}
	if missed := result.missed(); asked.check && missed > 0 {
		return fmt.Errorf("%d goals missed", missed)
	}
	return nil
}

// The parts of the bench.
const (
	costPart       = "cost"
	stressPart     = "stress"
	memoryPart     = "memory"
	identityPart   = "identity"
	benefitsPart   = "benefits"
	dispatchesPart = "dispatches"
	sessionsPart   = "sessions"
	rulesPart      = "rules"
)

var parts = []string{costPart, stressPart, memoryPart, identityPart, benefitsPart, dispatchesPart, sessionsPart, rulesPart}

// wants tells whether a part is to be measured.
func (o options) wants(part string) bool { return o.only == "" || o.only == part }

// measureAll measures the parts that are asked for.
func measureAll(ctx context.Context, asked options, progress func(string)) (report, error) {
	var result measured
	var err error
	if asked.wants(rulesPart) {
		if result.rules, err = measureRules(ctx, asked, progress); err != nil {
			return report{}, errors.Join(err, context.Cause(ctx))
		}
	}
	if asked.only != rulesPart {
		if err := measurePlatform(ctx, asked, &result, progress); err != nil {
			return report{}, errors.Join(err, context.Cause(ctx))
		}
	}
	return newReport(asked, result), nil
}

// measurePlatform measures what takes the platform's binary. It owns the folder that the servers work in.
func measurePlatform(ctx context.Context, asked options, result *measured, progress func(string)) error {
	dir, err := os.MkdirTemp("", "ventanilla-bench-")
	if err != nil {
		return fmt.Errorf("making a folder: %w", err)
	}
	defer os.RemoveAll(dir)
	progress("building " + platformName)
	platform, err := newPlatform(ctx, dir, asked)
	if err != nil {
		return err
	}
	for _, part := range []struct {
		name    string
		measure func() error
	}{
		{memoryPart, func() (err error) { result.memory, err = platform.memory(ctx, progress); return err }},
		{identityPart, func() (err error) { result.persons, err = platform.persons(ctx, asked, progress); return err }},
		{benefitsPart, func() (err error) { result.benefits, err = platform.benefits(ctx, asked, progress); return err }},
		{dispatchesPart, func() (err error) { result.dispatches, err = platform.dispatches(ctx, asked, progress); return err }},
		{sessionsPart, func() (err error) { result.sessions, err = platform.sessions(ctx, asked, progress); return err }},
	} {
		if !asked.wants(part.name) {
			continue
		}
		if err := part.measure(); err != nil {
			return err
		}
	}
	if slices.Contains([]string{memoryPart, identityPart, benefitsPart, dispatchesPart, sessionsPart}, asked.only) {
		return nil
	}
	progress("issuing tokens for a later process")
	work, reply, err := platform.firstLife(ctx, asked)
	if err != nil {
		return err
	}
	if asked.wants(costPart) {
		if result.costs, err = platform.cost(ctx, asked, work, reply, progress); err != nil {
			return err
		}
	}
	if asked.wants(stressPart) { // the last, for it leaves this process on some of the cores
		if result.stress, err = platform.stress(ctx, work, asked.runs, progress); err != nil {
			return err
		}
	}
	return nil
}

// cost measures the platform and the baselines in rounds. It owns the servers.
func (p platform) cost(ctx context.Context, asked options, work subject, reply answers, progress func(string)) (record, error) {
	var running sync.WaitGroup
	defer running.Wait()
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	progress("starting the servers")
	ours, _, err := p.start(ctx, &running)
	if err != nil {
		return nil, err
	}
	servers := []*server{ours}
	for _, name := range []string{passThroughName, bareHandlerName} {
		baseline, err := startBaseline(ctx, &running, name, reply, asked.connections)
		if err != nil {
			return nil, err
		}
		servers = append(servers, baseline)
	}
	return work.rounds(ctx, servers, asked, progress)
}
