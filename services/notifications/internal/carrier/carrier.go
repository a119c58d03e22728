// Package carrier says what a carrier is: somebody who takes messages to recipients, as an SMS gateway or a mail server. Each kind is in a
// folder of its own, with a table of its codes and a client.
package carrier

import (
	"context"

	"github.com/ventanilla/ventanilla/services/notifications/internal/message"
)

// Client speaks to one carrier. It is safe for concurrent use.
type Client interface {
	// Send makes one attempt and never repeats it by itself. It returns when ctx ends, with OutcomeUnknown where the carrier may have
	// taken the message, and with OutcomeFailed where it cannot have.
	Send(ctx context.Context, m message.Message) message.Result
	// Close ends its connections.
	Close() error
}

// Receiver takes receipts.
type Receiver interface {
	// Receive returns nil once a receipt is stored, or is about nothing that it knows. It fails with sqlstore.ErrUnavailable when it is
	// to be told again.
	Receive(ctx context.Context, r message.Receipt) error
}
