package e2e

import (
	"net"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/ventanilla/ventanilla/pkg/testkit"
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

// start runs a program with the arguments. The process ends with life, which is t or a test around it.
func start(t, life *testing.T, program, name string, args ...string) *process {
	t.Helper()
	p := &process{name: name, ended: make(chan struct{})}
	p.cmd = exec.Command(program, args...)
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

// freeAddress returns a loopback address whose port nobody listens on.
func freeAddress(t *testing.T) string {
	t.Helper()
	port, err := testkit.FreePort(t.Context())
	if err != nil {
		t.Fatalf("looking for a free port: %v", err)
	}
	return net.JoinHostPort("127.0.0.1", strconv.Itoa(port))
}
