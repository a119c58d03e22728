package e2e

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// The longest that a process may take to start, and to end after SIGTERM, on a loaded machine.
const patience = 30 * time.Second

// process is one running program, ended with its test at the latest.
type process struct {
	name   string
	cmd    *exec.Cmd
	output output
	ended  chan struct{}
}

// start runs the binary with the arguments. The process ends with life, which is t or a test around it.
func start(t, life *testing.T, name string, args ...string) *process {
	t.Helper()
	p := &process{name: name, ended: make(chan struct{})}
	p.cmd = exec.Command(binary, args...)
	p.cmd.Env = bareEnvironment()
	p.cmd.Stdout, p.cmd.Stderr = &p.output, &p.output
	if err := p.cmd.Start(); err != nil {
		t.Fatalf("starting %s: %v", name, err)
	}
	go func() {
		defer close(p.ended)
		_ = p.cmd.Wait() // The exit code is read from the process's state.
	}()
	life.Cleanup(func() {
		p.kill()
		if life.Failed() {
			life.Logf("--- output of %s\n%s", p.name, p.output.tail())
		}
	})
	return p
}

// signal sends a signal to this process and to no other; one that has ended is left alone.
func (p *process) signal(s syscall.Signal) {
	_ = p.cmd.Process.Signal(s) // Fails only when the process has ended.
}

// kill ends the process without a chance to tidy up.
func (p *process) kill() {
	p.signal(syscall.SIGKILL)
	<-p.ended
}

// terminate asks the process to end and returns its exit code.
func (p *process) terminate(t *testing.T) int {
	t.Helper()
	p.signal(syscall.SIGTERM)
	return p.exitCode(t)
}

// exitCode waits for the process to end.
func (p *process) exitCode(t *testing.T) int {
	t.Helper()
	select {
	case <-p.ended:
	case <-time.After(patience):
		t.Fatalf("%s has not ended within %v", p.name, patience)
	}
	return p.cmd.ProcessState.ExitCode()
}

// running tells whether the process has not ended yet.
func (p *process) running() bool {
	select {
	case <-p.ended:
		return false
	default:
		return true
	}
}

// bareEnvironment is the caller's without settings that would change what is tested.
func bareEnvironment() []string {
	var env []string
	for _, kv := range os.Environ() {
		if !strings.HasPrefix(kv, "VENTANILLA_") && !strings.HasPrefix(kv, "OTEL_") {
			env = append(env, kv)
		}
	}
	return env
}

// The exit codes that the binary documents.
const (
	exitFailed  = 1
	exitUsage   = 2
	exitRefused = 3
)

// command runs the binary to its end and returns what it wrote to standard output. The error is an exitError when it
// ended by itself.
func command(t *testing.T, args ...string) (string, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, binary, args...)
	cmd.Env = bareEnvironment()
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

// freeAddress returns a loopback address whose port nobody listens on.
func freeAddress(t *testing.T) string {
	t.Helper()
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatalf("looking for a free port: %v", err)
	}
	defer func() { _ = listener.Close() }()
	return listener.Addr().String()
}

// output keeps what a process writes.
type output struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.buf.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.buf.String()
}

// tail returns the end of the output, enough to see why a process failed.
func (o *output) tail() string {
	const most = 3 << 10
	text := o.String()
	return text[max(0, len(text)-most):]
}
