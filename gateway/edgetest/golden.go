package edgetest

import (
	"bytes"
	"crypto/tls"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http/httputil"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"google.golang.org/grpc"

	"github.com/ventanilla/ventanilla/gateway/credential"
	"github.com/ventanilla/ventanilla/gateway/edge"
	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
)

var update = flag.Bool("update", false, "write what is answered into the golden cases")

const separator = "\n=== answer\n"

// goldenCase is a file of testdata: directives, a request, the separator, the answer.
//
// A directive is a line "@name value": plain (over plain HTTP), chunked (the body
// without its length), host NAME (the Host, "example.com" without it), fill n (n letters after the body), fails REASON (calls of
// auth), exchange-fails REASON, identity-fails REASON, benefits-fails REASON, notifications-fails REASON, session-fails REASON, field PATH (what failures name), repeat n
// (send it so often; the last answer counts), burst n (the rate limit), and for
// what an operator switched: maintenance DURATION (how long to wait, 0s for no
// word), retired, strict, deprecated TIME, sunset TIME, documentation URL.
//
// The request is as sent, but with line feeds for line ends and without Host,
// Connection and the body's length. The answer has all headers but Date and
// Connection, in alphabetical order, and the exact body, without the marks of its chunks.
type goldenCase struct {
	directives map[string]string
	head, body string
	answer     string
}

// Platform is what the families of a case call.
type Platform struct {
	// Auth is a client of the scripted auth service.
	Auth authv1.TokenServiceClient
	// Exchanger asks it.
	Exchanger *credential.Exchanger
	// Identity is a connection to the scripted identity service.
	Identity grpc.ClientConnInterface
	// Benefits is a connection to the scripted benefits service.
	Benefits grpc.ClientConnInterface
	// Notifications is a connection to the scripted notifications service.
	Notifications grpc.ClientConnInterface
	// PassKeys is a connection to the scripted part of the session service that is about pass keys and beneficiaries.
	PassKeys grpc.ClientConnInterface
	// Workspaces is a connection to the scripted part of the session service that is about sessions and what users do with them.
	Workspaces grpc.ClientConnInterface
	// Clock is that of the case's edge.
	Clock func() time.Time
}

// Families makes the families of a case.
type Families func(p Platform) ([]edge.Family, error)

// Golden runs every case of the folder testdata/golden against an edge of its own. With the flag -update it
// writes the answers into the cases instead.
func Golden(t *testing.T, families Families) {
	t.Helper()
	files, err := filepath.Glob("testdata/golden/*.http")
	if err != nil || len(files) == 0 {
		t.Fatalf("no golden cases: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".http"), func(t *testing.T) {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			c := parseCase(string(text))
			got := c.run(t, families)
			if *update {
				request, _, _ := strings.Cut(string(text), separator)
				if err := os.WriteFile(file, []byte(request+separator+got), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if got != c.answer {
				t.Errorf("got\n%s\nwant\n%s", got, c.answer)
			}
		})
	}
}

func parseCase(text string) goldenCase {
	c := goldenCase{directives: make(map[string]string)}
	text, c.answer, _ = strings.Cut(text, separator)
	for strings.HasPrefix(text, "@") {
		var line string
		line, text, _ = strings.Cut(text, "\n")
		name, value, _ := strings.Cut(line[1:], " ")
		c.directives[name] = value
	}
	c.head, c.body, _ = strings.Cut(text, "\n\n")
	if n, err := strconv.Atoi(c.directives["fill"]); err == nil {
		c.body += strings.Repeat("a", n)
	}
	return c
}

func (c goldenCase) has(directive string) bool {
	_, ok := c.directives[directive]
	return ok
}

// reason is the one that a directive names.
func (c goldenCase) reason(directive string) errorsv1.Reason {
	return errorsv1.Reason(errorsv1.Reason_value[c.directives[directive]])
}

func (c goldenCase) run(t *testing.T, families Families) string {
	t.Helper()
	auth := (&Auth{Fails: c.reason("fails"), ExchangeFails: c.reason("exchange-fails"), Field: c.directives["field"]}).Serve(t)
	identity := (&Identity{Fails: c.reason("identity-fails"), Field: c.directives["field"]}).Serve(t)
	benefits := (&Benefits{Fails: c.reason("benefits-fails"), Field: c.directives["field"]}).Serve(t)
	notifications := (&Notifications{Fails: c.reason("notifications-fails"), Field: c.directives["field"]}).Serve(t)
	passKeys := (&PassKeys{Fails: c.reason("session-fails"), Field: c.directives["field"]}).Serve(t)
	workspaces := (&Workspaces{Fails: c.reason("session-fails"), Field: c.directives["field"]}).Serve(t)
	opts, roots := Options(t)
	exchanger, err := credential.NewExchanger(auth, Nothing{}, edge.Callers{}, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	mounted, err := families(Platform{
		Auth: auth, Exchanger: exchanger, Identity: identity, Benefits: benefits, Notifications: notifications, PassKeys: passKeys,
		Workspaces: workspaces, Clock: opts.Clock,
	})
	if err != nil {
		t.Fatal(err)
	}
	cfg := Config()
	if n, err := strconv.Atoi(c.directives["burst"]); err == nil {
		cfg.Rate.Burst = n
	}
	opts.Switches = c.switched(t)
	e := Start(t, cfg, opts, roots, mounted...)
	times := 1
	if n, err := strconv.Atoi(c.directives["repeat"]); err == nil {
		times = n
	}
	var answer string
	for range times {
		answer = render(e.exchangeBytes(t, c.has("plain"), c.bytes()))
	}
	return answer
}

// bytes is the request as it is sent.
func (c goldenCase) bytes() []byte {
	var b bytes.Buffer
	b.WriteString(strings.ReplaceAll(c.head, "\n", "\r\n"))
	host := "example.com"
	if c.has("host") {
		host = c.directives["host"]
	}
	b.WriteString("\r\nHost: " + host + "\r\nConnection: close\r\n")
	if c.has("chunked") {
		fmt.Fprintf(&b, "Transfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n", len(c.body), c.body)
		return b.Bytes()
	}
	if c.body != "" {
		fmt.Fprintf(&b, "Content-Length: %d\r\n", len(c.body))
	}
	b.WriteString("\r\n" + c.body)
	return b.Bytes()
}

// exchangeBytes sends a request on a connection of its own and returns all that comes back.
func (e *Edge) exchangeBytes(t *testing.T, plain bool, request []byte) []byte {
	t.Helper()
	var conn net.Conn
	var err error
	if plain {
		conn, err = net.Dial("tcp", e.HTTPAddr().String())
	} else {
		conn, err = tls.Dial("tcp", e.Addr().String(), &tls.Config{RootCAs: e.Roots, ServerName: "example.com"})
	}
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	if err := conn.SetDeadline(time.Now().Add(30 * time.Second)); err != nil {
		t.Fatal(err)
	}
	if _, err := conn.Write(request); err != nil {
		t.Fatal(err)
	}
	answer, err := io.ReadAll(conn)
	if err != nil {
		t.Fatal(err)
	}
	return answer
}

// render is an answer as cases have it.
func render(answer []byte) string {
	head, body, _ := strings.Cut(string(answer), "\r\n\r\n")
	lines := strings.Split(head, "\r\n")
	headers := slices.DeleteFunc(lines[1:], func(line string) bool {
		return strings.HasPrefix(line, "Date: ") || line == "Connection: close"
	})
	slices.Sort(headers)
	if slices.Contains(headers, "Transfer-Encoding: chunked") {
		whole, err := io.ReadAll(httputil.NewChunkedReader(strings.NewReader(body)))
		if err != nil {
			return err.Error()
		}
		body = string(whole)
	}
	return strings.Join(append([]string{lines[0]}, headers...), "\n") + "\n\n" + body
}
