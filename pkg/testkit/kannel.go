package testkit

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

const kannelPatience = 60 * time.Second

// Gateway is a Kannel with a centre that says of every message that it was delivered: bearerbox, smsbox and fakesmsc.
type Gateway struct {
	t         testing.TB
	folder    string
	ports     kannelPorts
	bearerbox *leashed
	smsbox    *leashed
	centre    *leashed
	// SendSMS is the address of sendsms. It stays the same when the gateway returns.
	SendSMS string
	// Username and Password are what sendsms lets in.
	Username, Password string
}

// Kannel starts a gateway of the test's own from the installed programs, and ends it with the test. The test fails, never skips, when
// they are not there.
func Kannel(t testing.TB) *Gateway {
	t.Helper()
	return kannel(t, 0)
}

// KannelWithCentre starts a gateway whose centre is the test's own and speaks SMPP on a port of the loopback interface. What reaches it is
// for the test to see: the gateway has no Messages.
func KannelWithCentre(t testing.TB, port int) *Gateway {
	t.Helper()
	return kannel(t, port)
}

func kannel(t testing.TB, smpp int) *Gateway {
	t.Helper()
	g := &Gateway{t: t, folder: t.TempDir(), ports: kannelPorts{smpp: smpp}, Username: "ventanilla", Password: "for-tests"}
	if err := g.configure(); err != nil {
		t.Fatalf("starting Kannel: %v", err)
	}
	g.Start()
	t.Cleanup(g.Stop)
	return g
}

// Start brings the gateway back, empty, and returns when it takes messages.
func (g *Gateway) Start() {
	g.t.Helper()
	g.bearerbox = g.run("bearerbox", kannelProgram(g.t, "bearerbox"), "kannel.conf")
	g.until(g.bearerbox, func() error { _, err := g.status(); return err })
	g.smsbox = g.run("smsbox", kannelProgram(g.t, "smsbox"), "kannel.conf")
	if g.ports.smpp == 0 {
		g.StartCentre()
	} else {
		g.untilOnline()
	}
	g.until(g.smsbox, func() error { return listening(g.ports.sendSMS) })
	g.until(g.bearerbox, func() error {
		status, err := g.status()
		if err == nil && !strings.Contains(status, "smsbox:") {
			err = errors.New("it has no smsbox")
		}
		return err
	})
}

// StartCentre brings the centre back, and returns when messages reach it.
func (g *Gateway) StartCentre() {
	g.t.Helper()
	g.centre = g.run("fakesmsc", kannelProgram(g.t, "fakesmsc"), "-H", "127.0.0.1", "-r", strconv.Itoa(g.ports.centre), "-m", "0", "1 2 text none")
	g.untilOnline()
}

// untilOnline waits until bearerbox has its centre.
func (g *Gateway) untilOnline() {
	g.t.Helper()
	g.until(g.bearerbox, func() error {
		status, err := g.status()
		if err == nil && !strings.Contains(status, "(online") {
			err = errors.New("it has no centre")
		}
		return err
	})
}

// StopCentre takes the centre away, and returns when Kannel knows, which keeps what is for it.
func (g *Gateway) StopCentre() {
	g.t.Helper()
	g.endCentre()
	g.until(g.bearerbox, func() error {
		status, err := g.status()
		if err == nil && strings.Contains(status, "(online") {
			err = errors.New("it still has its centre")
		}
		return err
	})
}

func (g *Gateway) endCentre() {
	if g.centre != nil {
		g.centre.stop()
		g.centre = nil
	}
}

// Stop ends the gateway, and returns when it has gone.
func (g *Gateway) Stop() {
	g.endCentre()
	for _, program := range []**leashed{&g.smsbox, &g.bearerbox} {
		if *program != nil {
			(*program).stop()
			*program = nil
		}
	}
}

// Freeze makes sendsms take connections and answer nothing, until Thaw.
func (g *Gateway) Freeze() { g.signal(syscall.SIGSTOP) }

// Thaw ends what Freeze began. What was asked meanwhile is done, unless whoever asked has gone.
func (g *Gateway) Thaw() { g.signal(syscall.SIGCONT) }

func (g *Gateway) signal(signal syscall.Signal) {
	g.t.Helper()
	if err := g.smsbox.signal(signal); err != nil {
		g.t.Fatal(err)
	}
}

// AccessLog is what bearerbox wrote about messages: a line "what from to [flags:class:coding:mwi:compress:dlr-mask]" each.
func (g *Gateway) AccessLog() string {
	text, _ := os.ReadFile(filepath.Join(g.folder, "access.log"))
	return string(text)
}

// Log is what bearerbox and smsbox say of themselves.
func (g *Gateway) Log() string { return g.bearerbox.log() + g.smsbox.log() }

func (g *Gateway) run(name, program string, args ...string) *leashed {
	g.t.Helper()
	l, err := leash(g.folder, name, program, args...)
	if err != nil {
		g.t.Fatal(err)
	}
	return l
}

func (g *Gateway) until(program *leashed, check func() error) {
	g.t.Helper()
	Eventually(g.t, kannelPatience, func() error {
		if err := check(); err != nil {
			return fmt.Errorf("%s: %w\n%s", program.name, err, program.log())
		}
		return nil
	})
}

// status is what bearerbox says of its connections.
func (g *Gateway) status() (string, error) {
	client := http.Client{Timeout: 5 * time.Second, Transport: &http.Transport{DisableKeepAlives: true}}
	response, err := client.Get(fmt.Sprintf("http://127.0.0.1:%d/status.txt?password=%s", g.ports.admin, g.Password))
	if err != nil {
		return "", err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	return string(text), err
}

func listening(port int) error {
	conn, err := new(net.Dialer).DialContext(context.Background(), "tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
	if err != nil {
		return err
	}
	return conn.Close()
}

// kannelProgram finds one of Kannel's programs, which are not on everybody's PATH.
func kannelProgram(t testing.TB, name string) string {
	t.Helper()
	if found, err := exec.LookPath(name); err == nil {
		return found
	}
	for _, folder := range []string{"/usr/sbin", "/usr/lib/kannel/test", "/usr/local/sbin"} {
		path := filepath.Join(folder, name)
		if _, err := os.Stat(path); err == nil {
			return path
		}
	}
	t.Fatalf("this test needs Kannel's %s: install Kannel 1.4.5 (Debian: apt-get install kannel kannel-extras)", name)
	return ""
}
