package main

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
)

// findPostmaster finds the first process of the PostgreSQL server at url, from which its others come. The server must be on this machine.
func findPostmaster(ctx context.Context, url string) (int, error) {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return 0, fmt.Errorf("connecting to the database: %w", err)
	}
	defer conn.Close(ctx)
	stat, err := readStat(int(conn.PgConn().PID()))
	if err != nil {
		return 0, err
	}
	return strconv.Atoi(stat[1])
}

// postmasterCPU reads the clocks of a PostgreSQL server: those of its processes, and what it keeps of those that have ended.
func postmasterCPU(pid int) (cpuTimes, error) {
	stat, err := readStat(pid)
	if err != nil {
		return nil, err
	}
	children, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/children", pid, pid))
	if err != nil {
		return nil, fmt.Errorf("listing the database's processes: %w", err)
	}
	pids := []int{pid}
	for child := range strings.FieldsSeq(string(children)) {
		id, err := strconv.Atoi(child)
		if err != nil {
			return nil, fmt.Errorf("listing the database's processes: %w", err)
		}
		pids = append(pids, id)
	}
	times, err := readCPU(pids...)
	if err != nil {
		return nil, err
	}
	all := times.since(nil)
	for _, ended := range stat[13:15] {
		ticks, err := strconv.ParseInt(ended, 10, 64)
		if err != nil {
			return nil, fmt.Errorf("reading the times of process %d: %w", pid, err)
		}
		all += time.Duration(ticks) * time.Second / 100 // USER_HZ
	}
	return cpuTimes{pid: all}, nil
}

// readStat reads what is behind a process's name in its stat (proc(5)): state, parent, ..., times of itself and of its children that ended.
func readStat(pid int) ([]string, error) {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return nil, fmt.Errorf("looking at process %d: %w", pid, err)
	}
	fields := strings.Fields(string(stat[strings.LastIndexByte(string(stat), ')')+1:]))
	if len(fields) < 15 {
		return nil, fmt.Errorf("looking at process %d: its stat is too short", pid)
	}
	return fields, nil
}
