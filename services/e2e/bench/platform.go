package main

import (
	"context"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"time"
)

const (
	platformName = "ventanilla"
	mainPackage  = "github.com/ventanilla/ventanilla/services/cmd/ventanilla"
	readyTimeout = 30 * time.Second
)

// demo is what the bench needs of the demo.json that `ventanilla up --demo` writes.
type demo struct {
	BaseURL  string `json:"base_url"`
	AdminURL string `json:"admin_url"`
	CAFile   string `json:"ca_file"`
	Partner  client `json:"cmp"`
	Resource client `json:"tuidd"`
}

// startPlatform starts the binary, built into the folder dir unless the
// environment names one, with its data in dir, and waits until it is ready. It
// ends with ctx.
func startPlatform(ctx context.Context, running *sync.WaitGroup, dir string, connections int) (*server, demo, error) {
	program := os.Getenv("VENTANILLA_BIN")
	if program == "" {
		program = filepath.Join(dir, platformName)
		build := exec.CommandContext(ctx, "go", "build", "-buildvcs=false", "-o", program, mainPackage) //nolint:gosec // a path made here
		build.Stderr = os.Stderr
		if err := build.Run(); err != nil {
			return nil, demo{}, fmt.Errorf("building %s: %w", mainPackage, err)
		}
	}
	data := filepath.Join(dir, "data")
	logs, err := os.Create(filepath.Join(dir, "log"))
	if err != nil {
		return nil, demo{}, fmt.Errorf("making the log: %w", err)
	}
	defer logs.Close()
	command := exec.CommandContext(ctx, program, "up", "--demo", "--data", data, //nolint:gosec // named by whoever runs the bench
		"--listen", loopback, "--http-listen", loopback, "--admin-listen", loopback)
	command.Env = append(os.Environ(),
		"VENTANILLA_ADMIN__RPC_LISTEN="+loopback,
		"VENTANILLA_EDGE__RATE__PER_SECOND=1000000",
		"VENTANILLA_EDGE__RATE__BURST=1000000")
	command.Stdout, command.Stderr = logs, logs
	platform, err := start(command, running, platformName)
	if err != nil {
		return nil, demo{}, err
	}
	settings, err := platform.ready(ctx, filepath.Join(data, "demo.json"))
	if err != nil {
		said, _ := os.ReadFile(logs.Name())
		return nil, demo{}, fmt.Errorf("waiting for %s: %w\n%s", platformName, err, said)
	}
	ca, err := os.ReadFile(settings.CAFile)
	if err != nil {
		return nil, demo{}, fmt.Errorf("reading the edge's CA: %w", err)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(ca)
	platform.loader, err = newLoader(settings.BaseURL, roots, connections)
	return platform, settings, err
}

// ready waits until demo.json is there and the admin address says ready.
func (s *server) ready(ctx context.Context, demoFile string) (demo, error) {
	ctx, cancel := context.WithTimeout(ctx, readyTimeout)
	defer cancel()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		settings, err := readDemo(demoFile)
		if err == nil {
			err = askReady(ctx, settings.AdminURL)
		}
		if err == nil {
			return settings, nil
		}
		select {
		case <-ctx.Done():
			return demo{}, errors.Join(ctx.Err(), err)
		case <-s.ended:
			return demo{}, errors.New("it ended")
		case <-tick.C:
		}
	}
}

func readDemo(file string) (demo, error) {
	var settings demo
	written, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return settings, err
	}
	if err := json.Unmarshal(written, &settings); err != nil {
		return settings, fmt.Errorf("reading demo.json: %w", err)
	}
	return settings, nil
}

func askReady(ctx context.Context, adminURL string) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, adminURL+"/readyz", http.NoBody)
	if err != nil {
		return err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("/readyz answered %s", response.Status)
	}
	return nil
}
