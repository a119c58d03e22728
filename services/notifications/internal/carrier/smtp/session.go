package smtp

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"time"

	"github.com/wneessen/go-mail"
	"github.com/wneessen/go-mail/smtp"
)

// stepWithin bounds each step of a session; an attempt's context may end it sooner.
const stepWithin = time.Minute

// session is a connection that mails can be given to: greeted, with TLS, and let in.
type session struct {
	mails  *mail.Client
	smtp   *smtp.Client
	conn   net.Conn
	given  int         // how many mails
	expiry *time.Timer // ends it while it is idle
}

// open starts a session.
func (c *Client) open(ctx context.Context) (*session, error) {
	s := new(session)
	var stop func() bool
	dial := func(dialing context.Context, network, address string) (net.Conn, error) {
		conn, err := c.dial(dialing, network, address)
		if err != nil {
			return nil, err
		}
		s.conn, stop = conn, context.AfterFunc(ctx, func() { _ = conn.Close() }) // the library does not watch ctx any more
		return conn, nil
	}
	var err error
	if s.mails, err = mail.NewClient(c.host, append(c.options(), mail.WithDialContextFunc(dial))...); err != nil {
		return nil, fmt.Errorf("preparing a session: %w", err)
	}
	s.smtp, err = s.mails.DialToSMTPClientWithContext(ctx)
	if stop != nil {
		stop()
	}
	if err != nil {
		if s.conn != nil {
			_ = s.conn.Close() // which the library leaves open
		}
		return nil, err
	}
	return s, nil
}

func (c *Client) dial(ctx context.Context, network, address string) (net.Conn, error) {
	if c.config.TLS == TLS {
		return (&tls.Dialer{Config: c.tls}).DialContext(ctx, network, address)
	}
	return new(net.Dialer).DialContext(ctx, network, address)
}

func (c *Client) options() []mail.Option {
	// A connection that has TLS from the start is offered none.
	policy := map[string]mail.TLSPolicy{StartTLS: mail.TLSMandatory, TLS: mail.TLSOpportunistic, None: mail.NoTLS}[c.config.TLS]
	options := []mail.Option{
		mail.WithPort(c.port), mail.WithTimeout(stepWithin), mail.WithTLSPolicy(policy), mail.WithTLSConfig(c.tls),
		mail.WithoutRset(), // the end of a mail is the end of its transaction
	}
	if c.config.Hello != "" {
		options = append(options, mail.WithHELO(c.config.Hello))
	}
	if c.config.Username != "" {
		options = append(options, mail.WithSMTPAuth(mail.SMTPAuthAutoDiscover), mail.WithUsername(c.config.Username), mail.WithPassword(c.config.Password.Reveal()))
	}
	if c.writer.bounces != "" {
		// Bounces do not bring back what was said.
		options = append(options, mail.WithDSNMailReturnType(mail.DSNMailReturnHeadersOnly), mail.WithDSNRcptNotifyType(mail.DSNRcptNotifyFailure))
	}
	return options
}

// give sends one mail, until ctx ends.
func (s *session) give(ctx context.Context, m *mail.Msg, utf8 bool) error {
	defer context.AfterFunc(ctx, func() { _ = s.conn.Close() })()
	s.given++
	s.smtp.SkipSMTPUTF8(!utf8) // what needs no UTF-8 goes on to servers that have none
	return s.mails.SendWithSMTPClient(s.smtp, m)
}

// end closes it, and does not wait for the server.
func (s *session) end() {
	_ = s.conn.SetDeadline(time.Now().Add(time.Second)) // a server that reads nothing does not hold us
	_, _ = s.smtp.Text.Cmd("QUIT")                      // which is polite, and no more
	_ = s.conn.Close()
}
