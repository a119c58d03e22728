package smtp_test

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/png"
	"io"
	"log/slog"
	"maps"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ventanilla/ventanilla/pkg/testkit"
	"github.com/ventanilla/ventanilla/services/notifications/internal/bounce"
	"github.com/ventanilla/ventanilla/services/notifications/internal/carrier"
	"github.com/ventanilla/ventanilla/services/notifications/internal/carrier/smtp"
	"github.com/ventanilla/ventanilla/services/notifications/internal/message"
)

func TestMain(m *testing.M) { testkit.Main(m) }

var _ carrier.Client = (*smtp.Client)(nil)

const (
	patience      = time.Minute
	bouncesDomain = "bounces.example"
)

var start = time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)

func client(t *testing.T, config smtp.Config, bounces string) *smtp.Client {
	t.Helper()
	if config.From == "" {
		config.From = `"Ventanilla, avisos" <avisos@ventanilla.example>`
	}
	if err := config.Validate(); err != nil {
		t.Fatal(err)
	}
	c, err := smtp.New(config, smtp.Options{BouncesDomain: bounces, Now: func() time.Time { return start }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	})
	return c
}

func notification(to string) message.Message {
	return message.Message{
		ID: "d1-1", Attempt: 1, Channel: message.Email, Kind: message.Notification, To: message.Address{Value: to},
		Title: "Su hora", Text: "Mañana a las <9>.\n.\nTraiga su cédula.", Link: "https://example.org/a?b=1&c=2", Receipt: "d1-1-1-abc",
	}
}

// secured are settings for a server with STARTTLS.
func secured(server *testkit.MailServer) smtp.Config {
	config := smtp.DefaultConfig()
	config.Address, config.CAFile = server.Address, server.CAFile
	return config
}

// kept waits until a mailbox has so many mails.
func kept(t *testing.T, server *testkit.MailServer, number int) []*mail.Message {
	t.Helper()
	var mails []*mail.Message
	testkit.Eventually(t, patience, func() error {
		texts, err := server.Mails()
		if err != nil {
			return err
		}
		if len(texts) != number {
			return fmt.Errorf("%d mails are kept, want %d\n%s", len(texts), number, server.Log())
		}
		mails = nil
		for _, text := range texts {
			m, err := mail.ReadMessage(strings.NewReader(text))
			if err != nil {
				t.Fatalf("%v\n%s", err, text)
			}
			mails = append(mails, m)
		}
		return nil
	})
	return mails
}

// bodies are the parts that are not of other parts, by media type.
func bodies(t *testing.T, contentType string, body io.Reader) map[string]string {
	t.Helper()
	kind, parameters, err := mime.ParseMediaType(contentType)
	if err != nil {
		t.Fatal(err)
	}
	all := make(map[string]string)
	if !strings.HasPrefix(kind, "multipart/") {
		text, err := io.ReadAll(body)
		if err != nil {
			t.Fatal(err)
		}
		all[kind] = string(text)
		return all
	}
	for parts := multipart.NewReader(body, parameters["boundary"]); ; {
		part, err := parts.NextRawPart()
		if err == io.EOF {
			return all
		}
		if err != nil {
			t.Fatal(err)
		}
		var in io.Reader = part
		if part.Header.Get("Content-Transfer-Encoding") == "quoted-printable" {
			in = quotedprintable.NewReader(part)
		}
		maps.Copy(all, bodies(t, part.Header.Get("Content-Type"), in))
	}
}

func TestAMailIsDelivered(t *testing.T) {
	server := testkit.OpenSMTPD(t, nil)
	c := client(t, secured(server), bouncesDomain)
	m := notification(testkit.Mailbox)
	m.Title = "Su hora médica\r\nBcc: otro@mail.example\x00"
	got := c.Send(t.Context(), m)
	if got.Outcome != message.OutcomeSent || got.Ref == "" {
		t.Fatalf("%+v", got)
	}
	if !strings.Contains(server.Log(), got.Ref) {
		t.Errorf("the server's own identifier is not %s", got.Ref)
	}
	delivered := kept(t, server, 1)[0]
	header := delivered.Header
	for name, want := range map[string]string{
		"From": `"Ventanilla, avisos" <avisos@ventanilla.example>`, "To": "<ana@mail.example>", "Message-Id": "<d1-1@ventanilla.example>",
		"Auto-Submitted": "auto-generated", "Bcc": "", "Precedence": "", "Return-Path": "<b+d1-1-1-abc@bounces.example>",
		"Date": "Wed, 04 Mar 2026 05:06:07 +0000", "Mime-Version": "1.0", "List-Unsubscribe": "",
	} {
		if got := header.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	if subject, err := new(mime.WordDecoder).DecodeHeader(header.Get("Subject")); err != nil || subject != "Su hora médica  Bcc: otro@mail.example " {
		t.Errorf("Subject: %q, %v", subject, err)
	}
	texts := bodies(t, header.Get("Content-Type"), delivered.Body)
	if text := strings.ReplaceAll(texts["text/plain"], "\r\n", "\n"); text != m.Text+"\n\n"+m.Link+"\n" {
		t.Errorf("plain: %q", text)
	}
	page := texts["text/html"]
	for _, want := range []string{"Mañana a las &lt;9&gt;.", `<a href="https://example.org/a?b=1&amp;c=2">`} {
		if !strings.Contains(page, want) {
			t.Errorf("the page has no %s: %s", want, page)
		}
	}
}

func TestAnAdvertisementBringsItsPicture(t *testing.T) {
	server := testkit.OpenSMTPD(t, nil)
	c := client(t, secured(server), "")
	var picture bytes.Buffer
	if err := png.Encode(&picture, image.NewRGBA(image.Rect(0, 0, 3, 2))); err != nil {
		t.Fatal(err)
	}
	m := notification(testkit.Mailbox)
	m.Kind, m.Picture, m.PictureType, m.Link = message.Advertisement, picture.Bytes(), "image/png", ""
	if got := c.Send(t.Context(), m); got.Outcome != message.OutcomeSent {
		t.Fatalf("%+v", got)
	}
	delivered := kept(t, server, 1)[0]
	if got := delivered.Header.Get("Precedence"); got != "bulk" {
		t.Errorf("Precedence: %q", got)
	}
	if got := delivered.Header.Get("Return-Path"); got != "<avisos@ventanilla.example>" {
		t.Errorf("Return-Path: %q", got)
	}
	text, err := io.ReadAll(delivered.Body)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"multipart/alternative", "<picture@ventanilla>", "Content-Disposition: inline"} {
		if !strings.Contains(string(text), want) {
			t.Errorf("no %s in\n%s", want, text)
		}
	}
	texts := bodies(t, delivered.Header.Get("Content-Type"), bytes.NewReader(text))
	if !strings.Contains(texts["text/html"], `src="cid:picture@ventanilla"`) || texts["image/png"] == "" {
		t.Errorf("the page shows no picture: %q", texts)
	}
}

func TestSessionsAreUsedAgain(t *testing.T) {
	server := testkit.OpenSMTPD(t, nil)
	c := client(t, secured(server), bouncesDomain)
	var sending sync.WaitGroup
	for range 4 {
		sending.Go(func() {
			for range 5 {
				if got := c.Send(t.Context(), notification(testkit.Mailbox)); got.Outcome != message.OutcomeSent {
					t.Errorf("%+v", got)
				}
			}
		})
	}
	sending.Wait()
	if got := c.Send(t.Context(), notification("nobody@mail.example")); got.Outcome != message.OutcomeRejected || got.Reason != message.BadAddress {
		t.Errorf("nobody: %+v", got)
	}
	if got := c.Send(t.Context(), notification(testkit.Mailbox)); got.Outcome != message.OutcomeSent {
		t.Errorf("after a refusal: %+v", got)
	}
	kept(t, server, 21)
	if sessions := strings.Count(server.Log(), "smtp connected"); sessions > 4+1 { // and the one that asked whether it listens
		t.Errorf("%d sessions for 22 mails", sessions)
	}
}

func TestTheServerMustBeWhoItSays(t *testing.T) {
	server := testkit.OpenSMTPD(t, nil)
	config := secured(server)
	config.CAFile = ""
	if got := client(t, config, "").Send(t.Context(), notification(testkit.Mailbox)); got.Outcome != message.OutcomeFailed || !strings.Contains(got.Detail, "certificate") {
		t.Errorf("an authority that nobody knows: %+v", got)
	}
	config.Address = server.PlainAddress
	if got := client(t, config, "").Send(t.Context(), notification(testkit.Mailbox)); got.Outcome != message.OutcomeFailed || !strings.Contains(got.Detail, "STARTTLS") {
		t.Errorf("a server without TLS: %+v", got)
	}
	config.TLS = smtp.None
	if got := client(t, config, "").Send(t.Context(), notification(testkit.Mailbox)); got.Outcome != message.OutcomeSent {
		t.Errorf("on the loopback, without TLS: %+v", got)
	}
	kept(t, server, 1)
}

// receipts is where receipts go. While failing is left it fails, and takes one off.
type receipts struct {
	mu      sync.Mutex
	failing int
	asked   int
	got     []message.Receipt
}

func (r *receipts) Receive(_ context.Context, receipt message.Receipt) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.asked++
	if r.failing > 0 {
		r.failing--
		return context.DeadlineExceeded
	}
	r.got = append(r.got, receipt)
	return nil
}

func (r *receipts) all() []message.Receipt {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]message.Receipt(nil), r.got...)
}

func TestABounceComesBack(t *testing.T) {
	receiver := new(receipts)
	bounces, err := bounce.Listen(t.Context(), bounce.Config{Listen: "127.0.0.1:0", Domain: bouncesDomain}, receiver, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() {
		if err := bounces.Run(ctx); err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(func() { cancel(); running.Wait() })

	server := testkit.OpenSMTPD(t, map[string]string{bouncesDomain: bounces.Addr().String()})
	if got := client(t, secured(server), bouncesDomain).Send(t.Context(), notification(testkit.GoneMailbox)); got.Outcome != message.OutcomeSent {
		t.Fatalf("%+v", got)
	}
	testkit.Eventually(t, patience, func() error {
		got := receiver.all()
		want := message.Receipt{Token: "d1-1-1-abc", Outcome: message.OutcomeFailed, Reason: message.CarrierAway, Detail: "5.3.0"}
		if len(got) != 1 || got[0] != want {
			return fmt.Errorf("receipts: %+v, want %+v\n%s", got, want, server.Log())
		}
		return nil
	})
}
