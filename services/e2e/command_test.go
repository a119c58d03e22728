package e2e

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"strings"
	"testing"
)

// The exit codes that the binary documents.
const (
	exitFailed      = 1
	exitUsage       = 2
	exitRefused     = 3
	exitNotFound    = 4
	exitUnavailable = 5
)

// command runs the binary to its end and returns what it wrote to standard output. The error is an exitError when it
// ended by itself.
func command(t *testing.T, args ...string) (string, error) {
	t.Helper()
	return runCommand(t, binary, args...)
}

// runCommand is command for any program.
func runCommand(t *testing.T, program string, args ...string) (string, error) {
	t.Helper()
	return runCommandOn(t, program, nil, args...)
}

// runCommandOn is runCommand with something to read; nil for nothing.
func runCommandOn(t *testing.T, program string, in io.Reader, args ...string) (string, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Env, cmd.Stdin = bareEnvironment(), in
	out, err := cmd.Output()
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		err = exitError{exit.ExitCode(), strings.TrimSpace(string(exit.Stderr))}
	}
	return string(out), err
}

// exitError is what a command said when it failed.
type exitError struct {
	code int
	said string
}

func (e exitError) Error() string { return fmt.Sprintf("exit code %d: %s", e.code, e.said) }

// exitCodeOf is the exit code behind a command's error, -1 when there is none.
func exitCodeOf(err error) int {
	if exit, ok := errors.AsType[exitError](err); ok {
		return exit.code
	}
	return -1
}
