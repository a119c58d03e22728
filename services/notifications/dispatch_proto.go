package notifications

import (
	"slices"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/ventanilla/ventanilla/pkg/authn"
	notificationsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/notifications/v1"
	"github.com/ventanilla/ventanilla/services/notifications/internal/store"
)

// seesDestination tells whether a caller is told who a dispatch is for.
func seesDestination(caller authn.Caller) bool {
	return caller.IsOperator() && slices.ContainsFunc(caller.Claims.Roles, func(role string) bool { return role == authn.Support || role == authn.Security })
}

// dispatchToProto is a dispatch as a caller sees it.
func (s *Service) dispatchToProto(caller authn.Caller, d *store.Snapshot) *notificationsv1.Dispatch {
	out := &notificationsv1.Dispatch{
		DispatchId: d.ID, ProviderId: d.ProviderID, ServiceId: d.ServiceID, Status: d.Status.Proto(), Reference: d.Reference,
		CreatedAt: timestamp(d.CreatedAt), SendAt: timestamp(d.SendAt), ExpiresAt: timestamp(d.ExpiresAt), ChangedAt: timestamp(d.ChangedAt),
		ErasedAt: timestamp(d.ErasedAt), DataSet: d.DataSet.Proto(), Version: d.Version,
	}
	if seesDestination(caller) {
		out.Destination = d.PersonID
	}
	for _, p := range d.Parts {
		out.Parts = append(out.Parts, s.partToProto(p))
	}
	return out
}

func (s *Service) partToProto(p store.SnapshotPart) *notificationsv1.Part {
	out := &notificationsv1.Part{
		Kind: p.Kind.Proto(), Channel: p.Channel.Proto(), Status: p.Status.Proto(), Reason: string(p.Reason),
		PaymentId: p.PaymentID, PaymentStatus: p.PaymentStatus,
	}
	if p.Status.Waits() {
		out.NextAttemptAt = timestamp(p.NextAttemptAt)
	}
	if p.CodeID != "" {
		out.Code = s.codes.Code(p.CodeID)
	}
	for _, a := range p.Attempts {
		out.Attempts = append(out.Attempts, &notificationsv1.Attempt{
			Number: a.Number, At: timestamp(a.At), Carrier: a.Carrier, Outcome: a.Outcome.Proto(), Reason: string(a.Reason), Repeated: a.Repeated,
		})
	}
	return out
}

// timestamp is absent for the zero time.
func timestamp(t time.Time) *timestamppb.Timestamp {
	if t.IsZero() {
		return nil
	}
	return timestamppb.New(t)
}
