package delivery

import (
	"context"
	"errors"
	"strconv"
	"time"

	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
	"github.com/ventanilla/ventanilla/services/notifications/internal/content"
	"github.com/ventanilla/ventanilla/services/notifications/internal/message"
	"github.com/ventanilla/ventanilla/services/notifications/internal/receipt"
	"github.com/ventanilla/ventanilla/services/notifications/internal/recipient"
	"github.com/ventanilla/ventanilla/services/notifications/internal/store"
)

// ready is a message that can be sent.
type ready struct {
	message.Message
	// more tells whether the recipient has another address for the channel.
	more bool
}

// prepare makes the message of a claimed part. Without one, the result says what becomes of the part.
func (d *Deliverer) prepare(ctx context.Context, j judge) (*ready, store.Result) {
	c := j.part
	switch {
	case !j.now.Before(c.ExpiresAt):
		return nil, j.unsent(message.Expired, message.TimeRanOut)
	case c.Tries >= maxTries: // by workers that died
		return nil, j.unsent(message.Failed, message.WorkerLost)
	case c.Content == "":
		return nil, j.unsent(message.Cancelled, message.CancelledByUser) // it was erased
	}
	said, err := content.Decode(c.Content)
	if err != nil {
		d.options.Logger.ErrorContext(ctx, "cannot read what is to be sent", "dispatch", c.DispatchID, "error", err)
	}
	text := said.Of(c.Kind)
	if text == nil {
		return nil, j.unsent(message.Failed, message.Unintelligible)
	}
	to, err := d.options.Recipients.Find(ctx, c.DataSet, c.PersonID)
	if err != nil {
		d.awayUntil.Store(j.now.Add(away).UnixNano())
		return nil, j.later(message.Accepted, message.IdentityAway, j.now.Add(away+time.Duration(j.chance*float64(away))))
	}
	if refusal, refused := d.refuse(j, said, to); refused {
		return nil, refusal
	}
	return d.compose(ctx, j, text, to.Addresses[c.Channel])
}

// refuse decides whether a recipient can have a part now.
func (d *Deliverer) refuse(j judge, said content.Content, to recipient.Recipient) (store.Result, bool) {
	switch {
	case !to.Known:
		return j.unsent(message.Failed, message.UnknownPerson), true
	case len(to.Addresses[j.part.Channel]) == 0:
		return j.unsent(message.Failed, message.NoAddress), true
	case j.part.Kind != message.Advertisement:
		return store.Result{}, false
	case to.RefusesAdvertisements:
		return j.unsent(message.Cancelled, message.OptedOut), true
	case said.QuietHours:
		if end := d.options.Quiet.End(j.now, to.Zone); !end.IsZero() {
			return j.later(message.Scheduled, message.QuietHours, end), true
		}
	}
	return store.Result{}, false
}

func (d *Deliverer) compose(ctx context.Context, j judge, text *content.Part, addresses []message.Address) (*ready, store.Result) {
	c := j.part
	m := &ready{Message: message.Message{
		ID: c.DispatchID + "-" + strconv.Itoa(int(c.Kind)), Attempt: int(c.Attempt), Repeated: c.Repeated, Before: c.Carrier, Channel: c.Channel, Kind: c.Kind,
		To: addresses[0], Title: text.Title, Text: text.Text, Link: text.Link, Data: text.Data, Expires: c.ExpiresAt,
		Receipt: d.options.Receipts.Token(receipt.Attempt{DispatchID: c.DispatchID, Kind: c.Kind, Number: c.Attempt}),
	}, more: addresses[0].ID != "" && len(addresses) > 1}
	if text.PictureID != "" {
		picture, mediaType, err := d.options.Store.PartPicture(ctx, text.PictureID)
		if errors.Is(err, sqlstore.ErrNotFound) { // it was erased
			return m, store.Result{}
		}
		if err != nil {
			return nil, j.later(message.Accepted, "", j.now.Add(away))
		}
		m.PictureURL, m.Picture, m.PictureType = d.options.PictureURL(text.PictureID), picture, mediaType
	}
	return m, store.Result{}
}
