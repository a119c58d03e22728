package webhook

import (
	"context"
	"encoding/json"
	"time"

	"github.com/ventanilla/ventanilla/pkg/egress"
	"github.com/ventanilla/ventanilla/services/notifications/internal/message"
	"github.com/ventanilla/ventanilla/services/notifications/internal/webhook"
)

// Options are what a client works with.
type Options = webhook.Options

// Client calls recipients. It is safe for concurrent use.
type Client struct {
	calls *webhook.Client
	now   func() time.Time
}

// New returns a client; Close ends it.
func New(config egress.Config, options Options) (*Client, error) {
	calls, err := webhook.New(config, options)
	if err != nil {
		return nil, err
	}
	return &Client{calls: calls, now: options.Now}, nil
}

// Send calls the recipient's address once.
func (c *Client) Send(ctx context.Context, m message.Message) message.Result {
	body, err := json.Marshal(c.body(m))
	if err != nil {
		return message.Result{Outcome: message.OutcomeRejected, Reason: message.ContentRefused, Detail: "no JSON"}
	}
	answer, err := c.calls.Call(ctx, webhook.Call{ID: m.ID, URL: m.To.Value, Body: body, Secrets: [][]byte{m.To.Secret}})
	if err != nil {
		return unanswered(err)
	}
	return answered(answer)
}

// Close ends the connections.
func (c *Client) Close() error { return c.calls.Close() }

// body is what a call says.
type body struct {
	Type      string    `json:"type"`
	Timestamp time.Time `json:"timestamp"`
	Data      data      `json:"data"`
}

type data struct {
	ID      string `json:"id"`
	Kind    string `json:"kind"`
	Title   string `json:"title"`
	Message string `json:"message"`
	Link    string `json:"link,omitempty"`
	Picture string `json:"picture,omitempty"`
	// Data is what the app is told beside the text.
	Data map[string]string `json:"data,omitempty"`
}

// kinds are the words for those of parts that are sent.
var kinds = map[message.Kind]string{message.Notification: "notification", message.Advertisement: "advertisement"}

func (c *Client) body(m message.Message) body {
	return body{Type: "message.sent", Timestamp: c.now().UTC(), Data: data{
		ID: m.ID, Kind: kinds[m.Kind], Title: m.Title, Message: m.Text, Link: m.Link, Picture: m.PictureURL, Data: m.Data,
	}}
}
