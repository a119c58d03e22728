package edge

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"slices"
	"sync/atomic"
	"time"

	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/trace"
	"golang.org/x/sync/errgroup"
	"golang.org/x/time/rate"

	"github.com/ventanilla/ventanilla/pkg/ratelimit"
)

// Options are what the server is given.
type Options struct {
	// TLS holds the certificate, by GetCertificate where it may be reloaded.
	TLS *tls.Config
	// Logger takes failures.
	Logger *slog.Logger
	// Tracer makes the spans of requests.
	Tracer trace.TracerProvider
	// Meter makes the metrics.
	Meter metric.MeterProvider
	// Clock tells the time.
	Clock func() time.Time
	// Switches tells what operators have switched; nothing is when nil.
	Switches Switches
	// NewID makes request identifiers; random ones when nil.
	NewID func() string
	// Limiter counts calls; this process's own buckets when nil.
	Limiter Limiter
}

// Server answers partners.
type Server struct {
	cfg       Config
	opts      Options
	router    *router
	clients   clients
	pacer     *pacer
	admission *admission
	bodies    atomic.Int64 // bytes of bodies in memory
	shedding  rate.Sometimes
	telemetry *telemetry
	fronts    []*front
}

// front is a listener with its HTTP server.
type front struct {
	address  string
	server   *http.Server
	listener net.Listener
}

// New mounts the families. It fails for a configuration that cannot be used, for
// paths mounted twice, and when no family takes the paths that are nobody's.
func New(cfg Config, opts Options, families ...Family) (*Server, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	if opts.TLS == nil || opts.TLS.GetCertificate == nil && len(opts.TLS.Certificates) == 0 {
		return nil, errors.New("edge: there is no TLS certificate")
	}
	if opts.NewID == nil {
		opts.NewID = rand.Text
	}
	if opts.Limiter == nil {
		local, err := ratelimit.NewLocal(opts.Clock)
		if err != nil {
			return nil, err
		}
		opts.Limiter = local
	}
	trusted, err := parseNetworks(cfg.TrustedProxies)
	if err != nil {
		return nil, err
	}
	s := &Server{
		cfg: cfg, opts: opts, clients: clients{trusted}, admission: newAdmission(cfg.Limits),
		shedding: rate.Sometimes{Interval: sheddingNews},
	}
	if s.router, err = newRouter(families); err != nil {
		return nil, fmt.Errorf("mounting families: %w", err)
	}
	for name := range cfg.Rate.Families {
		if !slices.ContainsFunc(families, func(f Family) bool { return f.Name == name }) {
			return nil, fmt.Errorf("rate.families.%s: there is no such family", name)
		}
	}
	if s.pacer, err = newPacer(cfg.Rate.Failures, opts.Limiter, opts.Clock); err != nil {
		return nil, err
	}
	if s.telemetry, err = newTelemetry(opts.Tracer, opts.Meter); err != nil {
		return nil, err
	}
	s.fronts = []*front{{address: cfg.Listen, server: s.httpServer(true)}}
	if cfg.HTTPListen != "" {
		s.fronts = append(s.fronts, &front{address: cfg.HTTPListen, server: s.httpServer(false)})
	}
	return s, nil
}

func (s *Server) httpServer(secure bool) *http.Server {
	server := &http.Server{
		Handler:                      s.chain(secure),
		DisableGeneralOptionsHandler: true,
		ReadHeaderTimeout:            s.cfg.Timeouts.ReadHeader,
		ReadTimeout:                  s.cfg.Timeouts.Read,
		WriteTimeout:                 s.cfg.Timeouts.Write,
		IdleTimeout:                  s.cfg.Timeouts.Idle,
		MaxHeaderBytes:               s.cfg.Limits.HeaderBytes,
		ErrorLog:                     slog.NewLogLogger(s.opts.Logger.Handler(), slog.LevelDebug),
	}
	if secure {
		server.TLSConfig = s.opts.TLS.Clone()
		// Partners' clients may be old: TLS 1.2 is the oldest that is sound (RFC 9325, 3.1.1).
		server.TLSConfig.MinVersion = max(server.TLSConfig.MinVersion, tls.VersionTLS12)
	}
	return server
}

// Listen binds the addresses. Run does it when it was not called.
func (s *Server) Listen(ctx context.Context) error {
	for _, f := range s.fronts {
		if f.listener != nil {
			continue
		}
		var err error
		if f.listener, err = new(net.ListenConfig).Listen(ctx, "tcp", f.address); err != nil {
			return errors.Join(fmt.Errorf("listening for partners: %w", err), s.close())
		}
	}
	return nil
}

// Addr is the HTTPS address that is listened on; nil before Listen.
func (s *Server) Addr() net.Addr { return s.fronts[0].addr() }

// HTTPAddr is the address on which plain HTTP is refused; nil before Listen and when there is none.
func (s *Server) HTTPAddr() net.Addr {
	if len(s.fronts) < 2 {
		return nil
	}
	return s.fronts[1].addr()
}

func (f *front) addr() net.Addr {
	if f.listener == nil {
		return nil
	}
	return f.listener.Addr()
}

// Run serves until ctx ends; then it takes no more requests, lets those in flight
// end within the drain time, and returns nil when all did.
func (s *Server) Run(ctx context.Context) error {
	if err := s.Listen(ctx); err != nil {
		return err
	}
	group, serving := errgroup.WithContext(ctx)
	for _, f := range s.fronts {
		group.Go(f.serve)
		group.Go(func() error {
			<-serving.Done()
			drain, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.cfg.Timeouts.Drain)
			defer cancel()
			if err := f.server.Shutdown(drain); err != nil {
				return errors.Join(fmt.Errorf("ending the requests in flight: %w", err), f.server.Close())
			}
			return nil
		})
	}
	return group.Wait()
}

func (f *front) serve() error {
	serve := f.server.Serve
	if f.server.TLSConfig != nil {
		serve = func(l net.Listener) error { return f.server.ServeTLS(l, "", "") }
	}
	if err := serve(f.listener); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serving partners: %w", err)
	}
	return nil
}

func (s *Server) close() error {
	var errs []error
	for _, f := range s.fronts {
		if f.listener != nil {
			errs = append(errs, f.listener.Close())
			f.listener = nil
		}
	}
	return errors.Join(errs...)
}
