package testkit

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
)

// server is a PostgreSQL server of our own, in a folder of its own, on a port of the loopback interface.
type server struct {
	programs string // folder of initdb and pg_ctl
	folder   string
	port     int
	durable  bool // a commit outlasts a crash of the server
	warden   *exec.Cmd
	leash    io.Closer // the warden removes the server when it is let go
}

// newServer makes and starts a server. What a durable one commits outlasts its crash, and takes longer to commit.
func newServer(durable bool) (*server, error) {
	programs, err := findPrograms()
	if err != nil {
		return nil, err
	}
	folder, err := os.MkdirTemp("", "ventanilla-postgres-")
	if err != nil {
		return nil, err
	}
	s := &server{programs: programs, folder: folder, durable: durable}
	if err := s.guard(); err != nil {
		return nil, errors.Join(err, os.RemoveAll(folder))
	}
	if err := s.create(); err != nil {
		s.remove()
		return nil, err
	}
	return s, nil
}

func (s *server) create() error {
	// ICU's order differs from that of bytes, which finds comparisons that lean on the engine's default.
	if err := s.run("initdb", "--pgdata", s.data(), "--username", "postgres", "--auth", "trust", "--encoding", "UTF8",
		"--locale", "C", "--locale-provider", "icu", "--icu-locale", "en-US", "--no-sync"); err != nil {
		return err
	}
	var err error
	if s.port, err = FreePort(context.Background()); err != nil {
		return err
	}
	return s.start()
}

func (s *server) start() error {
	settings := []string{
		"listen_addresses=127.0.0.1", "port=" + strconv.Itoa(s.port), "unix_socket_directories=",
		"max_connections=200", "shared_buffers=32MB",
		// The data lives as long as the test: nothing is lost when the machine fails.
		"fsync=off",
	}
	if !s.durable {
		settings = append(settings, "synchronous_commit=off", "full_page_writes=off")
	}
	return s.run("pg_ctl", "start", "--wait", "--pgdata", s.data(), "--log", s.log(),
		"--options", "-c "+strings.Join(settings, " -c "))
}

func (s *server) stop(mode string) error {
	return s.run("pg_ctl", "stop", "--wait", "--mode", mode, "--pgdata", s.data())
}

// guard starts a shell that ends the server and removes its folder as soon as the pipe to it closes: when
// remove is called, or when this process ends in whatever way.
func (s *server) guard() error {
	cmd, err := s.command("sh", "-c", `cat; "$0" stop --mode immediate --pgdata "$1"; rm -rf "$2"`,
		filepath.Join(s.programs, "pg_ctl"), s.data(), s.folder)
	if err != nil {
		return err
	}
	end, leash, err := os.Pipe()
	if err != nil {
		return err
	}
	defer end.Close()
	cmd.Stdin = end
	if err := cmd.Start(); err != nil {
		return errors.Join(err, leash.Close())
	}
	s.warden, s.leash = cmd, leash
	return nil
}

// remove ends the server, if it runs, and removes its data.
func (s *server) remove() {
	s.leash.Close()
	s.warden.Wait() //nolint:errcheck // it has no result
}

func (s *server) run(program string, args ...string) error {
	cmd, err := s.command(filepath.Join(s.programs, program), args...)
	if err != nil {
		return err
	}
	if out, err := cmd.CombinedOutput(); err != nil {
		log, _ := os.ReadFile(s.log())
		return fmt.Errorf("%s: %w\n%s%s", program, err, out, log)
	}
	return nil
}

func (s *server) url() string {
	return fmt.Sprintf("postgres://postgres@127.0.0.1:%d/postgres?sslmode=disable", s.port)
}

func (s *server) data() string { return filepath.Join(s.folder, "data") }
func (s *server) log() string  { return filepath.Join(s.folder, "log") }
