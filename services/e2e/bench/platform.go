package main

import (
	"context"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
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
	CAFile   string `json:"ca_file"`
	Partner  client `json:"cmp"`
	Resource client `json:"tuidd"`
}

// platform is a binary and the folder where it keeps its data and its log.
type platform struct {
	program string
	dir     string
}

// newPlatform builds the binary into dir, unless the environment names one.
func newPlatform(ctx context.Context, dir string) (platform, error) {
	if program := os.Getenv("VENTANILLA_BIN"); program != "" {
		return platform{program: program, dir: dir}, nil
	}
	program := filepath.Join(dir, platformName)
	build := exec.CommandContext(ctx, "go", "build", "-buildvcs=false", "-o", program, mainPackage) //nolint:gosec // a path made here
	build.Stderr = os.Stderr
	if err := build.Run(); err != nil {
		return platform{}, fmt.Errorf("building %s: %w", mainPackage, err)
	}
	return platform{program: program, dir: dir}, nil
}

// startPlatform starts the platform on the database asked for. It ends with ctx.
func startPlatform(ctx context.Context, running *sync.WaitGroup, dir string, asked options) (*server, access, error) {
	p, err := newPlatform(ctx, dir)
	if err != nil {
		return nil, access{}, err
	}
	if asked.postgres != "" {
		return p.startOnPostgres(ctx, running, asked.postgres, asked.connections)
	}
	return p.startDemo(ctx, running, asked.connections)
}

func (p platform) data() string { return filepath.Join(p.dir, "data") }

// startDemo starts every role in one process on SQLite, with the demo's clients.
func (p platform) startDemo(ctx context.Context, running *sync.WaitGroup, connections int) (*server, access, error) {
	var found access
	server, err := p.start(ctx, running, nil, func() error {
		written, err := os.ReadFile(filepath.Join(p.data(), "demo.json"))
		if err != nil {
			return err
		}
		if err := json.Unmarshal(written, &found); err != nil {
			return fmt.Errorf("reading demo.json: %w", err)
		}
		return askReady(ctx, found.AdminURL)
	}, "--demo", "--listen", loopback, "--http-listen", loopback, "--admin-listen", loopback, "--set", "admin.rpc_listen="+loopback)
	if err != nil {
		return nil, access{}, err
	}
	return server, found, p.connect(server, found, connections)
}

// start starts `up` with its defaults, save for the limits on one caller's rate,
// and waits until ready says so. It ends with ctx.
func (p platform) start(ctx context.Context, running *sync.WaitGroup, environ []string, ready func() error, args ...string) (*server, error) {
	log, err := os.Create(filepath.Join(p.dir, "log"))
	if err != nil {
		return nil, fmt.Errorf("making the log: %w", err)
	}
	defer log.Close()
	args = append([]string{"up", "--data", p.data(), "--set", "edge.rate.per_second=1000000", "--set", "edge.rate.burst=1000000"}, args...)
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
func (p platform) connect(to *server, found access, connections int) error {
	ca, err := os.ReadFile(found.CAFile)
	if err != nil {
		return fmt.Errorf("reading the edge's CA: %w", err)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(ca)
	to.loader, err = newLoader(found.BaseURL, roots, connections)
	return err
}
