package main

import (
	"encoding/json"
	"fmt"
	"io"
	"runtime"
	"strconv"
	"strings"
)

// Kinds of work, in the order of the report.
const (
	issueWork = "token issue RS256-2048"
	coldWork  = "introspection cold"
	warmWork  = "introspection warm"
)

// Databases of the platform. SQLite is inside its process.
const (
	sqliteName   = "SQLite"
	postgresName = "PostgreSQL"
)

// references are facts from elsewhere, for comparison only.
const references = `For comparison, measured elsewhere on a machine of this kind, CPU s per 1000: Ory Hydra 26.2
introspection 0.73-0.83 (+0.25 database; 1,600-1,850/s; no caller authentication), client-credentials
token RS256-2048 3.5 with its weakest secret hash, 8.5 with its default.
`

// row is one kind of work on one server.
type row struct {
	Work   string `json:"work"`
	Server string `json:"server"`
	// Median is each figure's median over Runs.
	Median sample   `json:"median"`
	Runs   []sample `json:"runs"`
}

// goal compares ventanilla's CPU per request with its baselines'.
type goal struct {
	Work  string  `json:"work"`
	Of    string  `json:"of"`
	Ratio float64 `json:"ratio"`
	Limit float64 `json:"limit"`
	Met   bool    `json:"met"`
}

// report is all that one run of the bench found.
type report struct {
	Go          string `json:"go"`
	Platform    string `json:"platform"`
	Cores       int    `json:"cores"`
	Requests    int    `json:"requests"`
	Connections int    `json:"connections"`
	Database    string `json:"database"`
	Rows        []row  `json:"rows"`
	Goals       []goal `json:"goals"`
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
	for _, work := range []string{warmWork, coldWork, issueWork} {
		for _, server := range []string{platformName, passThroughName, bareHandlerName, signatureName} {
			if samples := runs[work][server]; len(samples) > 0 {
				r.Rows = append(r.Rows, row{work, server, medians(samples), samples})
			}
		}
	}
	aim := func(work, of string, limit, baseline float64) {
		ratio := cpu(work, platformName) / baseline
		r.Goals = append(r.Goals, goal{work, of, ratio, limit, ratio <= limit})
	}
	aim(warmWork, passThroughName, 1.5, cpu(warmWork, passThroughName))
	aim(coldWork, passThroughName, 1.5, cpu(coldWork, passThroughName))
	aim(issueWork, signatureName+" + "+passThroughName, 1.25, cpu(issueWork, signatureName)+cpu(issueWork, passThroughName))
	return r
}

// databaseColumn tells the database's CPU, or that it is in the server's.
func (r report) databaseColumn(of row) string {
	switch {
	case of.Server != platformName:
		return "-"
	case r.Database == sqliteName:
		return "inside"
	}
	return strconv.FormatFloat(of.Median.Database, 'f', 3, 64)
}

// missed counts the goals that were not met.
func (r report) missed() int {
	n := 0
	for _, g := range r.Goals {
		if !g.Met {
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

func (r report) writeTable(w io.Writer) error {
	const line = "%-24s%-14s%12s%12s%12s%10s%10s\n"
	var text strings.Builder
	fmt.Fprintf(&text, "%d requests a run over %d connections, median of %d runs; on %s; %s, %s, %d cores\n\n",
		r.Requests, r.Connections, len(r.Rows[0].Runs), r.Database, r.Go, r.Platform, r.Cores)
	fmt.Fprintf(&text, line, "work", "server", "CPU s/1000", "database", "requests/s", "p50 ms", "p99 ms")
	number := func(value float64, digits int) string { return strconv.FormatFloat(value, 'f', digits, 64) }
	for _, row := range r.Rows {
		m := row.Median
		fmt.Fprintf(&text, line, row.Work, row.Server, number(m.CPU, 3), r.databaseColumn(row), number(m.Rate, 0), number(m.P50, 2), number(m.P99, 2))
	}
	text.WriteByte('\n')
	for _, g := range r.Goals {
		verdict := "met"
		if !g.Met {
			verdict = "MISSED"
		}
		fmt.Fprintf(&text, "%-24sCPU of %s is %.2f of %s; goal at most %.2f: %s\n", g.Work, platformName, g.Ratio, g.Of, g.Limit, verdict)
	}
	text.WriteString("\n" + references)
	_, err := io.WriteString(w, text.String())
	return err
}
