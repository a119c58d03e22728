package bounce

import (
	"bufio"
	"encoding/base64"
	"io"
	"mime"
	"mime/multipart"
	"net/mail"
	"net/textproto"
	"strconv"
	"strings"

	"github.com/ventanilla/ventanilla/services/notifications/internal/message"
)

const (
	// maxParts bounds the parts of a report that are looked at, and maxGroups the recipients of one.
	maxParts  = 16
	maxGroups = 16
)

// read reads a delivery status notification (RFC 3464) into a receipt without a token. told is false for one that tells nothing for good, and
// for what is none: somebody's holiday answer, a bounce in prose, a mail that is damaged or too long.
func read(text io.Reader) (receipt message.Receipt, told bool) {
	m, err := mail.ReadMessage(text)
	if err != nil {
		return message.Receipt{}, false
	}
	// Servers say multipart/report, and some multipart/mixed.
	kind, parameters, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
	if err != nil || !strings.HasPrefix(kind, "multipart/") || parameters["boundary"] == "" {
		return message.Receipt{}, false
	}
	parts := multipart.NewReader(m.Body, parameters["boundary"])
	for range maxParts {
		part, err := parts.NextPart()
		if err != nil {
			break
		}
		kind, _, err := mime.ParseMediaType(part.Header.Get("Content-Type"))
		if err == nil && (kind == "message/delivery-status" || kind == "message/global-delivery-status") {
			return status(decoded(part))
		}
	}
	return message.Receipt{}, false
}

func decoded(part *multipart.Part) io.Reader {
	if strings.EqualFold(part.Header.Get("Content-Transfer-Encoding"), "base64") {
		return base64.NewDecoder(base64.StdEncoding, part)
	}
	return part // quoted-printable is decoded already
}

// status reads the groups of fields: one about the mail, then one for each recipient. Ours have one recipient.
func status(text io.Reader) (receipt message.Receipt, told bool) {
	groups := textproto.NewReader(bufio.NewReader(text))
	for range maxGroups {
		fields, err := groups.ReadMIMEHeader()
		switch strings.ToLower(strings.TrimSpace(word(fields.Get("Action")))) {
		case "failed":
			return failure(word(fields.Get("Status")), fields.Get("Diagnostic-Code")), true
		case "delivered":
			return message.Receipt{Outcome: message.OutcomeDelivered}, true
		}
		// A mail that is late, or on its way elsewhere, may still be delivered.
		if err != nil {
			break
		}
	}
	return message.Receipt{}, false
}

// failure is the receipt of a mail that failed. Where the status says no more than that, as Exim's, the reply of the last server may say why.
func failure(status, diagnostic string) message.Receipt {
	receipt := message.Receipt{Outcome: message.OutcomeFailed, Reason: Reason(status), Detail: detail(status)}
	kind, text, _ := strings.Cut(diagnostic, ";")
	words := strings.Fields(text)
	if receipt.Reason != message.Undelivered || !strings.EqualFold(strings.TrimSpace(kind), "smtp") || len(words) == 0 {
		return receipt
	}
	if len(words) > 1 && detail(words[1]) != "" {
		receipt.Reason, receipt.Detail = Reason(words[1]), detail(words[1])
	} else if code, err := strconv.ParseUint(words[0], 10, 10); err == nil && replies[int(code)] != "" {
		receipt.Reason, receipt.Detail = replies[int(code)], strconv.FormatUint(code, 10)
	}
	return receipt
}

// word is what stands before a comment.
func word(field string) string {
	before, _, _ := strings.Cut(field, "(")
	return strings.TrimSpace(before)
}

// detail is a code that is one.
func detail(code string) string {
	class, subject, number, ok := parts(code)
	if !ok {
		return ""
	}
	return class + "." + subject + "." + number
}
