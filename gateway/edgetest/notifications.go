package edgetest

import (
	"context"
	"testing"
	"time"
	"unicode/utf8"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
	notificationsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/notifications/v1"
)

// Notifications is a notifications service that follows a script. Its provider 7 has the service 3, with the token ServiceToken, and the
// person "p-1" is reached by all channels but SAT. It keeps
//   - the dispatches "d-1" (of each kind a part) and "done" (which cannot be cancelled), and in lists these two of 123;
//   - the code "code-1", and "used", "revoked", "early" and "late", which cannot be redeemed;
//   - the payment request "pay-1", and "paid", which is settled;
//   - the pictures "png" and "jpeg", and "gif", which is of no type that there is.
//
// What comes with the idempotency key or the reference "again" is an answer that was given before, what comes with "other" a conflict.
type Notifications struct {
	notificationsv1.UnimplementedDispatchServiceServer
	notificationsv1.UnimplementedCodeServiceServer
	notificationsv1.UnimplementedPaymentServiceServer
	notificationsv1.UnimplementedPictureServiceServer
	// Fails is why calls fail; REASON_UNSPECIFIED for none.
	Fails errorsv1.Reason
	// Field is the field that failures name, if any.
	Field string
}

// ServiceToken is the token of the provider's subscription.
const ServiceToken = "0b9f2a52-6a0f-4c1e-9f1d-3f5a7c2e8d10"

// Serve runs the service until the test ends and returns a connection to it.
func (n *Notifications) Serve(t testing.TB) grpc.ClientConnInterface {
	t.Helper()
	return serve(t, func(server *grpc.Server) {
		notificationsv1.RegisterDispatchServiceServer(server, n)
		notificationsv1.RegisterCodeServiceServer(server, n)
		notificationsv1.RegisterPaymentServiceServer(server, n)
		notificationsv1.RegisterPictureServiceServer(server, n)
	})
}

// called checks what calls by a client need.
func (n *Notifications) called(ctx context.Context) error {
	if !authenticated(ctx) {
		return rpcerr.New(errorsv1.Reason_REASON_CREDENTIAL_INVALID, "scripted")
	}
	if n.Fails == errorsv1.Reason_REASON_QUOTA_EXCEEDED {
		return rpcerr.New(n.Fails, "scripted", rpcerr.RetryAfter(3*time.Hour))
	}
	return fails(n.Fails, n.Field)
}

func scripted(reason errorsv1.Reason, fields ...string) error {
	var named []rpcerr.Option
	for _, field := range fields {
		named = append(named, rpcerr.Field(field, "scripted"))
	}
	return rpcerr.New(reason, "scripted", named...)
}

// at is a time of the script.
func at(seconds int64) *timestamppb.Timestamp {
	return &timestamppb.Timestamp{Seconds: 1767323045 + seconds, Nanos: 678e6}
}

// Dispatch checks a little of what the service checks.
func (n *Notifications) Dispatch(ctx context.Context, in *notificationsv1.DispatchRequest) (*notificationsv1.DispatchResponse, error) {
	if err := n.called(ctx); err != nil {
		return nil, err
	}
	return dispatch(in)
}

func dispatch(in *notificationsv1.DispatchRequest) (*notificationsv1.DispatchResponse, error) {
	again, other := false, ""
	for field, value := range map[string]string{"idempotency_key": in.GetIdempotencyKey(), "reference": in.GetReference()} {
		again = again || value == "again"
		if value == "other" {
			other = field
		}
	}
	sat := notificationsv1.Channel_CHANNEL_SAT
	switch {
	case in.GetProviderId() != 7 || in.GetServiceId() != 3 || in.GetServiceToken() != ServiceToken:
		return nil, scripted(errorsv1.Reason_REASON_SUBSCRIPTION_REFUSED)
	case in.GetDestination() == "":
		return nil, scripted(errorsv1.Reason_REASON_FIELD_MISSING, "destination")
	case in.GetNotification() == nil && in.GetAdvertisement() == nil && in.GetQrCode() == nil && in.GetMicroPayment() == nil:
		return nil, scripted(errorsv1.Reason_REASON_FIELD_MISSING, "parts")
	case len(tooLong(in)) > 0:
		return nil, scripted(errorsv1.Reason_REASON_FIELD_INVALID, tooLong(in)...)
	case in.GetNotification().GetTemplate().GetName() == "none":
		return nil, scripted(errorsv1.Reason_REASON_TEMPLATE_NOT_FOUND)
	case in.GetAdvertisement().GetChannel() == sat:
		return nil, scripted(errorsv1.Reason_REASON_PART_REFUSED, "advertisement.channel")
	case in.GetDestination() != "p-1" || in.GetNotification().GetChannel() == sat:
		return nil, scripted(errorsv1.Reason_REASON_DESTINATION_UNREACHABLE, "destination")
	case other != "":
		return nil, scripted(errorsv1.Reason_REASON_DISPATCH_CONFLICT, other)
	}
	out := &notificationsv1.DispatchResponse{
		DispatchId: "d-1", Status: notificationsv1.Status_STATUS_ACCEPTED, CreatedAt: at(0), Replayed: again,
	}
	if in.GetSendAt() != nil {
		out.Status = notificationsv1.Status_STATUS_SCHEDULED
	}
	if in.GetQrCode() != nil {
		out.Code = "code-1"
	}
	if in.GetMicroPayment() != nil {
		out.PaymentId = "pay-1"
	}
	return out, nil
}

// tooLong are the texts that are.
func tooLong(in *notificationsv1.DispatchRequest) (fields []string) {
	if utf8.RuneCountInString(in.GetNotification().GetTitle()) > 32 {
		fields = append(fields, "notification.title")
	}
	if utf8.RuneCountInString(in.GetNotification().GetMessage()) > int(in.GetLongestMessage()) {
		fields = append(fields, "notification.message")
	}
	if utf8.RuneCountInString(in.GetAdvertisement().GetMessage()) > int(in.GetLongestMessage()) {
		fields = append(fields, "advertisement.message")
	}
	return fields
}

// DispatchBatch answers each item as Dispatch does.
func (n *Notifications) DispatchBatch(ctx context.Context, in *notificationsv1.DispatchBatchRequest) (*notificationsv1.DispatchBatchResponse, error) {
	if err := n.called(ctx); err != nil {
		return nil, err
	}
	out := &notificationsv1.DispatchBatchResponse{}
	for _, item := range in.GetItems() {
		stored, err := dispatch(item)
		if err == nil {
			out.Items = append(out.Items, &notificationsv1.DispatchBatchItem{Result: &notificationsv1.DispatchBatchItem_Stored{Stored: stored}})
			continue
		}
		failure := &notificationsv1.DispatchFailure{Reason: rpcerr.Reason(err).String()[len("REASON_"):], Message: "scripted"}
		for _, v := range rpcerr.Fields(err) {
			failure.Fields = append(failure.Fields, &notificationsv1.FieldFailure{Field: v.Field, Description: v.Description})
		}
		out.Items = append(out.Items, &notificationsv1.DispatchBatchItem{Result: &notificationsv1.DispatchBatchItem_Failure{Failure: failure}})
	}
	return out, nil
}

// kept are the dispatches that the service keeps.
func kept() map[string]*notificationsv1.Dispatch {
	return map[string]*notificationsv1.Dispatch{
		"d-1": {
			DispatchId: "d-1", ProviderId: 7, ServiceId: 3, Status: notificationsv1.Status_STATUS_ACCEPTED, Reference: "cita 12",
			CreatedAt: at(0), SendAt: at(1), ExpiresAt: at(86400), ChangedAt: at(5),
			Parts: []*notificationsv1.Part{
				{
					Kind: notificationsv1.PartKind_PART_KIND_NOTIFICATION, Channel: notificationsv1.Channel_CHANNEL_SMS,
					Status: notificationsv1.Status_STATUS_DELIVERED,
					Attempts: []*notificationsv1.Attempt{
						{Number: 1, At: at(2), Carrier: "kannel", Outcome: notificationsv1.Outcome_OUTCOME_UNKNOWN, Reason: "worker_lost"},
						{Number: 2, At: at(4), Carrier: "kannel", Outcome: notificationsv1.Outcome_OUTCOME_DELIVERED, Repeated: true},
					},
				},
				{
					Kind: notificationsv1.PartKind_PART_KIND_ADVERTISEMENT, Channel: notificationsv1.Channel_CHANNEL_FCM,
					Status: notificationsv1.Status_STATUS_ACCEPTED, Reason: "carrier_away", NextAttemptAt: at(9),
					Attempts: []*notificationsv1.Attempt{{Number: 1, At: at(5), Carrier: "fcm"}},
				},
				{Kind: notificationsv1.PartKind_PART_KIND_QR_CODE, Status: notificationsv1.Status_STATUS_DELIVERED, Code: "code-1"},
				{Kind: notificationsv1.PartKind_PART_KIND_MICRO_PAYMENT, Status: notificationsv1.Status_STATUS_SENT, PaymentId: "pay-1", PaymentStatus: "requested"},
			},
		},
		"done": {
			DispatchId: "done", ProviderId: 9007199254740993, ServiceId: 3, Status: notificationsv1.Status_STATUS_DELIVERED,
			CreatedAt: at(-60), ChangedAt: at(-50),
			Parts: []*notificationsv1.Part{{
				Kind: notificationsv1.PartKind_PART_KIND_NOTIFICATION, Channel: notificationsv1.Channel_CHANNEL_EMAIL,
				Status: notificationsv1.Status_STATUS_DELIVERED,
			}},
		},
	}
}

func (n *Notifications) dispatchOf(ctx context.Context, id string) (*notificationsv1.Dispatch, error) {
	if err := n.called(ctx); err != nil {
		return nil, err
	}
	if len(id) > 64 {
		return nil, scripted(errorsv1.Reason_REASON_FIELD_INVALID, "dispatch_id")
	}
	known := kept()[id]
	if known == nil {
		return nil, scripted(errorsv1.Reason_REASON_DISPATCH_NOT_FOUND)
	}
	return known, nil
}

// GetDispatch knows those that are kept.
func (n *Notifications) GetDispatch(ctx context.Context, in *notificationsv1.GetDispatchRequest) (*notificationsv1.GetDispatchResponse, error) {
	known, err := n.dispatchOf(ctx, in.GetDispatchId())
	return &notificationsv1.GetDispatchResponse{Dispatch: known}, err
}

// ListDispatches has 123, 10,000 and more with the reference "many", and none with the status FAILED.
func (n *Notifications) ListDispatches(ctx context.Context, in *notificationsv1.ListDispatchesRequest) (*notificationsv1.ListDispatchesResponse, error) {
	if err := n.called(ctx); err != nil {
		return nil, err
	}
	all := kept()
	out := &notificationsv1.ListDispatchesResponse{Total: 123, Dispatches: []*notificationsv1.Dispatch{all["d-1"], all["done"]}}
	switch {
	case in.GetFilter().GetStatus() == notificationsv1.Status_STATUS_FAILED:
		out = &notificationsv1.ListDispatchesResponse{}
	case in.GetFilter().GetReference() == "many":
		out.Total, out.TotalCapped = 10000, true
	case len(in.GetFilter().GetReference()) > 128:
		return nil, scripted(errorsv1.Reason_REASON_FIELD_INVALID, "filter.reference")
	}
	return out, nil
}

// CancelDispatch cancels all but "done".
func (n *Notifications) CancelDispatch(ctx context.Context, in *notificationsv1.CancelDispatchRequest) (*notificationsv1.CancelDispatchResponse, error) {
	known, err := n.dispatchOf(ctx, in.GetDispatchId())
	if err == nil && in.GetDispatchId() == "done" {
		err = scripted(errorsv1.Reason_REASON_NOTHING_TO_CANCEL)
	}
	return &notificationsv1.CancelDispatchResponse{Dispatch: known}, err
}
