// Package messagingtest stands for notifications.v1 in tests of who has it tell persons something.
package messagingtest

import (
	"context"
	"fmt"
	"sync"

	"google.golang.org/grpc"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
	notificationsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/notifications/v1"
)

// Notifications is a connection to a dispatcher that keeps what it was asked. Its fields are for one goroutine at a time; see Do.
type Notifications struct {
	grpc.ClientConnInterface
	mu sync.Mutex

	// Providers and Subscriptions, by provider, are what session finds.
	Providers     []*notificationsv1.Provider
	Subscriptions map[int64][]*notificationsv1.Subscription
	// Fail is asked before each dispatch is stored; nil for never. An error that it returns is the answer.
	Fail func(*notificationsv1.DispatchRequest) error
	// Away is the answer to everything when it is set.
	Away error

	// Listed counts how often providers were listed.
	Listed int
	// Asked is what was to be dispatched, also again.
	Asked []*notificationsv1.DispatchRequest
	// Dispatches are those that were stored, by identifier.
	Dispatches map[string]*notificationsv1.Dispatch

	requests map[string]*notificationsv1.DispatchRequest // by reference
}

// New is a dispatcher whose provider of each data set is session: 1 in production and 2 in staging, by the service 7.
func New() *Notifications {
	n := &Notifications{Subscriptions: map[int64][]*notificationsv1.Subscription{}}
	for i, set := range []authv1.DataSet{authv1.DataSet_DATA_SET_PRODUCTION, authv1.DataSet_DATA_SET_STAGING} {
		id := int64(i + 1)
		n.Providers = append(n.Providers, &notificationsv1.Provider{ProviderId: id, Role: "session", DataSet: set})
		n.Subscriptions[id] = []*notificationsv1.Subscription{{SubscriptionId: fmt.Sprint("s", id), ProviderId: id, ServiceId: 7}}
	}
	return n
}

// Do reads or changes the fields while calls may come.
func (n *Notifications) Do(do func()) {
	n.mu.Lock()
	defer n.mu.Unlock()
	do()
}

// Invoke answers a call, as it would come over a wire.
func (n *Notifications) Invoke(_ context.Context, method string, args, reply any, _ ...grpc.CallOption) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	answer, err := n.answer(method, args)
	if n.Away != nil {
		err = n.Away
	}
	if err != nil {
		return status.FromProto(rpcerr.Public(err).Proto()).Err()
	}
	proto.Merge(reply.(proto.Message), answer)
	return nil
}

func (n *Notifications) answer(method string, args any) (proto.Message, error) {
	switch in := args.(type) {
	case *notificationsv1.ListProvidersRequest:
		n.Listed++
		return &notificationsv1.ListProvidersResponse{Providers: n.Providers}, nil
	case *notificationsv1.ListSubscriptionsRequest:
		return &notificationsv1.ListSubscriptionsResponse{Subscriptions: n.Subscriptions[in.GetProviderId()]}, nil
	case *notificationsv1.DispatchRequest:
		n.Asked = append(n.Asked, proto.CloneOf(in))
		if n.Fail != nil {
			if err := n.Fail(in); err != nil {
				return nil, err
			}
		}
		return n.store(proto.CloneOf(in))
	case *notificationsv1.GetDispatchRequest:
		if known := n.Dispatches[in.GetDispatchId()]; known != nil {
			return &notificationsv1.GetDispatchResponse{Dispatch: known}, nil
		}
		return nil, rpcerr.New(errorsv1.Reason_REASON_DISPATCH_NOT_FOUND, "no dispatch has the identifier")
	}
	return nil, fmt.Errorf("%s is not for this dispatcher", method)
}

// store keeps a dispatch; what repeats a reference is the same, or a conflict.
func (n *Notifications) store(in *notificationsv1.DispatchRequest) (*notificationsv1.DispatchResponse, error) {
	id := fmt.Sprintf("dispatch-%d", len(n.Dispatches)+1)
	if reference := in.GetReference(); reference != "" {
		if first := n.requests[reference]; first != nil && !proto.Equal(first, in) {
			return nil, rpcerr.New(errorsv1.Reason_REASON_DISPATCH_CONFLICT, "it was used with another content", rpcerr.Field("reference", "was used"))
		}
		for known, d := range n.Dispatches {
			if d.GetReference() == reference {
				return &notificationsv1.DispatchResponse{DispatchId: known, Status: d.GetStatus(), Replayed: true}, nil
			}
		}
		if n.requests == nil {
			n.requests = map[string]*notificationsv1.DispatchRequest{}
		}
		n.requests[reference] = in
	}
	if n.Dispatches == nil {
		n.Dispatches = map[string]*notificationsv1.Dispatch{}
	}
	n.Dispatches[id] = &notificationsv1.Dispatch{
		DispatchId: id, ProviderId: in.GetProviderId(), ServiceId: in.GetServiceId(), Reference: in.GetReference(), Status: notificationsv1.Status_STATUS_ACCEPTED,
		Parts: []*notificationsv1.Part{{Kind: notificationsv1.PartKind_PART_KIND_NOTIFICATION, Channel: in.GetNotification().GetChannel()}},
	}
	return &notificationsv1.DispatchResponse{DispatchId: id, Status: notificationsv1.Status_STATUS_ACCEPTED}, nil
}
