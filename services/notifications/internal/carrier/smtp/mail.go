package smtp

import (
	"bytes"
	"errors"
	"fmt"
	"html/template"
	netmail "net/mail"
	"strings"
	"time"
	"unicode"

	"github.com/wneessen/go-mail"
	"golang.org/x/net/idna"

	"github.com/ventanilla/ventanilla/services/notifications/internal/bounce"
	"github.com/ventanilla/ventanilla/services/notifications/internal/message"
)

var errAddress = errors.New("it is no mail address")

// writer makes mails of messages.
type writer struct {
	from *netmail.Address
	// bounces is the domain that bounces come back to; empty for none, and the sender is told then.
	bounces string
	now     func() time.Time
}

// write makes the mail of a message. It fails with errAddress, or where the message cannot be one.
func (w *writer) write(m message.Message) (*mail.Msg, error) {
	to, err := recipient(m.To.Value)
	if err != nil {
		return nil, err
	}
	out := mail.NewMsg(mail.WithNoDefaultUserAgent())
	out.FromMailAddress(w.from)
	out.ToMailAddress(&netmail.Address{Address: to})
	if w.bounces != "" {
		out.EnvelopeFromMailAddress(&netmail.Address{Address: bounce.Address(m.Receipt, w.bounces)})
	}
	out.Subject(line(m.Title))
	out.SetDateWithValue(w.now())
	// It is the same in every attempt, so that mailboxes can know a repeated one.
	out.SetMessageIDWithValue(line(m.ID) + "@" + w.from.Address[strings.LastIndexByte(w.from.Address, '@')+1:])
	out.SetGenHeader("Auto-Submitted", "auto-generated") // RFC 3834: nobody's holiday answers it
	if m.Kind == message.Advertisement {
		out.SetGenHeader(mail.HeaderPrecedence, "bulk")
	}
	out.SetBodyString(mail.TypeTextPlain, plain(m))
	rich, err := rich(m)
	if err != nil {
		return nil, err
	}
	out.AddAlternativeString(mail.TypeTextHTML, rich)
	if len(m.Picture) > 0 {
		out.EmbedReadSeeker(pictureName, bytes.NewReader(m.Picture),
			mail.WithFileContentType(mail.ContentType(m.PictureType)), mail.WithFileContentID("<"+pictureID+">"))
	}
	return out, nil
}

// What the picture that comes with a page is called.
const (
	pictureName = "picture"
	pictureID   = "picture@ventanilla"
)

// plain is what is said, for those who read no HTML.
func plain(m message.Message) string {
	if m.Link == "" {
		return m.Text + "\n"
	}
	return m.Text + "\n\n" + m.Link + "\n"
}

// page is what is said, as HTML. Whatever is of the message is escaped by its place.
var page = template.Must(template.New("page").Parse(`<!DOCTYPE html>
<html><head><meta charset="utf-8"><title>{{.Title}}</title></head>
<body>
<h1>{{.Title}}</h1>
<p style="white-space: pre-line">{{.Text}}</p>
{{- if .Picture}}
<p><img src="cid:` + pictureID + `" alt="" style="max-width: 100%"></p>
{{- end}}
{{- if .Link}}
<p><a href="{{.Link}}">{{.Link}}</a></p>
{{- end}}
</body></html>
`))

func rich(m message.Message) (string, error) {
	var text strings.Builder
	if err := page.Execute(&text, m); err != nil {
		return "", fmt.Errorf("writing the page: %w", err)
	}
	return text.String(), nil
}

// line is a text of one line: whatever would end a header is a space.
func line(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == '\u2028' || r == '\u2029' {
			return ' '
		}
		return r
	}, text)
}

// recipient is an address as servers are given it: with the domain in ASCII.
func recipient(address string) (string, error) {
	read, err := netmail.ParseAddress(address)
	if err != nil || read.Address != address || strings.ContainsFunc(address, unicode.IsControl) {
		return "", errAddress
	}
	at := strings.LastIndexByte(address, '@')
	domain, err := idna.Lookup.ToASCII(address[at+1:])
	if err != nil {
		return "", errAddress
	}
	return address[:at+1] + domain, nil
}

// ascii tells whether servers take a text without SMTPUTF8.
func ascii(text string) bool {
	return !strings.ContainsFunc(text, func(r rune) bool { return r > unicode.MaxASCII })
}
