package hostpage

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync/atomic"
	"time"
)

// shutdownTimeout bounds how long open requests may hold up the end.
const shutdownTimeout = 2 * time.Second

// Server serves the page over plain HTTP. Its origin is known before the page can be made: the platform registers it.
type Server struct {
	http     *http.Server
	listener net.Listener
	page     atomic.Pointer[Page]
}

// Listen opens the listener; port 0 takes a free one. Whoever gets a server ends it with Serve.
func Listen(ctx context.Context, address string, logger *slog.Logger) (*Server, error) {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", address)
	if err != nil {
		return nil, fmt.Errorf("opening the host page's listener: %w", err)
	}
	s := &Server{listener: listener}
	s.http = &http.Server{
		Handler: s, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 5 * time.Second, WriteTimeout: time.Minute,
		IdleTimeout: time.Minute, MaxHeaderBytes: 16 << 10, ErrorLog: slog.NewLogLogger(logger.Handler(), slog.LevelWarn),
	}
	return s, nil
}

// Origin is that of what is served.
func (s *Server) Origin() string { return "http://" + s.listener.Addr().String() }

// Show gives the server its page. Before, it says that there is none yet.
func (s *Server) Show(page *Page) { s.page.Store(page) }

// ServeHTTP answers with the page.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	page := s.page.Load()
	if page == nil {
		http.Error(w, "La plataforma está partiendo.", http.StatusServiceUnavailable)
		return
	}
	page.ServeHTTP(w, r)
}

// Serve answers until ctx ends, then waits two seconds at most for open requests.
func (s *Server) Serve(ctx context.Context) error {
	ended := make(chan error, 1)
	stop := context.AfterFunc(ctx, func() {
		bound, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdownTimeout)
		defer cancel()
		err := s.http.Shutdown(bound)
		if errors.Is(err, context.DeadlineExceeded) {
			err = s.http.Close()
		}
		ended <- err
	})
	if err := s.http.Serve(s.listener); !errors.Is(err, http.ErrServerClosed) {
		stop()
		return fmt.Errorf("serving the host page: %w", err)
	}
	if err := <-ended; err != nil {
		return fmt.Errorf("ending the host page: %w", err)
	}
	return nil
}
