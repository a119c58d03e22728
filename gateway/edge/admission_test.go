package edge_test

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ventanilla/ventanilla/gateway/edge"
	"github.com/ventanilla/ventanilla/pkg/testkit"
)

// A request that finds no place waits for one.
func TestARequestWaitsForItsTurn(t *testing.T) {
	entered, leave := make(chan struct{}), make(chan struct{})
	c := start(t, func(cfg *edge.Config, _ *edge.Options) { cfg.Limits.Concurrent, cfg.Limits.Wait = 1, time.Minute },
		family("f", func(http.ResponseWriter, *http.Request) { entered <- struct{}{}; <-leave }, []string{""}, route("GET", "/")))
	var calls sync.WaitGroup
	for range 3 {
		calls.Go(func() {
			if answer, body := c.do(t, "GET", "/", ""); answer.StatusCode != http.StatusOK {
				t.Errorf("got %d %s", answer.StatusCode, body)
			}
		})
	}
	for range 3 {
		<-entered
		leave <- struct{}{}
	}
	calls.Wait()
}

// Where none may wait refusals come at once, and the log does not grow with them.
func TestWhereNoneMayWaitRefusalsComeAtOnce(t *testing.T) {
	entered, leave := make(chan struct{}), make(chan struct{})
	var log bytes.Buffer
	c := start(t, func(cfg *edge.Config, opts *edge.Options) {
		cfg.Limits.Concurrent, cfg.Limits.Waiting, cfg.Limits.Wait = 1, 0, time.Hour
		opts.Logger = slog.New(slog.NewTextHandler(&log, nil))
	}, family("f", func(http.ResponseWriter, *http.Request) { entered <- struct{}{}; <-leave }, []string{""}, route("GET", "/")))
	var first sync.WaitGroup
	first.Go(func() { c.do(t, "GET", "/", "") })
	<-entered
	for range 20 {
		if answer, body := c.do(t, "GET", "/", ""); body != "f REASON_UNAVAILABLE" || answer.Header.Get("Retry-After") != "1" {
			t.Errorf("got %d %s %v", answer.StatusCode, body, answer.Header)
		}
	}
	close(leave)
	first.Wait()
	if lines := strings.Count(log.String(), "\n"); lines != 1 {
		t.Errorf("%d lines: %s", lines, log.String())
	}
}

// slowly opens a connection and sends the beginning of a request.
func slowly(t *testing.T, c client, text string) *tls.Conn {
	t.Helper()
	roots := c.Transport.(*http.Transport).TLSClientConfig.RootCAs
	conn, err := tls.Dial("tcp", strings.TrimPrefix(c.base, "https://"), &tls.Config{RootCAs: roots, ServerName: "127.0.0.1"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	if _, err := io.WriteString(conn, text); err != nil {
		t.Fatal(err)
	}
	return conn
}

// Those who send slowly take no place from others, and get one when they are done.
func TestSlowSendersTakeNoPlace(t *testing.T) {
	c := start(t, func(cfg *edge.Config, _ *edge.Options) { cfg.Limits.Concurrent, cfg.Limits.Waiting = 1, 0 },
		family("f", echo, []string{""}, route("POST", "/")))
	var slow []*tls.Conn
	for range 20 {
		slow = append(slow,
			slowly(t, c, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n"),
			slowly(t, c, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\na"),
			slowly(t, c, "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n"),
			slowly(t, c, "POST / HTTP/1.1\r\nHo"))
	}
	for range 20 {
		if answer, body := c.do(t, "POST", "/", "x"); answer.StatusCode != http.StatusOK {
			t.Fatalf("got %d %s", answer.StatusCode, body)
		}
	}
	for i, rest := range []string{"ab", "b", "1\r\nb\r\n0\r\n\r\n", "st: x\r\nContent-Length: 2\r\n\r\nab"} {
		if _, err := io.WriteString(slow[i], rest); err != nil {
			t.Fatal(err)
		}
		answer, err := http.ReadResponse(bufio.NewReader(slow[i]), nil)
		if err != nil {
			t.Fatal(err)
		}
		if body, err := io.ReadAll(answer.Body); err != nil || !strings.Contains(string(body), `"body":"ab"`) {
			t.Errorf("the slow one %d: got %d %s, %v", i, answer.StatusCode, body, err)
		}
	}
}

func TestBodiesThatDoNotArrive(t *testing.T) {
	c := start(t, func(cfg *edge.Config, _ *edge.Options) { cfg.Limits.BodyBytes = 4 },
		family("f", echo, []string{""}, route("POST", "/")))
	const head = "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
	for text, want := range map[string]string{
		head + "5\r\nabcde\r\n0\r\n\r\n": "f REASON_BODY_TOO_LARGE",
		head + "zz\r\n":                  "f REASON_MALFORMED_BODY",
	} {
		answer, err := http.ReadResponse(bufio.NewReader(slowly(t, c, text)), nil)
		if err != nil {
			t.Fatal(err)
		}
		if body, err := io.ReadAll(answer.Body); err != nil || string(body) != want {
			t.Errorf("got %d %s, %v, want %s", answer.StatusCode, body, err, want)
		}
	}
}

// The bodies that are held at a time are bounded, and those that are done make room.
func TestBodiesAreBoundedTogether(t *testing.T) {
	c := start(t, func(cfg *edge.Config, _ *edge.Options) { cfg.Limits.BodyBytes, cfg.Limits.Concurrent = 8, 2 },
		family("f", echo, []string{""}, route("POST", "/")))
	var slow []*tls.Conn
	for range 2 {
		slow = append(slow, slowly(t, c, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 8\r\n\r\n1234567"))
	}
	ask := func(want string) func() error {
		return func() error {
			if _, body := c.do(t, "POST", "/", "123"); !strings.Contains(body, want) {
				return fmt.Errorf("got %s, want %s", body, want)
			}
			return nil
		}
	}
	testkit.Eventually(t, 30*time.Second, ask("f REASON_UNAVAILABLE"))
	for _, conn := range slow {
		if err := conn.Close(); err != nil {
			t.Fatal(err)
		}
	}
	testkit.Eventually(t, 30*time.Second, ask(`"body":"123"`))
}
