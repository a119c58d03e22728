package bounce

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"time"

	"github.com/emersion/go-smtp"
	"golang.org/x/net/netutil"

	"github.com/ventanilla/ventanilla/services/notifications/internal/carrier"
)

const (
	// maxConnections are served at a time; others wait. connectionLife bounds each, and stepWithin each of its commands.
	maxConnections = 32
	connectionLife = 5 * time.Minute
	stepWithin     = time.Minute
	// maxBytes bounds a bounce, which may bring the whole mail back; maxRecipients whom it is for, and maxLine its lines.
	maxBytes      = 2 << 20
	maxRecipients = 8
	maxLine       = 64 << 10
	// stopWithin is how long connections have when the server ends.
	stopWithin = 3 * time.Second
)

// Server takes bounces by SMTP.
type Server struct {
	smtp     *smtp.Server
	listener net.Listener
}

// Listen starts to listen. Connections are served while Run does.
func Listen(ctx context.Context, config Config, receiver carrier.Receiver, logger *slog.Logger) (*Server, error) {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", config.Listen)
	if err != nil {
		return nil, fmt.Errorf("listening for bounces: %w", err)
	}
	server := smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) {
		return &session{domain: config.Domain, receiver: receiver, logger: logger}, nil
	}))
	server.Domain = config.Domain
	server.MaxMessageBytes, server.MaxRecipients, server.MaxLineLength = maxBytes, maxRecipients, maxLine
	server.ReadTimeout, server.WriteTimeout = stepWithin, stepWithin
	server.ErrorLog = slog.NewLogLogger(logger.Handler(), slog.LevelWarn)
	return &Server{smtp: server, listener: netutil.LimitListener(mortal{listener}, maxConnections)}, nil
}

// Addr is where it listens.
func (s *Server) Addr() net.Addr { return s.listener.Addr() }

// Run serves until ctx ends.
func (s *Server) Run(ctx context.Context) error {
	served := make(chan error, 1)
	go func() { served <- s.smtp.Serve(s.listener) }()
	select {
	case err := <-served:
		return fmt.Errorf("serving bounces: %w", err)
	case <-ctx.Done():
	}
	stopping, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopWithin)
	defer cancel()
	err := s.smtp.Shutdown(stopping)
	if errors.Is(err, context.DeadlineExceeded) {
		err = nil
	}
	return errors.Join(err, <-served)
}

// mortal gives connections an end: one that says a byte a minute is not kept for ever.
type mortal struct{ net.Listener }

func (l mortal) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &mortalConn{conn, time.AfterFunc(connectionLife, func() { _ = conn.Close() })}, nil
}

type mortalConn struct {
	net.Conn
	end *time.Timer
}

func (c *mortalConn) Close() error {
	c.end.Stop()
	return c.Conn.Close()
}
