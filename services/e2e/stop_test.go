package e2e

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"strings"
	"syscall"
	"testing"

	"github.com/ventanilla/ventanilla/pkg/testkit"
)

// TestStopWaitsForRequests asks a platform to end while the body of a request is on its way: the request is served to
// its end, new ones are not taken, and the process ends well.
func TestStopWaitsForRequests(t *testing.T) {
	p := up(t, t.TempDir())
	p.issue(t, p.partner)
	stopDuring(t, p.process, p.edge, p.partner)
	if code := p.process.exitCode(t); code != 0 {
		t.Errorf("exit code %d after SIGTERM", code)
	}
}

// gatewayStopped does the same to a gateway of its own process.
func gatewayStopped(t *testing.T, c *cluster) {
	g := c.gateway[1]
	stopDuring(t, g.process, g.edge, c.partner)
	if code := g.exitCode(t); code != 0 {
		t.Errorf("exit code %d after SIGTERM", code)
	}
	g.start(t, c)
}

// stopDuring ends the process once it has begun to read a request, and sends the rest when it takes no other.
func stopDuring(t *testing.T, p *process, e edge, c credentials) {
	t.Helper()
	body, rest := io.Pipe()
	reading := make(chan struct{})
	ctx := httptrace.WithClientTrace(t.Context(), &httptrace.ClientTrace{Got100Continue: func() { close(reading) }})
	inFlight := call{path: tokenPath, body: body, header: http.Header{
		"Content-Type": {"application/x-www-form-urlencoded"}, "Expect": {"100-continue"},
	}}
	answered := make(chan error, 1)
	go func() {
		a, err := e.try(ctx, inFlight)
		if err == nil && a.status != http.StatusOK {
			err = fmt.Errorf("status %d, %s", a.status, a.body)
		}
		answered <- err
	}()
	select {
	case <-reading:
	case err := <-answered:
		t.Fatalf("answered before the body was sent: %v", err)
	}
	p.signal(syscall.SIGTERM)
	refusesConnections(t, e)
	if _, err := io.WriteString(rest, encodeForm(issuing(c).form)); err != nil {
		t.Errorf("sending the body: %v", err)
	}
	_ = rest.Close() // Never fails.
	if err := <-answered; err != nil {
		t.Errorf("the request in flight: %v", err)
	}
}

// refusesConnections returns when the edge takes no new connection any more.
func refusesConnections(t *testing.T, e edge) {
	t.Helper()
	testkit.Eventually(t, patience, func() error {
		conn, err := new(net.Dialer).DialContext(t.Context(), "tcp", strings.TrimPrefix(e.base, "https://"))
		if err != nil {
			return nil //nolint:nilerr // This is what is waited for.
		}
		_ = conn.Close()
		return errors.New("new connections are still taken")
	})
}
