package main

import (
	"fmt"
	"io"
	"strconv"
	"strings"
)

// references are facts from elsewhere, for comparison only.
const references = `For comparison, measured elsewhere on a machine of this kind, CPU s per 1000: Ory Hydra 26.2
introspection 0.73-0.83 (+0.25 database; 1,600-1,850/s; no caller authentication), client-credentials
token RS256-2048 3.5 with its weakest secret hash, 8.5 with its default.
`

func (r report) writeTable(w io.Writer) error {
	const line = "%-26s%-14s%12s%12s%12s%10s%10s\n"
	var text strings.Builder
	fmt.Fprintf(&text, "%d requests a run over %d connections, median of %d runs; on %s; %s, %s, %d cores\n\n",
		r.Requests, r.Connections, r.Runs, r.Database, r.Go, r.Platform, r.Cores)
	if len(r.Rows) > 0 {
		fmt.Fprintf(&text, line, "work", "server", "CPU s/1000", "database", "requests/s", "p50 ms", "p99 ms")
	}
	number := func(value float64, digits int) string { return strconv.FormatFloat(value, 'f', digits, 64) }
	for _, row := range r.Rows {
		m := row.Median
		fmt.Fprintf(&text, line, row.Work, row.Server, number(m.CPU, 3), r.databaseColumn(row), number(m.Rate, 0), number(m.P50, 2), number(m.P99, 2))
	}
	text.WriteByte('\n')
	for _, c := range r.Comparisons {
		fmt.Fprintf(&text, "%-26sCPU of %s is %.2f of %s; %s\n", c.Work, platformName, c.Ratio, c.Of, c.verdict())
	}
	for _, e := range r.Endurance {
		fmt.Fprintf(&text, "%-26s%.2f; %s\n%26s%s\n", e.Work, e.Ratio, e.verdict(), "", e.Note)
	}
	for _, m := range r.Memory {
		verdict := "met"
		if m.Worked.All > memoryGoal {
			verdict = "MISSED"
		}
		fmt.Fprintf(&text, "%-26s%.1f MB after %d requests, %.1f when started; goal at most %d: %s\n%26sof these anonymous, no pages of the program: %.1f, %.1f when started\n",
			"memory of "+m.Role, m.Worked.All, memoryRequests, m.Start.All, memoryGoal, verdict, "", m.Worked.Own, m.Start.Own)
	}
	for _, t := range r.Tellings {
		fmt.Fprintf(&text, "%-26s%s %.2f ms, %s %.2f ms, medians of %d each; Mann-Whitney U %.3f of all pairs, p = %.3f\n",
			t.Work, t.One, t.OneMedian, t.Other, t.OtherMedian, t.Count, t.U, t.P)
	}
	text.WriteString("\n" + references)
	_, err := io.WriteString(w, text.String())
	return err
}

// databaseColumn tells the database's CPU, or that it is in the server's.
func (r report) databaseColumn(of row) string {
	switch {
	case of.Server == platformName && r.Database == sqliteName:
		return "inside"
	case of.Server != platformName && of.Median.Database == 0:
		return "-"
	}
	return strconv.FormatFloat(of.Median.Database, 'f', 3, 64)
}

// verdict tells the goal and whether it was met; the note where there is none.
func (c comparison) verdict() string {
	switch {
	case c.Limit == 0:
		return c.Note
	case c.Missed:
		return fmt.Sprintf("goal at most %.2f: MISSED", c.Limit)
	}
	return fmt.Sprintf("goal at most %.2f: met", c.Limit)
}

func (e endurance) verdict() string {
	goal := fmt.Sprintf("goal at most %.2f", e.AtMost)
	if e.AtLeast > 0 {
		goal = fmt.Sprintf("goal at least %.2f", e.AtLeast)
	}
	if e.Missed {
		return goal + ": MISSED"
	}
	return goal + ": met"
}
