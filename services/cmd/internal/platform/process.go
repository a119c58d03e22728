package platform

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/ventanilla/ventanilla/gateway/edge"
	"github.com/ventanilla/ventanilla/pkg/app"
	"github.com/ventanilla/ventanilla/pkg/probe"
	"github.com/ventanilla/ventanilla/pkg/telemetry"
)

// Process is what every role rests on: log, telemetry, probes, and the order of stopping.
type Process struct {
	Settings  Settings
	Telemetry *telemetry.Telemetry
	Group     *app.Group
	Probe     *probe.Probe
	// Limiter counts calls, for all roles of the process.
	Limiter edge.Limiter
	started *atomic.Bool
}

// NewProcess starts the probes, which say "not ready" until Ready is called. The
// settings must be valid. Whoever gets a process ends it with Wait or Group.Stop.
func NewProcess(ctx context.Context, service, version string, settings Settings, logOut io.Writer) (*Process, error) {
	t, err := telemetry.Setup(ctx, settings.Telemetry, service, version, logOut)
	if err != nil {
		return nil, err
	}
	p := &Process{
		Settings: settings, Telemetry: t, Group: app.New(t.Logger),
		Probe: probe.New(t.Metrics, settings.Admin.Pprof, t.Logger), started: new(atomic.Bool),
	}
	p.Group.Defer("telemetry", func() error {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		defer cancel()
		return t.Shutdown(ctx)
	})
	if p.Limiter, err = newLimiter(ctx, p); err != nil {
		return nil, errors.Join(err, p.Group.Stop())
	}
	p.Probe.Add("started", func(context.Context) error {
		if !p.started.Load() {
			return errors.New("still starting")
		}
		return nil
	})
	server, err := probe.Listen(ctx, settings.Admin.Config, p.Probe.Handler(), t.Logger)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("admin.listen: %w", err), p.Group.Stop())
	}
	p.Settings.Admin.Listen = server.Addr().String()
	p.Group.Go(ctx, "probes", server.Serve)
	return p, nil
}

// Log is where the process tells what happens to it.
func (p *Process) Log() *slog.Logger { return p.Telemetry.Logger }

// Ready says that everything is started. It must come last: when the process ends,
// "not ready" is the first thing that it tells.
func (p *Process) Ready() {
	p.Group.Defer("readiness", func() error {
		p.Probe.Draining()
		delay := time.NewTimer(p.Settings.StopDelay)
		defer delay.Stop()
		<-delay.C
		return nil
	})
	p.started.Store(true)
	p.Log().Info("ready")
}

// Wait lasts until ctx ends or a part fails, and stops everything.
func (p *Process) Wait(ctx context.Context) error {
	err := p.Group.Wait(ctx)
	if err == nil {
		p.Log().Info("stopped")
	}
	return err
}
