package main

import (
	"context"
	"encoding/pem"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sync/atomic"
	"time"

	"github.com/emersion/go-smtp"
	"golang.org/x/sync/errgroup"

	"github.com/ventanilla/ventanilla/pkg/testkit/fcmfake"
)

// carrierPeers are what carriers hand messages to: they take everything at once, and count it.
type carrierPeers struct {
	// kannel, hook and mails are how many messages came.
	kannel, hook, mails atomic.Int64
	fcm                 *fcmfake.Server
	// kannelAt, mailAt and hookAt are addresses; hookCA is the file with the authority of the last.
	kannelAt, mailAt, hookAt, hookCA string
}

// startCarrierPeers starts them; they end with ctx.
func startCarrierPeers(ctx context.Context, group *errgroup.Group, dir string) (*carrierPeers, error) {
	p := &carrierPeers{hookCA: filepath.Join(dir, "hook-ca.pem")}
	var err error
	if p.fcm, err = fcmfake.Start(dir); err != nil {
		return nil, fmt.Errorf("starting the peer of FCM: %w", err)
	}
	group.Go(func() error {
		<-ctx.Done()
		p.fcm.Close()
		return nil
	})
	var listeners [3]net.Listener
	for i, at := range []*string{&p.kannelAt, &p.mailAt, &p.hookAt} {
		if listeners[i], err = new(net.ListenConfig).Listen(ctx, "tcp", loopback); err != nil {
			return nil, fmt.Errorf("listening for carriers: %w", err)
		}
		*at = listeners[i].Addr().String()
	}
	self, err := newIdentity()
	if err != nil {
		return nil, err
	}
	authority := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: self.authority.Raw})
	if err := os.WriteFile(p.hookCA, authority, 0o600); err != nil {
		return nil, fmt.Errorf("writing the authority of webhooks: %w", err)
	}
	group.Go(func() error {
		return servePlain(ctx, listeners[0], counted(&p.kannel, http.StatusAccepted, "0: Accepted for delivery"))
	})
	group.Go(func() error { return p.serveMails(ctx, listeners[1]) })
	group.Go(func() error {
		return serveHTTPS(ctx, listeners[2], self, counted(&p.hook, http.StatusOK, ""))
	})
	return p, nil
}

// counted takes every request, counts it and answers alike: what smsbox of Kannel says of a message that it has taken.
func counted(by *atomic.Int64, status int, answer string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body) // what is missing is missed by the sender too
		by.Add(1)
		w.WriteHeader(status)
		_, _ = io.WriteString(w, answer)
	})
}

// serveMails is a mail server that keeps nothing.
func (p *carrierPeers) serveMails(ctx context.Context, on net.Listener) error {
	server := smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) { return mailSession{p}, nil }))
	server.Domain, server.ReadTimeout, server.WriteTimeout = "localhost", time.Minute, time.Minute
	defer context.AfterFunc(ctx, func() { server.Close() })()
	if err := server.Serve(on); err != nil && ctx.Err() == nil {
		return fmt.Errorf("serving mails: %w", err)
	}
	return nil
}

type mailSession struct{ peers *carrierPeers }

// Reset implements [smtp.Session].
func (mailSession) Reset() {}

// Logout implements [smtp.Session].
func (mailSession) Logout() error { return nil }

// Mail implements [smtp.Session].
func (mailSession) Mail(string, *smtp.MailOptions) error { return nil }

// Rcpt implements [smtp.Session].
func (mailSession) Rcpt(string, *smtp.RcptOptions) error { return nil }

// Data implements [smtp.Session].
func (s mailSession) Data(r io.Reader) error {
	_, err := io.Copy(io.Discard, r)
	s.peers.mails.Add(1)
	return err
}

// settings are those of one carrier for each kind of peer.
func (p *carrierPeers) settings() []string {
	var args []string
	for name, settings := range map[string][]string{
		"mails": {"kind=smtp", "smtp.address=" + p.mailAt, "smtp.tls=none", "smtp.from=avisos@example.org"},
		"hook":  {"kind=webhook", "webhook.allow_networks=127.0.0.0/8", "webhook.ca_file=" + p.hookCA},
		"push":  {"kind=fcm", "fcm.credentials_file=" + p.fcm.CredentialsFile, "fcm.endpoint=" + p.fcm.Endpoint},
	} {
		args = append(args, carrierSettings(name, settings...)...)
	}
	return append(args, p.onlyKannel()...)
}

// onlyKannel are settings of a carrier of short messages, and more of it.
func (p *carrierPeers) onlyKannel(more ...string) []string {
	return carrierSettings("kannel", append(more, "kind=kannel", "kannel.url=http://"+p.kannelAt+"/cgi-bin/sendsms", "kannel.username=bench", "kannel.password=bench")...)
}

func carrierSettings(name string, settings ...string) (args []string) {
	for _, setting := range settings {
		args = append(args, "--set", "notifications.carriers."+name+"."+setting)
	}
	return args
}
