package main

import (
	"encoding/json"
	"fmt"
	"io"
	"runtime"
)

// Kinds of work, in the order of the report.
const (
	warmWork    = "introspection warm"
	coldWork    = "introspection cold"
	unseenWork  = "introspection unseen"
	callersWork = "introspection new caller"
	signedWork  = "introspection signed"
	issueWork   = "token issue RS256-2048"
	issueES256  = "token issue ES256"
	issueEdDSA  = "token issue EdDSA"
)

var works = []string{warmWork, coldWork, unseenWork, callersWork, signedWork, issueWork, issueES256, issueEdDSA}

// Databases of the platform. SQLite is inside its process.
const (
	sqliteName   = "SQLite"
	postgresName = "PostgreSQL"
)

// row is one kind of work on one server.
type row struct {
	Work   string `json:"work"`
	Server string `json:"server"`
	// Median is each figure's median over Runs.
	Median sample   `json:"median"`
	Runs   []sample `json:"runs"`
}

// comparison is of ventanilla's CPU per request with its baselines'.
type comparison struct {
	Work  string  `json:"work"`
	Of    string  `json:"of"`
	Ratio float64 `json:"ratio"`
	// Limit is the goal, the most that the ratio may be; 0 for none.
	Limit  float64 `json:"limit,omitempty"`
	Missed bool    `json:"missed,omitempty"`
	// Note tells what the work includes.
	Note string `json:"note,omitempty"`
}

// endurance is how much of what the platform does at ease is left under stress, or how much longer it takes.
type endurance struct {
	Work  string  `json:"work"`
	Ratio float64 `json:"ratio"`
	// AtLeast or AtMost is the goal.
	AtLeast float64 `json:"at_least,omitempty"`
	AtMost  float64 `json:"at_most,omitempty"`
	Missed  bool    `json:"missed,omitempty"`
	// Note gives the figures, each the median of the runs.
	Note string `json:"note"`
}

// report is all that one run of the bench found.
type report struct {
	Go          string       `json:"go"`
	Platform    string       `json:"platform"`
	Cores       int          `json:"cores"`
	Runs        int          `json:"runs"`
	Requests    int          `json:"requests"`
	Connections int          `json:"connections"`
	Database    string       `json:"database"`
	Rows        []row        `json:"rows"`
	Comparisons []comparison `json:"comparisons"`
	Endurance   []endurance  `json:"endurance"`
	Stress      []stress     `json:"stress"`
	Memory      []memory     `json:"memory"`
	Tellings    []telling    `json:"tellings,omitempty"`
}

// measured is what the parts of the bench found; what was not asked for is empty.
type measured struct {
	costs  record
	stress []stress
	memory []memory
	// persons is nil when it was not asked for.
	persons *personsFound
	// benefits is nil when it was not asked for.
	benefits *benefitsFound
	// dispatches is nil when it was not asked for.
	dispatches *dispatchesFound
	// sessions is nil when it was not asked for.
	sessions *sessionsFound
	// rules is nil when it was not asked for.
	rules *rulesFound
}

// newReport sums up the runs, by kind of work and server.
func newReport(asked options, found measured) report {
	r := report{
		Go:          runtime.Version(),
		Platform:    runtime.GOOS + "/" + runtime.GOARCH,
		Cores:       runtime.NumCPU(),
		Runs:        asked.runs,
		Requests:    asked.requests,
		Connections: asked.connections,
		Database:    sqliteName,
		Memory:      found.memory,
	}
	if asked.postgres != "" {
		r.Database = postgresName
	}
	if len(found.stress) > 0 {
		r.Stress, r.Endurance = found.stress, endured(found.stress)
	}
	if len(found.costs) > 0 {
		r.compare(found.costs)
	}
	if found.persons != nil {
		r.addPersons(*found.persons)
	}
	if found.benefits != nil {
		r.addBenefits(*found.benefits)
	}
	if found.dispatches != nil {
		r.addDispatches(*found.dispatches)
	}
	if found.sessions != nil {
		r.addSessions(*found.sessions)
	}
	if found.rules != nil {
		r.addRules(*found.rules)
	}
	return r
}

// compare fills in what the rounds showed.
func (r *report) compare(runs record) {
	cpu := func(work, server string) float64 { return medians(runs[work][server]).CPU }
	for _, work := range works {
		for _, server := range []string{platformName, passThroughName, bareHandlerName, signatureName} {
			if samples := runs[work][server]; len(samples) > 0 {
				r.Rows = append(r.Rows, row{work, server, medians(samples), samples})
			}
		}
	}
	compare := func(work, of string, baseline, limit float64, note string) {
		ratio := cpu(work, platformName) / baseline
		r.Comparisons = append(r.Comparisons, comparison{work, of, ratio, limit, limit > 0 && ratio > limit, note})
	}
	compare(warmWork, passThroughName, cpu(warmWork, passThroughName), 1.5, "")
	compare(coldWork, passThroughName, cpu(coldWork, passThroughName), 1.5, "")
	compare(unseenWork, passThroughName, cpu(unseenWork, passThroughName), 0, "signature verified")
	compare(callersWork, "2 × "+passThroughName, 2*cpu(warmWork, passThroughName), 0, "each caller's token exchanged, its signature verified")
	compare(signedWork, signatureName+" + "+warmWork, cpu(issueWork, signatureName)+cpu(warmWork, platformName), 0, "RS256-2048")
	compare(issueWork, signatureName+" + "+passThroughName, cpu(issueWork, signatureName)+cpu(issueWork, passThroughName), 1.25, "")
	for _, work := range []string{issueES256, issueEdDSA} {
		compare(work, signatureName+" + "+passThroughName, cpu(work, signatureName)+cpu(issueWork, passThroughName), 0, "signatures cost little: the rest is what all issue has")
	}
}

// endured sums up the runs under stress. Ratios are of figures of the same run.
func endured(runs []stress) []endurance {
	figure := func(of func(stress) float64) float64 { return median(runs, of) }
	kept := figure(func(s stress) float64 { return s.Goodput / s.Peak })
	crowded := figure(func(s stress) float64 { return s.Crowd / s.Peak })
	slowed := figure(func(s stress) float64 { return s.SlowP99 / s.P99 })
	return []endurance{{
		Work: crowdWork, Ratio: crowded, AtLeast: 0.9, Missed: crowded < 0.9,
		Note: fmt.Sprintf("goodput of token issue with %d clients, five times as many as are admitted or may wait, which ask on and on: %.0f of %.0f a second; the rest refused with 429 or 503 and Retry-After",
			overloaded*(admitted+queued), figure(func(s stress) float64 { return s.Crowd }), figure(func(s stress) float64 { return s.Peak })),
	}, {
		Work: overloadWork, Ratio: kept, AtLeast: 0.9, Missed: kept < 0.9,
		Note: fmt.Sprintf("goodput of token issue at %.1f times the peak offered: %.0f of %.0f a second; the rest refused with 429 or 503 and Retry-After; CPU s/1000 tokens %.2f, %.2f at the peak; CPU s/1000 refusals %.3f",
			figure(func(s stress) float64 { return s.Offered / s.Peak }),
			figure(func(s stress) float64 { return s.Goodput }), figure(func(s stress) float64 { return s.Peak }),
			figure(func(s stress) float64 { return s.CPU }), figure(func(s stress) float64 { return s.PeakCPU }), figure(func(s stress) float64 { return s.RefusalCPU })),
	}, {
		Work: slowWork, Ratio: slowed, AtMost: 1.2, Missed: slowed > 1.2,
		Note: fmt.Sprintf("p99 of introspection at %d a second beside %d slow connections: %.2f ms, %.2f without; of a core busy %.2f, %.2f without",
			steadyRate, slowCount, figure(func(s stress) float64 { return s.SlowP99 }), figure(func(s stress) float64 { return s.P99 }),
			figure(func(s stress) float64 { return s.SlowBusy }), figure(func(s stress) float64 { return s.Busy })),
	}}
}

// missed counts the goals that were not met.
func (r report) missed() int {
	n := 0
	for _, c := range r.Comparisons {
		if c.Missed {
			n++
		}
	}
	for _, e := range r.Endurance {
		if e.Missed {
			n++
		}
	}
	for _, m := range r.Memory {
		if m.Worked.All > memoryGoal {
			n++
		}
	}
	return n
}

func (r report) writeJSON(w io.Writer) error {
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", "  ")
	return encoder.Encode(r)
}
