package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"
)

// mark is how many rows were stored at a time.
type mark struct {
	rows int
	at   time.Duration
}

// pace is how fast rows were stored.
type pace struct {
	Rows int `json:"rows"`
	// Rate is rows a second over all, FirstTenth and LastTenth over the first and the last part of about a tenth; 0 where
	// there are too few marks.
	Rate       float64 `json:"rows_per_second"`
	FirstTenth float64 `json:"first_tenth_rows_per_second"`
	LastTenth  float64 `json:"last_tenth_rows_per_second"`
}

// paceOf sums up marks, in their order, of which there is one for each tenth or more often. The time before the first is
// that of a command that starts and reads its file a first time, too, and is no part of a tenth.
func paceOf(rows int, wall time.Duration, marks []mark) pace {
	found := pace{Rows: rows, Rate: float64(rows) / wall.Seconds()}
	tenth := rows / 10
	rate := func(from, to mark) float64 { return float64(to.rows-from.rows) / (to.at - from.at).Seconds() }
	var tenths []mark
	for i, m := range marks {
		if i == 0 || m.rows-tenths[len(tenths)-1].rows >= tenth*9/10 {
			tenths = append(tenths, m)
		}
	}
	if n := len(tenths); n >= 3 {
		found.FirstTenth, found.LastTenth = rate(tenths[0], tenths[1]), rate(tenths[n-2], tenths[n-1])
	}
	return found
}

// imported is what an import by the command showed.
type imported struct {
	pace
	// Command is the most memory that the command had, in MB.
	Command float64
}

// importPersons imports a file with the command, as the operator of the platform's data. All rows must be stored.
func (p platform) importPersons(ctx context.Context, to access, file string, rows int) (imported, error) {
	command := exec.CommandContext(ctx, p.program, "admin", "--json", "--data", p.data(), "--address", to.AdminRPC, "import", "persons", file) //nolint:gosec // named by whoever runs the bench
	notes, err := command.StderrPipe()
	if err != nil {
		return imported{}, err
	}
	var answer strings.Builder
	command.Stdout = &answer
	start := time.Now()
	if err := command.Start(); err != nil {
		return imported{}, fmt.Errorf("importing: %w", err)
	}
	var marks []mark
	var last string
	for lines := bufio.NewScanner(notes); lines.Scan(); {
		last = lines.Text()
		var percent, stored int
		_, told, _ := strings.Cut(last, ": ")
		if _, err := fmt.Sscanf(told, "%d %%, %d rows stored", &percent, &stored); err == nil {
			marks = append(marks, mark{stored, time.Since(start)})
		}
	}
	err = command.Wait()
	wall := time.Since(start)
	if err != nil {
		return imported{}, fmt.Errorf("importing: %w: %s", err, last)
	}
	var done struct {
		Stored int `json:"stored"`
	}
	if err := json.Unmarshal([]byte(answer.String()), &done); err != nil || done.Stored != rows {
		return imported{}, fmt.Errorf("%d of %d rows were stored: %w", done.Stored, rows, err)
	}
	found := imported{pace: paceOf(rows, wall, marks)}
	if usage, ok := command.ProcessState.SysUsage().(*syscall.Rusage); ok {
		found.Command = float64(usage.Maxrss) * 1024 / 1e6
	}
	return found, os.Remove(file)
}
