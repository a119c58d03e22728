package probe

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"
)

// Config is the admin listener.
type Config struct {
	// Listen is its host:port; port 0 takes a free one.
	Listen string `koanf:"listen"`
	// Pprof serves profiles under /debug/pprof/. They show the insides of the process.
	Pprof bool `koanf:"pprof"`
}

// DefaultConfig listens on a free port of the loopback, without profiles.
func DefaultConfig() Config { return Config{Listen: "127.0.0.1:0"} }

// Validate names the first key that is wrong, relative to the section.
func (c Config) Validate() error {
	if _, _, err := net.SplitHostPort(c.Listen); err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	return nil
}

// shutdownTimeout bounds how long open requests may hold up the end.
const shutdownTimeout = 2 * time.Second

// Server serves a probe.
type Server struct {
	http     *http.Server
	listener net.Listener
}

// Listen opens the listener for handler. The caller ends it with Serve or Close.
func Listen(ctx context.Context, cfg Config, handler http.Handler, logger *slog.Logger) (*Server, error) {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", cfg.Listen)
	if err != nil {
		return nil, fmt.Errorf("opening the admin listener: %w", err)
	}
	server := &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       5 * time.Second,
		// Longer than the 30 s that a profile takes by default.
		WriteTimeout:   time.Minute,
		IdleTimeout:    2 * time.Minute,
		MaxHeaderBytes: 16 << 10,
		ErrorLog:       slog.NewLogLogger(logger.Handler(), slog.LevelWarn),
	}
	return &Server{server, listener}, nil
}

// Addr is where it listens.
func (s *Server) Addr() net.Addr { return s.listener.Addr() }

// Close ends a server that is not served.
func (s *Server) Close() error { return s.listener.Close() }

// Serve answers until ctx ends, then waits two seconds at most for open requests.
func (s *Server) Serve(ctx context.Context) error {
	ended := make(chan error, 1)
	stop := context.AfterFunc(ctx, func() {
		bound, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdownTimeout)
		defer cancel()
		err := s.http.Shutdown(bound)
		if err != nil {
			err = errors.Join(err, s.http.Close())
		}
		ended <- err
	})
	err := s.http.Serve(s.listener)
	if !errors.Is(err, http.ErrServerClosed) {
		stop()
		return fmt.Errorf("serving the admin listener: %w", err)
	}
	return <-ended
}
