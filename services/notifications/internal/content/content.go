package content

import (
	"encoding/json"
	"fmt"

	"github.com/ventanilla/ventanilla/services/notifications/internal/message"
)

// Content is what a dispatch says, by part. Codes and payment requests have tables of their own.
type Content struct {
	Notification  *Part `json:"notification,omitempty"`
	Advertisement *Part `json:"advertisement,omitempty"`
	// QuietHours tells whether the advertisement waits through them, as the service had it when the dispatch was accepted.
	QuietHours bool `json:"quiet_hours,omitempty"`
}

// Part is the text of one part, with its template filled in.
type Part struct {
	Channel message.Channel `json:"channel"`
	Title   string          `json:"title"`
	Text    string          `json:"text"`
	// Link is an https address; empty for none.
	Link string `json:"link,omitempty"`
	// PictureID names a row of table picture; empty for none.
	PictureID string `json:"picture_id,omitempty"`
	// Data is what the recipient's app is told beside the text; nil for nothing.
	Data map[string]string `json:"data,omitempty"`
}

// Of is the part of a kind; nil when there is none.
func (c Content) Of(kind message.Kind) *Part {
	switch kind {
	case message.Notification:
		return c.Notification
	case message.Advertisement:
		return c.Advertisement
	case message.QRCode, message.MicroPayment:
	}
	return nil
}

// Encode returns the content as it is stored.
func (c Content) Encode() string {
	text, err := json.Marshal(c)
	if err != nil {
		panic(err) // texts and truths can always be encoded
	}
	return string(text)
}

// Decode reads what Encode wrote. Its error repeats nothing of the text.
func Decode(text string) (c Content, err error) {
	if json.Unmarshal([]byte(text), &c) != nil {
		return Content{}, fmt.Errorf("reading a content of %d bytes: it is not as it was stored", len(text))
	}
	return c, nil
}
