package store

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/ventanilla/ventanilla/services/notifications/internal/message"
)

// callbackLife is how long it is tried to tell a provider of a change.
const callbackLife = 24 * time.Hour

// kindNames are what providers are told parts by. They are told in the words of /Services, where they ask (docs/tuidd.md).
var kindNames = map[message.Kind]string{
	message.Notification: "notification", message.Advertisement: "advertisement",
	message.QRCode: "qr_code", message.MicroPayment: "microPayment",
}

// visible is what a provider sees of the parts' statuses, as the column told keeps it: that an attempt is under way is not told.
func (d settled) visible() string {
	var text strings.Builder
	for _, p := range d.parts {
		fmt.Fprintf(&text, "%d:%s ", p.Kind, seen(p.Status))
	}
	return text.String()
}

// seen is a status as a provider is told it.
func seen(status message.Status) message.Status {
	if status == message.Sending {
		return message.Accepted
	}
	return status
}

// accepted is what was visible when the dispatch was stored, as its answer told.
func (d settled) accepted() string {
	first := settled{parts: make([]Part, len(d.parts))}
	for i, p := range d.parts {
		first.parts[i].Kind = p.Kind
		switch {
		case p.Kind == message.QRCode:
			first.parts[i].Status = message.Delivered
		case p.Kind == message.MicroPayment:
			first.parts[i].Status = message.Sent
		case d.sendAt.Valid:
			first.parts[i].Status = message.Scheduled
		default:
			first.parts[i].Status = message.Accepted
		}
	}
	return first.visible()
}

// told is the body of a callback (docs/notifications.md).
type told struct {
	Type      string   `json:"type"`
	Timestamp string   `json:"timestamp"`
	Data      toldData `json:"data"`
}

type toldData struct {
	ID        string         `json:"id"`
	Reference *string        `json:"reference"`
	Status    message.Status `json:"status"`
	Parts     []toldPart     `json:"parts"`
}

type toldPart struct {
	Kind    string         `json:"kind"`
	Channel *string        `json:"channel"`
	Status  message.Status `json:"status"`
	Reason  *string        `json:"reason"`
}

// word is null for none.
func word(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}

// callback is the body that tells of a change; ok is false when the provider cannot see it.
func (d settled) callback(c change, at time.Time) (body string, ok bool) {
	before := d.told
	if before == "" {
		before = d.accepted()
	}
	if c.Told == before {
		return "", false
	}
	parts := make([]Part, len(d.parts))
	data := toldData{ID: d.id, Reference: word(d.reference), Parts: make([]toldPart, len(d.parts))}
	for i, p := range d.parts {
		p.Status = seen(p.Status)
		parts[i] = p
		data.Parts[i] = toldPart{kindNames[p.Kind], word(strings.ToUpper(string(p.Channel))), p.Status, word(string(p.Reason))}
	}
	data.Status = statusOf(parts)
	text, err := json.Marshal(told{"dispatch.changed", at.UTC().Format(time.RFC3339Nano), data})
	if err != nil {
		panic(err) // texts can always be encoded
	}
	return string(text), true
}

// call is a callback that waits, as a record of the statement that enters it.
type call struct {
	CallbackID string `json:"callback_id"`
	ProviderID int64  `json:"provider_id"`
	DispatchID string `json:"dispatch_id"`
	Body       string `json:"body"`
	At         int64  `json:"at"`
	Until      int64  `json:"until"`
}

func newCall(d settled, body string, at time.Time) call {
	return call{"msg_" + rand.Text(), d.providerID, d.id, body, at.UnixMilli(), at.Add(callbackLife).UnixMilli()}
}

func (s *Store) enterCalls(ctx context.Context, tx *sql.Tx, calls []call) error {
	if len(calls) == 0 {
		return nil
	}
	_, err := tx.ExecContext(ctx, s.insertCalls(), recorded(calls))
	return err
}

func (s *Store) insertCalls() string {
	return `INSERT INTO callback (callback_id, provider_id, dispatch_id, body, next_attempt_at, lease_owner, fence, attempt, created_at, until, outcome)
		SELECT r.callback_id, r.provider_id, r.dispatch_id, r.body, r.at, '', 0, 0, r.at, r.until, ''
		FROM ` + s.records(1, "r", "callback_id text, provider_id bigint, dispatch_id text, body text, at bigint, until bigint")
}
