// Package routing chooses who carries a message: among the carriers of a channel by weight, leaving out who fails or asks to wait.
package routing

import (
	"context"
	"time"

	"github.com/ventanilla/ventanilla/services/notifications/internal/carrier"
	"github.com/ventanilla/ventanilla/services/notifications/internal/message"
)

// Carrier is one that messages can go by.
type Carrier struct {
	// Name is what operators and providers know it by.
	Name string
	// Channels and DataSets are those that it carries.
	Channels []message.Channel
	DataSets []message.DataSet
	// Weight is its share of the messages beside others of the channel, 1 to 100.
	Weight int
	// Concurrency is how many messages it is given at a time.
	Concurrency int
	// PerSecond bounds how many it is given a second; 0 for no bound.
	PerSecond float64
	// Timeout bounds one attempt.
	Timeout time.Duration
	Client  carrier.Client
}

// Router chooses carriers. It is safe for concurrent use.
type Router struct{ carriers []Carrier }

// New returns a router over carriers, whose names differ.
func New(carriers []Carrier) *Router { return &Router{carriers} }

// Carries tells whether any carrier takes the channel for the data set.
func (r *Router) Carries(set message.DataSet, channel message.Channel) bool {
	return false
}

// Room is for how many messages of a channel and priority there is room now. When there is none, wait says after how long to ask again.
func (r *Router) Room(channel message.Channel, priority message.Priority) (room int, wait time.Duration) {
	return 0, time.Second
}

// Send makes one attempt by a carrier of its choice, and says which. Name is empty when it found none, and nothing was sent.
func (r *Router) Send(ctx context.Context, set message.DataSet, m message.Message) (name string, result message.Result) {
	return "", message.Result{Outcome: message.OutcomeThrottled, Reason: message.NoCarrier, RetryAfter: time.Second}
}
