package testkit

import (
	"os"
	"testing"
)

// Server is a PostgreSQL server that a test can take away and bring back. What it has committed outlasts a crash of its own.
type Server struct {
	t      testing.TB
	server *server
	// URL is that of an empty database on it. It stays the same when the server returns.
	URL string
}

// PostgresServer starts a server that only this test uses, and ends it with the test. VENTANILLA_TEST_POSTGRES
// does not concern it.
func PostgresServer(t testing.TB) *Server {
	t.Helper()
	own, err := newServer(true)
	if err != nil {
		t.Fatalf("starting PostgreSQL: %v", err)
	}
	t.Cleanup(own.remove)
	return &Server{t: t, server: own, URL: own.url()}
}

// Stop ends the server and every connection to it, and returns when it has gone.
func (s *Server) Stop() {
	s.t.Helper()
	if err := s.server.stop("fast"); err != nil {
		s.t.Fatalf("stopping PostgreSQL: %v", err)
	}
}

// Crash ends the server as a crash would, with nothing tidied up. Start has it recover.
func (s *Server) Crash() {
	s.t.Helper()
	if err := s.server.stop("immediate"); err != nil {
		s.t.Fatalf("ending PostgreSQL: %v", err)
	}
}

// Start brings the server back, on the same port and with the same data, and returns when it answers.
func (s *Server) Start() {
	s.t.Helper()
	if err := s.server.start(); err != nil {
		s.t.Fatalf("starting PostgreSQL again: %v", err)
	}
}

// Log is what the server has written about itself so far, and about statements where it was told to.
func (s *Server) Log() string {
	s.t.Helper()
	text, err := os.ReadFile(s.server.log())
	if err != nil {
		s.t.Fatalf("reading PostgreSQL's log: %v", err)
	}
	return string(text)
}
