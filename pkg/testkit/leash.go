package testkit

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// leashed is a program that ends with the test, in whatever way that ends.
type leashed struct {
	folder string
	name   string
	warden *exec.Cmd
	leash  io.Closer
}

// leash starts a program in folder, where it leaves its output in NAME.log.
func leash(folder, name, program string, args ...string) (*leashed, error) {
	l := &leashed{folder: folder, name: name}
	// The shell ends the program as soon as the pipe closes: when stop is called, or when this process ends in whatever way. In a process
	// group of its own, an interrupt from the keyboard leaves that to it.
	l.warden = exec.Command("sh", append([]string{
		"-c", `name=$1; shift; "$@" >"$name.log" 2>&1 & echo $! >"$name.pid"; cat; kill -KILL $!; wait`, "sh", name, program,
	}, args...)...)
	l.warden.Dir = folder
	l.warden.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	var err error
	if l.leash, err = l.warden.StdinPipe(); err != nil {
		return nil, fmt.Errorf("starting %s: %w", name, err)
	}
	if err := l.warden.Start(); err != nil {
		return nil, fmt.Errorf("starting %s: %w", name, err)
	}
	return l, nil
}

// stop ends the program and returns when it has gone.
func (l *leashed) stop() {
	l.leash.Close()
	l.warden.Wait() //nolint:errcheck // it has no result
}

// log is the program's output so far.
func (l *leashed) log() string {
	text, _ := os.ReadFile(filepath.Join(l.folder, l.name+".log"))
	return string(text)
}

// signal sends one to the program.
func (l *leashed) signal(signal syscall.Signal) error {
	text, err := os.ReadFile(filepath.Join(l.folder, l.name+".pid"))
	if err != nil {
		return err
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil {
		return err
	}
	return syscall.Kill(pid, signal)
}
