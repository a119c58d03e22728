// Package kannel sends short messages and messages for the SIM through Kannel's HTTP interface (its user guide, "Sending messages with sendsms"),
// and takes its delivery reports.
//
// Credentials, number and the address for reports travel in X-Kannel-* headers and what is said in the body, so that none of it is in
// addresses, which proxies log. Kannel itself writes what it sends to its access-log and, at log-level 0 and 1, to its log: whoever runs it
// sets log-level = 2 or more and no access-log, or one with an access-log-format without the text.
package kannel

import (
	"bytes"
	"context"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/ventanilla/ventanilla/services/notifications/internal/carrier"
	"github.com/ventanilla/ventanilla/services/notifications/internal/message"
)

// Kannel's codings and the class of messages for the SIM.
const (
	coding7Bit = 0
	coding8Bit = 1
	codingUCS2 = 2
	classSIM   = 2
)

// Client speaks to one Kannel.
type Client struct {
	config Config
	http   *http.Client
	now    func() time.Time
}

// New makes a client of a valid configuration. Whoever makes it closes it.
func New(config Config, now func() time.Time) (*Client, error) {
	if err := config.Validate(); err != nil {
		return nil, err
	}
	return &Client{config, carrier.HTTPClient(), now}, nil
}

// Close ends the connections that nobody uses.
func (c *Client) Close() error {
	c.http.CloseIdleConnections()
	return nil
}

// number is one in E.164 form.
var number = regexp.MustCompile(`^\+[1-9][0-9]{3,14}$`)

// Send hands a message to Kannel, which keeps it until a centre takes it.
func (c *Client) Send(ctx context.Context, m message.Message) message.Result {
	if !number.MatchString(m.To.Value) {
		return message.Result{Outcome: message.OutcomeRejected, Reason: message.BadAddress, Detail: "not a number"}
	}
	body, headers, ok := c.encode(m)
	if !ok {
		return message.Result{Outcome: message.OutcomeRejected, Reason: message.ContentRefused, Detail: "too long"}
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, c.config.URL, bytes.NewReader(body))
	if err != nil {
		return message.Result{Outcome: message.OutcomeFailed, Reason: message.CarrierRefuses, Detail: "the address cannot be used"}
	}
	maps.Copy(headers, c.common(m))
	for name, value := range headers {
		if value != "" {
			request.Header.Set(name, value)
		}
	}
	answer, failure, ok := carrier.Call(c.http, request)
	if !ok {
		return failure
	}
	return result(answer, c.now())
}

// encode writes what is said, and the headers that say how. ok is false for what does not fit.
func (c *Client) encode(m message.Message) (body []byte, headers map[string]string, ok bool) {
	if m.Channel == message.SAT {
		// SMS-PP data download (TS 31.111, 7.1.1): the phone hands a message of PID 0x7F (TS 23.040, 9.2.3.9) and of class 2 with 8-bit data,
		// DCS 0xF6 (TS 23.038, 4), to the SIM as it is, and shows nothing.
		body, ok = simText(m, c.config.MaxMessages)
		return body, map[string]string{
			"Content-Type": "application/octet-stream", "X-Kannel-Coding": strconv.Itoa(coding8Bit), "X-Kannel-MClass": strconv.Itoa(classSIM),
			"X-Kannel-PID": strconv.Itoa(c.config.SAT.PID), "X-Kannel-Alt-DCS": "1",
		}, ok
	}
	text, coding, ok := smsText(m, c.config.MaxMessages)
	return []byte(text), map[string]string{"Content-Type": "text/plain; charset=UTF-8", "X-Kannel-Coding": strconv.Itoa(coding)}, ok
}

// common are the headers of all messages.
func (c *Client) common(m message.Message) map[string]string {
	headers := map[string]string{
		"X-Kannel-Username": c.config.Username, "X-Kannel-Password": c.config.Password.Reveal(),
		"X-Kannel-From": c.config.From, "X-Kannel-To": m.To.Value, "X-Kannel-SMSC": c.config.SMSC,
		"X-Kannel-Priority": priority(m.Kind),
		// In whole minutes. What is about to expire is still tried.
		"X-Kannel-Validity": strconv.Itoa(max(1, int(m.Expires.Sub(c.now())/time.Minute))),
	}
	if c.config.ReceiptsURL != "" && m.Receipt != "" {
		// Kannel puts values in place of what follows a percent sign.
		token := strings.ReplaceAll(url.QueryEscape(m.Receipt), "%", "%%")
		headers["X-Kannel-DLR-Mask"] = strconv.Itoa(reportsWanted)
		headers["X-Kannel-DLR-URL"] = strings.TrimSuffix(c.config.ReceiptsURL, "/") + ReceiptsPath + "?token=" + token + "&type=%d"
	}
	return headers
}

// priority has notifications overtake advertisements in the queues of Kannel and of centres.
func priority(kind message.Kind) string {
	if kind == message.Advertisement {
		return "0"
	}
	return "1"
}
