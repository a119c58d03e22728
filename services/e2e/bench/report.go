package main

import (
	"encoding/json"
	"io"
	"runtime"
)

// Kinds of work, in the order of the report.
const (
	warmWork   = "introspection warm"
	coldWork   = "introspection cold"
	unseenWork = "introspection unseen"
	issueWork  = "token issue RS256-2048"
)

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

// report is all that one run of the bench found.
type report struct {
	Go          string       `json:"go"`
	Platform    string       `json:"platform"`
	Cores       int          `json:"cores"`
	Requests    int          `json:"requests"`
	Connections int          `json:"connections"`
	Database    string       `json:"database"`
	Rows        []row        `json:"rows"`
	Comparisons []comparison `json:"comparisons"`
}

// newReport sums up the runs, by kind of work and server.
func newReport(asked options, runs record) report {
	r := report{
		Go:          runtime.Version(),
		Platform:    runtime.GOOS + "/" + runtime.GOARCH,
		Cores:       runtime.GOMAXPROCS(0),
		Requests:    asked.requests,
		Connections: asked.connections,
		Database:    sqliteName,
	}
	if asked.postgres != "" {
		r.Database = postgresName
	}
	cpu := func(work, server string) float64 { return medians(runs[work][server]).CPU }
	for _, work := range []string{warmWork, coldWork, unseenWork, issueWork} {
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
	compare(issueWork, signatureName+" + "+passThroughName, cpu(issueWork, signatureName)+cpu(issueWork, passThroughName), 1.25, "")
	return r
}

// missed counts the goals that were not met.
func (r report) missed() int {
	n := 0
	for _, c := range r.Comparisons {
		if c.Missed {
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
