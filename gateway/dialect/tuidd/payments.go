package tuidd

import (
	"context"

	tuiddv1 "github.com/ventanilla/ventanilla/proto/gen/go/tuidd/v1"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
	notificationsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/notifications/v1"
)

// GetPayment returns a payment request that a request made.
func (a *servicesAdapter) GetPayment(ctx context.Context, in *tuiddv1.GetPaymentRequest) (*tuiddv1.GetPaymentResponse, error) {
	caller, err := a.caller(ctx)
	if err != nil {
		return nil, err
	}
	var known *notificationsv1.GetPaymentResponse
	err = caller.Call(ctx, func(ctx context.Context) (err error) {
		known, err = a.payments.GetPayment(ctx, &notificationsv1.GetPaymentRequest{PaymentId: in.GetId()})
		return err
	})
	if err != nil {
		return nil, absent(err, errorsv1.Reason_REASON_PAYMENT_NOT_FOUND)
	}
	p := known.GetPayment()
	return &tuiddv1.GetPaymentResponse{
		Id: p.GetPaymentId(), Status: p.GetStatus(), Amount: p.GetAmount(), Currency: p.GetCurrency(), Concept: p.GetConcept(),
		Reference: word(p.GetReference()), RequestedAt: instant(p.GetRequestedAt()), ExpiresAt: moment(p.GetExpiresAt()),
		SettledAt: moment(p.GetSettledAt()),
		Links:     &tuiddv1.PaymentLinks{Self: paymentLink(p.GetPaymentId()), Service: serviceLink(p.GetDispatchId())},
	}, keepNothing(ctx)
}
