package smtp

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"time"

	"github.com/wneessen/go-mail"

	"github.com/ventanilla/ventanilla/pkg/pki"
	"github.com/ventanilla/ventanilla/services/notifications/internal/message"
)

// Options are what a client works with beside its settings.
type Options struct {
	// BouncesDomain is the domain that bounces come back to; empty for none.
	BouncesDomain string
	// Now is the clock.
	Now func() time.Time
}

// Client gives mails to one server. It is safe for concurrent use.
type Client struct {
	config Config
	host   string
	port   int
	tls    *tls.Config
	writer writer
	pool   pool
}

// New returns a client; Close ends it. It connects when there is something to send.
func New(config Config, options Options) (*Client, error) {
	host, port, err := config.server()
	if err != nil {
		return nil, err
	}
	from, err := config.sender()
	if err != nil {
		return nil, err
	}
	roots, err := pki.Roots(config.CAFile)
	if err != nil {
		return nil, fmt.Errorf("ca_file: %w", err)
	}
	return &Client{
		config: config, host: host, port: port,
		tls:    &tls.Config{ServerName: host, RootCAs: roots, MinVersion: tls.VersionTLS12},
		writer: writer{from: from, bounces: options.BouncesDomain, now: options.Now},
	}, nil
}

// Send gives the server one mail.
func (c *Client) Send(ctx context.Context, m message.Message) message.Result {
	out, err := c.writer.write(m)
	if errors.Is(err, errAddress) {
		return message.Result{Outcome: message.OutcomeRejected, Reason: message.BadAddress, Detail: "no mail address"}
	}
	if err != nil {
		return message.Result{Outcome: message.OutcomeRejected, Reason: message.ContentRefused, Detail: "no mail"}
	}
	utf8 := !ascii(out.GetTo()[0].Address)
	if waiting := c.pool.take(); waiting != nil {
		if result, taken := c.give(ctx, waiting, out, utf8); taken {
			return result
		}
	}
	fresh, err := c.open(ctx)
	if err != nil {
		return unopened(ctx, err)
	}
	result, _ := c.give(ctx, fresh, out, utf8)
	return result
}

// give sends a mail in a session. taken is false when the session had ended before, and nothing was sent.
func (c *Client) give(ctx context.Context, s *session, m *mail.Msg, utf8 bool) (result message.Result, taken bool) {
	err := s.give(ctx, m, utf8)
	if goesOn(err) {
		c.pool.put(s)
	} else {
		s.end()
	}
	return given(ctx, m, err), !gone(err)
}

// Close ends the sessions that wait for a next mail.
func (c *Client) Close() error {
	c.pool.close()
	return nil
}
