package messaging

import (
	"context"
	"fmt"
	"time"

	"google.golang.org/grpc"

	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
	notificationsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/notifications/v1"
	"github.com/ventanilla/ventanilla/services/session/internal/store"
)

// Message is what to say, and to whom.
type Message struct {
	// PersonID is identity's, of the data set.
	PersonID string
	// Channel is how it goes.
	Channel notificationsv1.Channel
	// Title is 1 to 32 code points.
	Title string
	// Text is what it says.
	Text string
	// Longest is the most code points of the text, where that is fewer than the dispatcher takes; 0 for as many.
	Longest int32
	// Link is an absolute https address; empty for none.
	Link string
	// Data is what the recipient's app is told beside the text, by FCM and WEBHOOK; nil for nothing.
	Data map[string]string
	// Reference makes a repetition known as one for ever, Key for a day; empty for not. Both are shared by all whom session serves. No personal data.
	Reference, Key string
}

// Messenger sends messages. It is safe for concurrent use.
type Messenger struct {
	dispatches notificationsv1.DispatchServiceClient
	routes     routes
}

// New makes a messenger over a connection to notifications in session's own name.
func New(notifications grpc.ClientConnInterface, now func() time.Time) *Messenger {
	return &Messenger{
		dispatches: notificationsv1.NewDispatchServiceClient(notifications),
		routes:     routes{providers: notificationsv1.NewProviderServiceClient(notifications), now: now, known: map[store.DataSet]knownRoute{}},
	}
}

// Send has a message sent, and returns when it is durable. It fails with MESSAGE_UNDELIVERABLE for a person without an address for the channel, for a channel
// that nobody carries, and where session is no provider; with MESSAGE_CONFLICT, QUOTA_EXCEEDED, and FIELD_MISSING and FIELD_INVALID, which name
// channel, title, message, link or reference; and with UNAVAILABLE.
func (m *Messenger) Send(ctx context.Context, set store.DataSet, in Message) (id string, status notificationsv1.Status, err error) {
	answer, err := m.dispatch(ctx, set, in)
	if rpcerr.Reason(err) == errorsv1.Reason_REASON_SUBSCRIPTION_REFUSED || rpcerr.Reason(err) == errorsv1.Reason_REASON_PART_REFUSED {
		m.routes.forget(set) // an operator may have entered another since
		answer, err = m.dispatch(ctx, set, in)
	}
	if err != nil {
		return "", 0, failure(err)
	}
	return answer.GetDispatchId(), answer.GetStatus(), nil
}

func (m *Messenger) dispatch(ctx context.Context, set store.DataSet, in Message) (*notificationsv1.DispatchResponse, error) {
	by, err := m.routes.find(ctx, set)
	if err != nil {
		return nil, err
	}
	answer, err := m.dispatches.Dispatch(ctx, &notificationsv1.DispatchRequest{
		ProviderId: by.provider, ServiceId: by.service, Destination: in.PersonID,
		Notification: &notificationsv1.Message{Channel: in.Channel, Title: in.Title, Message: in.Text, Link: in.Link, Data: in.Data},
		Reference:    in.Reference, IdempotencyKey: in.Key, LongestMessage: in.Longest,
	})
	if err != nil {
		return nil, fmt.Errorf("dispatching a message: %w", err)
	}
	return answer, nil
}

// Look tells what became of a message. It fails with NOTIFICATION_NOT_FOUND and UNAVAILABLE.
func (m *Messenger) Look(ctx context.Context, id string) (*notificationsv1.Dispatch, error) {
	answer, err := m.dispatches.GetDispatch(ctx, &notificationsv1.GetDispatchRequest{DispatchId: id})
	if err != nil {
		return nil, failure(fmt.Errorf("reading a dispatch: %w", err))
	}
	return answer.GetDispatch(), nil
}
