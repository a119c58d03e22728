package smtp_test

import (
	"bufio"
	"context"
	"encoding/base64"
	"fmt"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ventanilla/ventanilla/services/notifications/internal/carrier/smtp"
	"github.com/ventanilla/ventanilla/services/notifications/internal/message"
)

// peer is a mail server that says what it is told to: replies by command, "." for the end of a mail and "" for the greeting.
// A reply of hang is none, one of drop ends the connection.
type peer struct {
	t        *testing.T
	listener net.Listener
	work     sync.WaitGroup

	mu       sync.Mutex
	replies  map[string]string
	sessions int
	lines    []string
	open     map[net.Conn]struct{}
	arrived  chan string // commands that are not replied to
}

const (
	hang = "hang"
	drop = "drop"
)

func newPeer(t *testing.T, replies map[string]string) *peer {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &peer{t: t, listener: listener, replies: replies, open: make(map[net.Conn]struct{}), arrived: make(chan string, 16)}
	p.work.Go(p.accept)
	t.Cleanup(func() {
		listener.Close()
		p.hangUp()
		p.work.Wait()
	})
	return p
}

// hangUp ends all connections.
func (p *peer) hangUp() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for conn := range p.open {
		conn.Close()
	}
}

func (p *peer) config() smtp.Config {
	config := smtp.DefaultConfig()
	config.Address, config.TLS = p.listener.Addr().String(), smtp.None
	return config
}

func (p *peer) accept() {
	for {
		conn, err := p.listener.Accept()
		if err != nil {
			return
		}
		p.mu.Lock()
		p.open[conn] = struct{}{}
		p.sessions++
		p.mu.Unlock()
		p.work.Go(func() { p.serve(conn) })
	}
}

func (p *peer) reply(command string) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	if reply, ok := p.replies[command]; ok {
		return reply
	}
	return map[string]string{"": "220 hi", "EHLO": "250-hi\r\n250-ENHANCEDSTATUSCODES\r\n250 8BITMIME", "DATA": "354 go on", "QUIT": "221 bye"}[command]
}

func (p *peer) serve(conn net.Conn) {
	defer conn.Close()
	lines := bufio.NewScanner(conn)
	in := false // a mail
	for command := ""; ; {
		reply := p.reply(command)
		switch {
		case in && command != ".":
			reply = ""
		case reply == hang:
			p.arrived <- command
			reply = ""
		case reply == drop:
			return
		case reply == "":
			reply = "250 2.0.0 ok"
		}
		if reply != "" {
			if _, err := fmt.Fprintf(conn, "%s\r\n", reply); err != nil {
				return
			}
			in = strings.HasPrefix(reply, "354")
		}
		if !lines.Scan() {
			return
		}
		p.mu.Lock()
		p.lines = append(p.lines, lines.Text())
		p.mu.Unlock()
		command, _, _ = strings.Cut(lines.Text(), " ")
	}
}

func TestWhatRepliesMean(t *testing.T) {
	failed, rejected, throttled := message.OutcomeFailed, message.OutcomeRejected, message.OutcomeThrottled
	for name, c := range map[string]struct {
		command, reply string
		want           message.Result
	}{
		"no such mailbox":               {"RCPT", "550 5.1.1 no such user", message.Result{Outcome: rejected, Reason: message.BadAddress, AddressDead: true, Detail: "RCPT: 550 5.1.1"}},
		"the same without a status":     {"RCPT", "550 no such user", message.Result{Outcome: rejected, Reason: message.BadAddress, Detail: "RCPT: 550"}},
		"a domain without mail":         {"RCPT", "556 5.1.10 null MX", message.Result{Outcome: rejected, Reason: message.BadAddress, AddressDead: true, Detail: "RCPT: 556 5.1.10"}},
		"a mailbox that is shut":        {"RCPT", "550 5.2.1 disabled", message.Result{Outcome: rejected, Reason: message.Blocked, Detail: "RCPT: 550 5.2.1"}},
		"a mailbox that is full":        {"RCPT", "452 4.2.2 full", message.Result{Outcome: failed, Reason: message.RecipientAway, Detail: "RCPT: 452 4.2.2"}},
		"one that is full for good":     {"RCPT", "552 5.2.2 full", message.Result{Outcome: rejected, Reason: message.RecipientAway, Detail: "RCPT: 552 5.2.2"}},
		"greylisting":                   {"RCPT", "451 4.7.1 come again", message.Result{Outcome: throttled, Reason: message.RecipientAway, RetryAfter: 5 * time.Minute, Detail: "RCPT: 451 4.7.1"}},
		"a bad parameter":               {"RCPT", "501 5.1.3 bad syntax", message.Result{Outcome: rejected, Reason: message.BadAddress, Detail: "RCPT: 501 5.1.3"}},
		"relaying is denied":            {"RCPT", "554 5.7.1 relay access denied", message.Result{Outcome: rejected, Reason: message.ContentRefused, Detail: "RCPT: 554 5.7.1"}},
		"it wants a login":              {"MAIL", "530 5.7.0 authentication required", message.Result{Outcome: failed, Reason: message.CarrierRefuses, Detail: "MAIL: 530 5.7.0"}},
		"the sender is refused":         {"MAIL", "550 5.1.8 bad sender", message.Result{Outcome: failed, Reason: message.CarrierRefuses, Detail: "MAIL: 550 5.1.8"}},
		"a flood":                       {"MAIL", "421 4.7.28 too many", message.Result{Outcome: throttled, Reason: message.Throttled, Detail: "MAIL: 421 4.7.28"}},
		"no room":                       {"MAIL", "452 4.3.1 no room", message.Result{Outcome: failed, Reason: message.CarrierAway, Detail: "MAIL: 452 4.3.1"}},
		"it closes":                     {"DATA", "421 4.3.2 shutting down", message.Result{Outcome: failed, Reason: message.CarrierAway, Detail: "DATA: 421 4.3.2"}},
		"what is said is refused":       {".", "554 5.6.0 spam", message.Result{Outcome: rejected, Reason: message.ContentRefused, Detail: "DATA: 554 5.6.0"}},
		"likewise without a status":     {".", "550 no", message.Result{Outcome: rejected, Reason: message.ContentRefused, Detail: "DATA: 550"}},
		"it is too long":                {".", "552 5.3.4 too long", message.Result{Outcome: rejected, Reason: message.ContentRefused, Detail: "DATA: 552 5.3.4"}},
		"an error of its own":           {".", "451 4.3.0 oops", message.Result{Outcome: failed, Reason: message.CarrierAway, Detail: "DATA: 451 4.3.0"}},
		"an error of its own, for good": {".", "554 5.3.0 oops", message.Result{Outcome: failed, Reason: message.CarrierAway, Detail: "DATA: 554 5.3.0"}},
		"a code that nobody knows":      {"RCPT", "599 what", message.Result{Outcome: failed, Reason: message.Unintelligible, Detail: "RCPT: 599"}},
		"the connection before the end": {"DATA", drop, message.Result{Outcome: failed, Reason: message.CarrierAway, Detail: "DATA"}},
		"the connection at a recipient": {"RCPT", drop, message.Result{Outcome: failed, Reason: message.CarrierAway, Detail: "RCPT"}},
		"the connection after the end":  {".", drop, message.Result{Outcome: message.OutcomeUnknown, Reason: message.CarrierAway, Detail: "DATA"}},
		"taken, Postfix":                {".", "250 2.0.0 Ok: queued as 4WkXy01zQ", message.Result{Outcome: message.OutcomeSent, Ref: "4WkXy01zQ"}},
		"taken, Exim":                   {".", "250 OK id=1sZ9-0001-2A", message.Result{Outcome: message.OutcomeSent, Ref: "1sZ9-0001-2A"}},
		"taken, without a word":         {".", "250 ok", message.Result{Outcome: message.OutcomeSent}},
	} {
		t.Run(name, func(t *testing.T) {
			p := newPeer(t, map[string]string{c.command: c.reply})
			if got := client(t, p.config(), "").Send(t.Context(), notification("ana@mail.example")); got != c.want {
				t.Errorf("%+v\nwant %+v", got, c.want)
			}
		})
	}
}

func TestSessionsThatCannotBeHad(t *testing.T) {
	for name, c := range map[string]struct {
		replies map[string]string
		want    message.Reason
		detail  string
	}{
		"it closes":        {map[string]string{"": "421 busy"}, message.CarrierAway, "no session: 421"},
		"it takes nobody":  {map[string]string{"": "554 no service"}, message.CarrierRefuses, "no session: 554"},
		"it says nonsense": {map[string]string{"": "what"}, message.CarrierAway, "no session: "},
		"it drops":         {map[string]string{"": drop}, message.CarrierAway, "no session: EOF"},
	} {
		p := newPeer(t, c.replies)
		got := client(t, p.config(), "").Send(t.Context(), notification("ana@mail.example"))
		if got.Outcome != message.OutcomeFailed || got.Reason != c.want || !strings.HasPrefix(got.Detail, c.detail) {
			t.Errorf("%s: %+v", name, got)
		}
	}
	p := newPeer(t, nil)
	config := p.config()
	p.listener.Close()
	if got := client(t, config, "").Send(t.Context(), notification("ana@mail.example")); got.Outcome != message.OutcomeFailed || got.Reason != message.CarrierAway {
		t.Errorf("nobody listens: %+v", got)
	}
}

func TestSilence(t *testing.T) {
	for command, want := range map[string]message.Outcome{
		"": message.OutcomeFailed, "EHLO": message.OutcomeFailed, "MAIL": message.OutcomeFailed, "RCPT": message.OutcomeFailed, "DATA": message.OutcomeFailed,
		".": message.OutcomeUnknown,
	} {
		p := newPeer(t, map[string]string{command: hang})
		ctx, cancel := context.WithCancel(t.Context())
		go func() {
			<-p.arrived
			cancel()
		}()
		got := client(t, p.config(), "").Send(ctx, notification("ana@mail.example"))
		if got.Outcome != want || got.Reason != message.CarrierTimeout {
			t.Errorf("after %q: %+v", command, got)
		}
	}
}

func TestASessionThatHasEndedIsReplaced(t *testing.T) {
	p := newPeer(t, nil)
	c := client(t, p.config(), "")
	for range 2 {
		if got := c.Send(t.Context(), notification("ana@mail.example")); got.Outcome != message.OutcomeSent {
			t.Fatalf("%+v", got)
		}
		p.hangUp()
	}
	if p.sessions != 2 {
		t.Errorf("%d sessions", p.sessions)
	}
}

func TestAddresses(t *testing.T) {
	p := newPeer(t, map[string]string{"EHLO": "250-hi\r\n250-SMTPUTF8\r\n250 DSN"})
	c := client(t, p.config(), bouncesDomain)
	for _, address := range []string{"", "ana", "ana@", "@mail.example", "Ana <ana@mail.example>", "ana@mail.example\r\nDATA", "ana@mail.example, berta@mail.example", "a b@mail.example", "ana@-.example"} {
		if got := c.Send(t.Context(), notification(address)); got.Outcome != message.OutcomeRejected || got.Reason != message.BadAddress {
			t.Errorf("%q: %+v", address, got)
		}
	}
	if p.sessions != 0 {
		t.Error("the server was asked")
	}
	for address, want := range map[string]string{
		"ana@correo.ñandú.example": "RCPT TO:<ana@correo.xn--and-6ma2c.example> NOTIFY=FAILURE",
		"ñandú@mail.example":       "RCPT TO:<ñandú@mail.example> NOTIFY=FAILURE",
	} {
		p.mu.Lock()
		p.lines = nil
		p.mu.Unlock()
		if got := c.Send(t.Context(), notification(address)); got.Outcome != message.OutcomeSent {
			t.Errorf("%s: %+v", address, got)
		}
		p.mu.Lock()
		said := strings.Join(p.lines, "\n")
		p.mu.Unlock()
		if !strings.Contains(said, want+"\n") || strings.Contains(said, "SMTPUTF8") != strings.HasPrefix(address, "ñ") || !strings.Contains(said, " RET=HDRS") {
			t.Errorf("%s: said\n%s", address, said)
		}
	}
}

func TestCredentialsAreGivenOverTLSOnly(t *testing.T) {
	config := smtp.Config{Address: "127.0.0.1:25", TLS: smtp.None, From: "a@b.example", Username: "u", Password: "geheim"}
	if err := config.Validate(); err == nil || !strings.HasPrefix(err.Error(), "username: ") || strings.Contains(err.Error(), "geheim") {
		t.Errorf("%v", err)
	}
	token := base64.StdEncoding.EncodeToString([]byte("\x00u\x00geheim"))
	p := newPeer(t, map[string]string{"EHLO": "250-hi\r\n250 AUTH PLAIN"})
	config.Address, config.TLS = p.config().Address, smtp.StartTLS
	if got := client(t, config, "").Send(t.Context(), notification("ana@mail.example")); got.Outcome != message.OutcomeFailed {
		t.Errorf("%+v", got)
	}
	if said := strings.Join(p.lines, "\n"); strings.Contains(said, token) || strings.Contains(said, "AUTH") {
		t.Errorf("said without TLS: %s", said)
	}
}
