package kannel

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"golang.org/x/net/netutil"

	"github.com/ventanilla/ventanilla/services/notifications/internal/carrier"
)

// Receipts is the section `receipts`: where Kannel brings its delivery reports.
type Receipts struct {
	// Listen is the host:port, reachable for Kannel alone; empty for none. It speaks plain HTTP: a report is a number and a token that
	// says nothing to others.
	Listen string `koanf:"listen"`
}

// Validate names the first key that is wrong, relative to the section.
func (r Receipts) Validate() error {
	if r.Listen == "" {
		return nil
	}
	if _, _, err := net.SplitHostPort(r.Listen); err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	return nil
}

const (
	reportTime    = 10 * time.Second
	shutdownTime  = 2 * time.Second
	idleTime      = time.Minute
	maxReportSize = 8 << 10
	// maxConnections are served at a time; others wait.
	maxConnections = 128
)

// Listener takes delivery reports.
type Listener struct {
	http     *http.Server
	listener net.Listener
}

// Listen opens the listener. The caller ends it with Serve or Close.
func Listen(ctx context.Context, config Receipts, receiver carrier.Receiver, logger *slog.Logger) (*Listener, error) {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", config.Listen)
	if err != nil {
		return nil, fmt.Errorf("opening the listener for delivery reports: %w", err)
	}
	return &Listener{&http.Server{
		Handler:           http.TimeoutHandler(Handler(receiver, logger), reportTime, ""),
		ReadHeaderTimeout: reportTime,
		ReadTimeout:       reportTime,
		WriteTimeout:      2 * reportTime,
		IdleTimeout:       idleTime,
		MaxHeaderBytes:    maxReportSize,
		ErrorLog:          slog.NewLogLogger(logger.Handler(), slog.LevelWarn),
	}, netutil.LimitListener(listener, maxConnections)}, nil
}

// Addr is where it listens.
func (l *Listener) Addr() net.Addr { return l.listener.Addr() }

// Close ends a listener that is not served.
func (l *Listener) Close() error { return l.listener.Close() }

// Serve answers until ctx ends, then waits two seconds at most for open requests.
func (l *Listener) Serve(ctx context.Context) error {
	ended := make(chan error, 1)
	stop := context.AfterFunc(ctx, func() {
		bound, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdownTime)
		defer cancel()
		err := l.http.Shutdown(bound)
		if err != nil {
			err = errors.Join(err, l.http.Close())
		}
		ended <- err
	})
	err := l.http.Serve(l.listener)
	if !errors.Is(err, http.ErrServerClosed) {
		stop()
		return fmt.Errorf("serving the listener for delivery reports: %w", err)
	}
	return <-ended
}
