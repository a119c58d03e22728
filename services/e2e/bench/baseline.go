package main

import (
	"context"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"sync"
)

// A baseline is this program started again with its name as the one argument.
// It reads the answers it is to give from standard input, writes where it is to
// be found to standard output, and ends when its standard input does, so that
// none outlives a killed bench.
const (
	passThroughName = "pass-through"
	bareHandlerName = "bare handler"
	profilePassName = "pass-through of profiles"
	sessionPassName = "pass-through of sessions"
	loopback        = "127.0.0.1:0"
)

// answers are the bodies that a baseline gives; what it is not asked for is empty.
type answers struct {
	Token     json.RawMessage `json:"token,omitempty"`
	TokenInfo json.RawMessage `json:"token_info,omitempty"`
	Benefits  json.RawMessage `json:"benefits,omitempty"`
	// Service is the answer to a request of services.
	Service json.RawMessage `json:"service,omitempty"`
	// Profiles is where profiles are read.
	Profiles *database `json:"profiles,omitempty"`
	// Sessions is the service that calls are passed on to.
	Sessions *callee `json:"sessions,omitempty"`
}

// place is where a baseline is found, and the authority (DER) that its
// certificate is from.
type place struct {
	BaseURL   string `json:"base_url"`
	Authority []byte `json:"authority"`
}

// serveBaseline is the child's side. It returns when in ends.
func serveBaseline(ctx context.Context, name string, in io.Reader, out io.Writer) error {
	var reply answers
	if err := json.NewDecoder(in).Decode(&reply); err != nil {
		return fmt.Errorf("reading the answers to give: %w", err)
	}
	self, err := newIdentity()
	if err != nil {
		return err
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", loopback)
	if err != nil {
		return fmt.Errorf("listening: %w", err)
	}
	found := place{BaseURL: "https://" + listener.Addr().String(), Authority: self.authority.Raw}
	if err := json.NewEncoder(out).Encode(found); err != nil {
		return fmt.Errorf("telling the address: %w", err)
	}

	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	go func() {
		defer cancel()
		_, _ = io.Copy(io.Discard, in)
	}()
	return serveAs(ctx, name, listener, self, reply)
}

// serveAs serves the baseline of a name until ctx is done.
func serveAs(ctx context.Context, name string, edge net.Listener, self *identity, reply answers) error {
	switch {
	case name == passThroughName:
		return servePassThrough(ctx, edge, self, reply)
	case name == profilePassName && reply.Profiles != nil:
		return serveProfiles(ctx, edge, self, *reply.Profiles)
	case name == sessionPassName && reply.Sessions != nil:
		return serveSessions(ctx, edge, self, *reply.Sessions)
	}
	return serveHTTPS(ctx, edge, self, bareHandler(reply))
}

// startBaseline is the parent's side: it starts the child, which ends with ctx.
func startBaseline(ctx context.Context, running *sync.WaitGroup, name string, reply answers, connections int) (*server, error) {
	program, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("finding this program: %w", err)
	}
	command := exec.CommandContext(ctx, program, name) //nolint:gosec // this program itself
	command.Stderr = os.Stderr
	in, err := command.StdinPipe()
	if err != nil {
		return nil, fmt.Errorf("preparing the input of %s: %w", name, err)
	}
	out, childOut, err := os.Pipe()
	if err != nil {
		return nil, fmt.Errorf("preparing the output of %s: %w", name, err)
	}
	defer out.Close()
	command.Stdout = childOut
	child, err := start(command, running, name)
	childOut.Close()
	if err != nil {
		return nil, err
	}
	var found place
	if err := json.NewEncoder(in).Encode(reply); err != nil {
		return nil, fmt.Errorf("telling %s its answers: %w", name, err)
	}
	if err := json.NewDecoder(out).Decode(&found); err != nil {
		return nil, fmt.Errorf("reading the address of %s: %w", name, err)
	}
	authority, err := x509.ParseCertificate(found.Authority)
	if err != nil {
		return nil, fmt.Errorf("reading the authority of %s: %w", name, err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(authority)
	child.loader, err = newLoader(found.BaseURL, roots, connections)
	return child, err
}
