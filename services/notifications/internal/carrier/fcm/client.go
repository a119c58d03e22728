// Package fcm sends to apps and browsers through Firebase Cloud Messaging (HTTP v1, messages:send), as a service account. FCM tells nothing
// of what becomes of a message that it took: it stays sent.
package fcm

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"golang.org/x/oauth2"

	"github.com/ventanilla/ventanilla/services/notifications/internal/carrier"
	"github.com/ventanilla/ventanilla/services/notifications/internal/message"
)

// maxToken bounds the address of a device, in bytes.
const maxToken = 4 << 10

// Client sends in the name of one project.
type Client struct {
	url         string
	clickAction string
	http        *http.Client
	tokens      *tokens
	now         func() time.Time
}

// New makes a client of a valid configuration and its key file. Whoever makes it closes it.
func New(config Config, now func() time.Time) (*Client, error) {
	if err := config.Validate(); err != nil {
		return nil, err
	}
	account, err := readAccount(config.CredentialsFile)
	if err != nil {
		return nil, err
	}
	source, err := account.assertions(config.TokenURL)
	if err != nil {
		return nil, err
	}
	client := carrier.HTTPClient()
	return &Client{
		url:         strings.TrimSuffix(config.Endpoint, "/") + "/v1/projects/" + account.ProjectID + "/messages:send",
		clickAction: config.ClickAction, http: client, tokens: newTokens(source, client, now), now: now,
	}, nil
}

// Close ends the connections that nobody uses.
func (c *Client) Close() error {
	c.http.CloseIdleConnections()
	return nil
}

// Send hands a message to FCM.
func (c *Client) Send(ctx context.Context, m message.Message) message.Result {
	if m.To.Value == "" || len(m.To.Value) > maxToken {
		return message.Result{Outcome: message.OutcomeFailed, Reason: message.BadAddress, AddressDead: true, Detail: "not a token"}
	}
	token, err := c.tokens.token(ctx)
	if err != nil {
		return noToken(ctx, err, c.now())
	}
	body, err := encode(m, c.clickAction, c.now())
	if err != nil {
		return message.Result{Outcome: message.OutcomeRejected, Reason: message.ContentRefused, Detail: "it cannot be written as JSON"}
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, c.url, bytes.NewReader(body))
	if err != nil {
		return message.Result{Outcome: message.OutcomeFailed, Reason: message.CarrierRefuses, Detail: "the endpoint cannot be used"}
	}
	request.Header.Set("Authorization", "Bearer "+token.AccessToken)
	request.Header.Set("Content-Type", "application/json")
	answer, failure, ok := carrier.Call(c.http, request)
	if !ok {
		return failure
	}
	out, code := result(answer, c.now())
	if answer.Status == http.StatusUnauthorized && code == "" {
		c.tokens.refused(token)
	}
	return out
}

// noToken is the result of an attempt that got no access token: FCM has heard nothing of the message.
func noToken(ctx context.Context, err error, now time.Time) message.Result {
	var refused *oauth2.RetrieveError
	if !errors.As(err, &refused) || refused.Response == nil {
		return carrier.NoAnswer(ctx, false, err)
	}
	status := refused.Response.StatusCode
	out := message.Result{
		Outcome: message.OutcomeFailed, Reason: message.CarrierRefuses, Detail: "no access token: " + strconv.Itoa(status),
		RetryAfter: carrier.RetryAfter(refused.Response.Header, now),
	}
	switch {
	case status == http.StatusTooManyRequests:
		out.Outcome, out.Reason, out.RetryAfter = message.OutcomeThrottled, message.Throttled, max(out.RetryAfter, time.Second)
	case status >= http.StatusInternalServerError:
		out.Reason = message.CarrierAway
	}
	return out
}
