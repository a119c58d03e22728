// Package sandbox is a carrier that reaches nobody: messages go the way of all others, and what becomes of them is chosen by the end of the
// address, as with test numbers. The demo and staging use it.
package sandbox

import (
	"context"
	"errors"
	"sync"
	"time"

	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
	"github.com/ventanilla/ventanilla/services/notifications/internal/carrier"
	"github.com/ventanilla/ventanilla/services/notifications/internal/message"
)

const (
	// tellers bring receipts at the same time.
	tellers = 8
	// pause is how long one waits before it tells a receiver again that was away.
	pause = 200 * time.Millisecond
)

// Client takes messages and tells what it says became of them.
type Client struct {
	config   Config
	receiver carrier.Receiver
	clock    Clock
	receipts chan due
	ctx      context.Context
	cancel   context.CancelFunc
	running  sync.WaitGroup
}

// due is a receipt with the time at which it is told.
type due struct {
	receipt message.Receipt
	at      time.Time
}

// Clock is what the client waits by.
type Clock struct {
	// Now is the time.
	Now func() time.Time
	// After is a channel on which something comes after a while.
	After func(time.Duration) <-chan time.Time
}

// Time is the clock of the machine.
func Time() Clock { return Clock{time.Now, time.After} }

// New makes a client of a valid configuration, which tells receiver. Whoever makes it closes it.
func New(config Config, receiver carrier.Receiver, clock Clock) (*Client, error) {
	if err := config.Validate(); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(context.Background())
	c := &Client{config: config, receiver: receiver, clock: clock, receipts: make(chan due, config.Queue), ctx: ctx, cancel: cancel}
	for range tellers {
		c.running.Go(c.tell)
	}
	return c, nil
}

// Close ends the client and waits for what it does. Receipts on their way are lost, as those of a real carrier may be.
func (c *Client) Close() error {
	c.cancel()
	c.running.Wait()
	return nil
}

// Send takes a message, or does what its address asks for.
func (c *Client) Send(_ context.Context, m message.Message) message.Result {
	behaviour := behaviourOf(m.To.Value)
	result := behaviour.first
	if m.Attempt > 1 {
		result = behaviour.later
	}
	result.Detail = "sandbox"
	if result.Outcome != message.OutcomeSent {
		return result
	}
	result.Ref = m.ID
	if behaviour.receipt.Outcome == "" || m.Receipt == "" {
		return result
	}
	receipt := behaviour.receipt
	receipt.Token, receipt.Detail = m.Receipt, "sandbox"
	select {
	case c.receipts <- due{receipt, c.clock.Now().Add(c.config.Delay)}:
		return result
	default:
		return message.Result{Outcome: message.OutcomeThrottled, Reason: message.Throttled, RetryAfter: time.Second, Detail: "sandbox is full"}
	}
}

// tell brings receipts when they are due, until the client is closed.
func (c *Client) tell() {
	for {
		select {
		case <-c.ctx.Done():
			return
		case next := <-c.receipts:
			if !c.wait(next.at.Sub(c.clock.Now())) {
				return
			}
			for errors.Is(c.receiver.Receive(c.ctx, next.receipt), sqlstore.ErrUnavailable) {
				if !c.wait(pause) {
					return
				}
			}
		}
	}
}

// wait is false when the client was closed meanwhile.
func (c *Client) wait(d time.Duration) bool {
	if d <= 0 {
		return c.ctx.Err() == nil
	}
	select {
	case <-c.ctx.Done():
		return false
	case <-c.clock.After(d):
		return true
	}
}
