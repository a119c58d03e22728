package testkit

import (
	"bufio"
	"crypto/tls"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http/httptest"
	"strings"
	"sync"
)

// mailFront gives a mail server TLS: the OpenSMTPD of Debian 12 has none that works with OpenSSL 3. It answers until STARTTLS and the handshake,
// then hands the connection to the server behind it, which begins anew.
type mailFront struct {
	listener  net.Listener
	tls       *tls.Config
	authority []byte
	behind    string

	mu    sync.Mutex
	open  map[net.Conn]struct{}
	ended bool
	work  sync.WaitGroup
}

func newMailFront(behind string) (*mailFront, error) {
	// Its certificate is its own authority, and for 127.0.0.1.
	lender := httptest.NewTLSServer(nil)
	defer lender.Close()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	f := &mailFront{
		listener: listener, behind: behind, open: make(map[net.Conn]struct{}),
		tls:       &tls.Config{Certificates: lender.TLS.Certificates, MinVersion: tls.VersionTLS12},
		authority: pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: lender.Certificate().Raw}),
	}
	f.work.Go(f.accept)
	return f, nil
}

func (f *mailFront) address() string { return f.listener.Addr().String() }

func (f *mailFront) accept() {
	for {
		conn, err := f.listener.Accept()
		if err != nil {
			return
		}
		f.work.Go(func() { f.serve(conn) })
	}
}

// stop ends it, and all connections.
func (f *mailFront) stop() {
	f.listener.Close()
	f.mu.Lock()
	f.ended = true
	for conn := range f.open {
		conn.Close()
	}
	f.mu.Unlock()
	f.work.Wait()
}

// keep makes stop close a connection; it is false when that has happened.
func (f *mailFront) keep(conn net.Conn) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.open[conn] = struct{}{}
	return !f.ended
}

func (f *mailFront) drop(conn net.Conn) {
	conn.Close()
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.open, conn)
}

func (f *mailFront) serve(conn net.Conn) {
	defer f.drop(conn)
	if !f.keep(conn) || f.untilTLS(conn) != nil {
		return
	}
	secure := tls.Server(conn, f.tls)
	if err := secure.Handshake(); err != nil {
		return
	}
	behind, err := net.Dial("tcp", f.behind)
	if err != nil {
		return
	}
	defer f.drop(behind)
	if !f.keep(behind) {
		return
	}
	answers := bufio.NewReader(behind)
	if _, err := answers.ReadString('\n'); err != nil { // its greeting, which was said
		return
	}
	var both sync.WaitGroup
	both.Go(func() {
		io.Copy(behind, secure) //nolint:errcheck // whoever has gone has gone
		behind.Close()
	})
	io.Copy(secure, answers) //nolint:errcheck // likewise
	secure.Close()
	both.Wait()
}

// untilTLS speaks SMTP until STARTTLS.
func (f *mailFront) untilTLS(conn net.Conn) error {
	if _, err := fmt.Fprint(conn, "220 mail.example ESMTP\r\n"); err != nil {
		return err
	}
	lines := bufio.NewReader(conn)
	for {
		line, err := lines.ReadString('\n')
		if err != nil {
			return err
		}
		command, _, _ := strings.Cut(strings.ToUpper(strings.TrimSpace(line)), " ")
		answer, ok := map[string]string{
			"EHLO": "250-mail.example\r\n250 STARTTLS\r\n", "NOOP": "250 2.0.0 ok\r\n", "QUIT": "221 2.0.0 bye\r\n", "STARTTLS": "220 2.0.0 go on\r\n",
		}[command]
		if !ok {
			answer = "530 5.7.0 must issue a STARTTLS command first\r\n"
		}
		if _, err := fmt.Fprint(conn, answer); err != nil {
			return err
		}
		switch command {
		case "STARTTLS":
			return nil
		case "QUIT":
			return errors.New("it left")
		}
	}
}
