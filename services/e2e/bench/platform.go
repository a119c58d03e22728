package main

import (
	"context"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"sync"
)

const (
	platformName = "ventanilla"
	mainPackage  = "github.com/ventanilla/ventanilla/services/cmd/ventanilla"
)

// access is what the bench needs to know of the platform: the part of its
// demo.json that it reads.
type access struct {
	BaseURL  string `json:"base_url"`
	AdminURL string `json:"admin_url"`
	AdminRPC string `json:"admin_rpc"`
	CAFile   string `json:"ca_file"`
	Partner  client `json:"cmp"`
	Resource client `json:"tuidd"`
}

// platform is a binary, and what its processes, one after the other, have in common.
type platform struct {
	program string
	// dir has its data and its log.
	dir string
	// postgres is the URL of its database; empty for SQLite.
	postgres    string
	connections int
	// more are further arguments.
	more []string
	// operator says as whom clients are registered; nil for the operator of its data.
	operator []string
}

// newPlatform builds the binary into dir, unless the environment names one.
func newPlatform(ctx context.Context, dir string, asked options) (platform, error) {
	p := platform{program: os.Getenv("VENTANILLA_BIN"), dir: dir, postgres: asked.postgres, connections: asked.connections}
	if p.program != "" {
		return p, nil
	}
	p.program = filepath.Join(dir, platformName)
	build := exec.CommandContext(ctx, "go", "build", "-buildvcs=false", "-o", p.program, mainPackage) //nolint:gosec // a path made here
	build.Stderr = os.Stderr
	if err := build.Run(); err != nil {
		return platform{}, fmt.Errorf("building %s: %w", mainPackage, err)
	}
	return p, nil
}

// start starts every role in one process, on what an earlier one left. It ends with ctx.
func (p platform) start(ctx context.Context, running *sync.WaitGroup) (*server, access, error) {
	if p.postgres != "" {
		return p.startOnPostgres(ctx, running)
	}
	return p.startDemo(ctx, running)
}

func (p platform) data() string { return filepath.Join(p.dir, "data") }

// startDemo starts the platform on SQLite, with the demo's clients.
func (p platform) startDemo(ctx context.Context, running *sync.WaitGroup) (*server, access, error) {
	var found access
	server, err := p.up(ctx, running, nil, func() error {
		written, err := os.ReadFile(filepath.Join(p.data(), "demo.json"))
		if err != nil {
			return err
		}
		if err := json.Unmarshal(written, &found); err != nil {
			return fmt.Errorf("reading demo.json: %w", err)
		}
		return askReady(ctx, found.AdminURL)
	}, "--demo", "--listen", loopback, "--http-listen", loopback, "--admin-listen", loopback, "--page-listen", loopback, "--set", "admin.rpc_listen="+loopback)
	if err != nil {
		return nil, access{}, err
	}
	return server, found, p.connect(server, found)
}

// up starts `up` with its defaults, save for the limits on one caller's rate,
// and waits until ready says so. It ends with ctx.
func (p platform) up(ctx context.Context, running *sync.WaitGroup, environ []string, ready func() error, args ...string) (*server, error) {
	log, err := os.Create(filepath.Join(p.dir, "log"))
	if err != nil {
		return nil, fmt.Errorf("making the log: %w", err)
	}
	defer log.Close()
	args = append([]string{"up", "--data", p.data(), "--set", "edge.rate.per_second=1000000", "--set", "edge.rate.burst=1000000"}, slices.Concat(p.more, args)...)
	command := exec.CommandContext(ctx, p.program, args...) //nolint:gosec // named by whoever runs the bench
	command.Env = append(os.Environ(), environ...)
	command.Stdout, command.Stderr = log, log
	started, err := start(command, running, platformName)
	if err != nil {
		return nil, err
	}
	if err := started.await(ctx, ready); err != nil {
		said, _ := os.ReadFile(log.Name())
		return nil, fmt.Errorf("waiting for %s: %w\n%s", platformName, err, said)
	}
	return started, nil
}

// connect gives the server its loader.
func (p platform) connect(to *server, found access) error {
	ca, err := os.ReadFile(found.CAFile)
	if err != nil {
		return fmt.Errorf("reading the edge's CA: %w", err)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(ca)
	to.loader, err = newLoader(found.BaseURL, roots, p.connections)
	return err
}
