package notifications

import (
	"context"
	"errors"

	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/ventanilla/ventanilla/pkg/authn"
	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
	notificationsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/notifications/v1"
	"github.com/ventanilla/ventanilla/services/notifications/internal/settlement"
	"github.com/ventanilla/ventanilla/services/notifications/internal/store"
)

type paymentService struct {
	notificationsv1.UnimplementedPaymentServiceServer
	*Service
}

// GetPayment returns a payment request.
func (s *paymentService) GetPayment(ctx context.Context, req *notificationsv1.GetPaymentRequest) (*notificationsv1.GetPaymentResponse, error) {
	payment, err := s.store.Payment(ctx, req.GetPaymentId())
	if err != nil {
		return nil, paymentFailure(err, "reading a payment request")
	}
	if owns, err := s.owns(ctx, authn.CallerOf(ctx), payment.ProviderID); err != nil {
		return nil, err
	} else if !owns {
		return nil, paymentNotFound()
	}
	return &notificationsv1.GetPaymentResponse{Payment: paymentToProto(payment)}, nil
}

// SettlePayment takes the payment provider's word.
func (s *paymentService) SettlePayment(ctx context.Context, req *notificationsv1.SettlePaymentRequest) (*notificationsv1.SettlePaymentResponse, error) {
	if err := s.settlements.Verify(settlement.Call{
		ID: req.GetWebhookId(), Timestamp: req.GetWebhookTimestamp(), Signature: req.GetWebhookSignature(), Body: req.GetBody(),
	}); err != nil {
		return nil, rpcerr.Wrap(errorsv1.Reason_REASON_CREDENTIAL_INVALID, err, "the signature is not the payment provider's, or of another time")
	}
	told, err := settlement.Parse(req.GetBody())
	if err != nil {
		return nil, err
	}
	payment, err := s.store.SettlePayment(ctx, told)
	if err != nil {
		return nil, paymentFailure(err, "settling a payment request")
	}
	return &notificationsv1.SettlePaymentResponse{Payment: paymentToProto(payment)}, nil
}

func paymentFailure(err error, doing string) error {
	switch {
	case errors.Is(err, sqlstore.ErrNotFound):
		return paymentNotFound()
	case errors.Is(err, store.ErrPaymentState):
		return rpcerr.Wrap(errorsv1.Reason_REASON_PAYMENT_STATE, err, "the payment request is settled otherwise, or is about another amount")
	}
	return sqlstore.Failure(err, doing)
}

func paymentNotFound() error {
	return rpcerr.New(errorsv1.Reason_REASON_PAYMENT_NOT_FOUND, "no payment request has the identifier")
}

func paymentToProto(p store.Payment) *notificationsv1.Payment {
	return &notificationsv1.Payment{
		PaymentId: p.ID, DispatchId: p.DispatchID, Amount: p.Amount, Currency: p.Currency, Concept: p.Concept, Reference: p.Reference,
		Status: string(p.Status), RequestedAt: timestamppb.New(p.RequestedAt), ExpiresAt: timestamppb.New(p.ExpiresAt), SettledAt: timestamp(p.SettledAt),
	}
}
