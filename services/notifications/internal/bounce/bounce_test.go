package bounce_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/smtp"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ventanilla/ventanilla/pkg/testkit"
	"github.com/ventanilla/ventanilla/services/notifications/internal/bounce"
	"github.com/ventanilla/ventanilla/services/notifications/internal/message"
)

func TestMain(m *testing.M) { testkit.Main(m) }

const domain = "bounces.example"

// receiver is where receipts go.
type receiver struct {
	mu     sync.Mutex
	failed error
	got    []message.Receipt
}

func (r *receiver) Receive(_ context.Context, receipt message.Receipt) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.failed == nil {
		r.got = append(r.got, receipt)
	}
	return r.failed
}

// take returns the receipts, and forgets them.
func (r *receiver) take() []message.Receipt {
	r.mu.Lock()
	defer r.mu.Unlock()
	got := r.got
	r.got = nil
	return got
}

func serve(t *testing.T, r *receiver) (address string) {
	t.Helper()
	server, err := bounce.Listen(t.Context(), bounce.Config{Listen: "127.0.0.1:0", Domain: domain}, r, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() {
		if err := server.Run(ctx); err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(func() { cancel(); running.Wait() })
	return server.Addr().String()
}

// bring gives the server a mail, as mail servers do.
func bring(address, from, to, text string) error {
	client, err := smtp.Dial(address)
	if err != nil {
		return err
	}
	defer client.Close()
	if err := client.Mail(from); err != nil {
		return err
	}
	if err := client.Rcpt(to); err != nil {
		return err
	}
	data, err := client.Data()
	if err != nil {
		return err
	}
	if _, err := data.Write([]byte(text)); err != nil {
		return err
	}
	return errors.Join(data.Close(), client.Quit())
}

// report is a notification with one recipient's fields.
func report(fields string) string {
	return strings.ReplaceAll("From: MAILER-DAEMON@mx.example\nTo: b+t@bounces.example\nSubject: failed\nMIME-Version: 1.0\n"+
		"Content-Type: multipart/report; report-type=delivery-status; boundary=\"b/1\"\n\n--b/1\n\nIt was not delivered.\n\n--b/1\n"+
		"Content-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example\n\nFinal-Recipient: rfc822; ana@mail.example\n"+fields+
		"\n\n--b/1\nContent-Type: text/rfc822-headers\n\nSubject: hola\n\n--b/1--\n", "\n", "\r\n")
}

func failed(reason message.Reason, detail string) message.Receipt {
	return message.Receipt{Outcome: message.OutcomeFailed, Reason: reason, Detail: detail}
}

func TestWhatReportsSay(t *testing.T) {
	r := new(receiver)
	address := serve(t, r)
	for name, c := range map[string]struct {
		text string
		want []message.Receipt
	}{
		"no such mailbox":     {report("Action: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp; 550 no ana@mail.example"), []message.Receipt{failed(message.BadAddress, "5.1.1")}},
		"with comments":       {report("action: Failed (permanent)\nSTATUS: 5.2.2 (mailbox full)"), []message.Receipt{failed(message.RecipientAway, "5.2.2")}},
		"given up":            {report("Action: failed\nStatus: 4.4.7"), []message.Receipt{failed(message.RecipientAway, "4.4.7")}},
		"no way":              {report("Action: failed\nStatus: 5.4.4"), []message.Receipt{failed(message.BadAddress, "5.4.4")}},
		"spam":                {report("Action: failed\nStatus: 5.7.1"), []message.Receipt{failed(message.ContentRefused, "5.7.1")}},
		"a code of its own":   {report("Action: failed\nStatus: 5.9.9"), []message.Receipt{failed(message.Undelivered, "5.9.9")}},
		"a diagnosis":         {report("Action: failed\nStatus: 5.0.0\nDiagnostic-Code: SMTP; 552 5.2.2 full"), []message.Receipt{failed(message.RecipientAway, "5.2.2")}},
		"a diagnosis of none": {report("Action: failed\nStatus: 5.0.0\nDiagnostic-Code: smtp; +550 x"), []message.Receipt{failed(message.Undelivered, "5.0.0")}},
		"no code":             {report("Action: failed"), []message.Receipt{failed(message.Undelivered, "")}},
		"a code that is none": {report("Action: failed\nStatus: ana@mail.example"), []message.Receipt{failed(message.Undelivered, "")}},
		"delivered":           {report("Action: delivered\nStatus: 2.0.0"), []message.Receipt{{Outcome: message.OutcomeDelivered}}},
		"late":                {report("Action: delayed\nStatus: 4.4.1"), nil},
		"relayed":             {report("Action: relayed\nStatus: 2.0.0"), nil},
		"no action":           {report("Status: 5.1.1"), nil},
		"in base64": {strings.Replace(report(""), "delivery-status\r\n\r\n", "delivery-status\r\nContent-Transfer-Encoding: base64\r\n\r\n"+
			"UmVwb3J0aW5nLU1UQTogZG5zOyBteAoKQWN0aW9uOiBmYWlsZWQKU3RhdHVzOiA1LjEuMQo=\r\n--b/1\r\n\r\n", 1), []message.Receipt{failed(message.BadAddress, "5.1.1")}},
		"a holiday answer": {"Subject: no estoy\r\n\r\nVuelvo el lunes.\r\n", nil},
		"no mail":          {"what\r\n", nil},
		"nothing":          {"", nil},
		"cut off":          {report("Action: delayed")[:300], nil},
	} {
		if err := bring(address, "", "b+d1-1-1-Mac@bounces.example", c.text); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		got := r.take()
		for i := range c.want {
			c.want[i].Token = "d1-1-1-Mac"
		}
		if fmt.Sprint(got) != fmt.Sprint(c.want) {
			t.Errorf("%s: %+v, want %+v", name, got, c.want)
		}
	}
}

func TestReportsOfServers(t *testing.T) {
	r := new(receiver)
	address := serve(t, r)
	for file, want := range map[string]message.Receipt{
		"opensmtpd.eml": failed(message.CarrierAway, "5.3.0"), "postfix.eml": failed(message.BadAddress, "5.1.1"), "exim.eml": failed(message.BadAddress, "550"),
	} {
		text, err := os.ReadFile(filepath.Join("testdata", file))
		if err != nil {
			t.Fatal(err)
		}
		if err := bring(address, "", "B+T@Bounces.Example", string(text)); err != nil {
			t.Fatal(err)
		}
		want.Token = "T"
		if got := r.take(); len(got) != 1 || got[0] != want {
			t.Errorf("%s: %+v, want %+v", file, got, want)
		}
	}
}

func TestWhoIsLetIn(t *testing.T) {
	r := new(receiver)
	address := serve(t, r)
	text := report("Action: failed")
	if err := bring(address, "somebody@mail.example", "b+t@bounces.example", text); err == nil || !strings.HasPrefix(err.Error(), "550 ") {
		t.Errorf("with a sender: %v", err)
	}
	for _, to := range []string{"bounces@bounces.example", "b+@bounces.example", "postmaster@bounces.example", "b+t@other.example", "b+t"} {
		if err := bring(address, "", to, text); err == nil || !strings.HasPrefix(err.Error(), "5") {
			t.Errorf("to %s: %v", to, err)
		}
	}
	if got := r.take(); got != nil {
		t.Errorf("receipts: %+v", got)
	}
}

func TestWhatCannotBeStoredComesAgain(t *testing.T) {
	r := &receiver{failed: errors.New("away")}
	address := serve(t, r)
	if err := bring(address, "", "b+t@bounces.example", report("Action: failed")); err == nil || !strings.HasPrefix(err.Error(), "451 ") {
		t.Errorf("while the store is away: %v", err)
	}
	r.mu.Lock()
	r.failed = nil
	r.mu.Unlock()
	if err := bring(address, "", "b+t@bounces.example", report("Action: failed")); err != nil {
		t.Error(err)
	}
	if got := r.take(); len(got) != 1 {
		t.Errorf("receipts: %+v", got)
	}
}

func TestBounds(t *testing.T) {
	r := new(receiver)
	address := serve(t, r)
	// The whole mail may come back behind the report, as far as that goes.
	text := report("Action: failed\nStatus: 5.1.1")
	if err := bring(address, "", "b+t@bounces.example", text+strings.Repeat(strings.Repeat("x", 70)+"\r\n", 50_000)); err != nil {
		t.Error(err)
	}
	if got := r.take(); len(got) != 1 {
		t.Errorf("receipts: %+v", got)
	}
	client, err := smtp.Dial(address)
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	if err := client.Mail(""); err != nil {
		t.Fatal(err)
	}
	var refused error
	for i := 0; i < 50 && refused == nil; i++ {
		refused = client.Rcpt(fmt.Sprintf("b+%d@bounces.example", i))
	}
	if refused == nil || !strings.HasPrefix(refused.Error(), "452 ") {
		t.Errorf("recipients without end: %v", refused)
	}
}

func TestItEndsAlthoughSomebodyHangs(t *testing.T) {
	server, err := bounce.Listen(t.Context(), bounce.Config{Listen: "127.0.0.1:0", Domain: domain}, new(receiver), slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- server.Run(ctx) }()
	conn, err := net.Dial("tcp", server.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := conn.Read(make([]byte, 1)); err != nil { // it is served
		t.Fatal(err)
	}
	cancel()
	select {
	case err := <-ended:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(time.Minute):
		t.Error("it does not end")
	}
}

func TestSettings(t *testing.T) {
	for key, config := range map[string]bounce.Config{
		"listen and domain": {Listen: "127.0.0.1:25"}, "listen: ": {Listen: "25", Domain: domain},
		"domain: ": {Listen: "127.0.0.1:25", Domain: "b.example\r\nX"},
	} {
		if err := config.Validate(); err == nil || !strings.HasPrefix(err.Error(), key) {
			t.Errorf("%s: %v", key, err)
		}
	}
	for _, config := range []bounce.Config{{}, {Listen: ":25", Domain: domain}} {
		if err := config.Validate(); err != nil {
			t.Error(err)
		}
	}
}
