package storetest

import (
	"errors"
	"sync/atomic"
	"testing"
	"time"

	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
	"github.com/ventanilla/ventanilla/services/notifications/internal/message"
	"github.com/ventanilla/ventanilla/services/notifications/internal/store"
)

var paymentChecks = checks{
	"a payment request is settled, and its part with it": paymentsAreSettled,
	"what is settled stays so":                           settlementsStay,
	"of unlike settlements at once one counts":           settlementsAreRaced,
}

// bill is a dispatch with a payment request.
func bill(id string) store.NewDispatch {
	d := notification(id)
	d.Parts = []store.Part{{Kind: message.MicroPayment, Status: message.Sent}}
	d.Payment = &store.NewPayment{ID: "payment of " + id, Amount: 1500, Currency: "CLP", Concept: "Bono", Reference: "R-1"}
	return d
}

func settlementOf(id string, status store.PaymentStatus) store.Settlement {
	return store.Settlement{PaymentID: "payment of " + id, Status: status, Amount: 1500, Currency: "CLP"}
}

func paymentsAreSettled(t *testing.T, open Open) {
	s, clock := one(t, open)
	enter(t, s, bill("paid"), bill("cancelled"))
	want := store.Payment{
		ID: "payment of paid", ProviderID: 1, DispatchID: "paid", Amount: 1500, Currency: "CLP", Concept: "Bono", Reference: "R-1",
		Status: store.PaymentRequested, RequestedAt: start, ExpiresAt: start.Add(72 * time.Hour),
	}
	got, err := s.Payment(ctx, "payment of paid")
	check(t, err)
	wantSame(t, "a request", got, want)
	want.Status, want.SettledAt = store.PaymentPaid, clock.Advance(time.Minute)
	for range 2 {
		got, err = s.SettlePayment(ctx, settlementOf("paid", store.PaymentPaid))
		check(t, err)
		wantSame(t, "a paid request", got, want)
		clock.Advance(time.Minute)
	}
	_, err = s.SettlePayment(ctx, settlementOf("cancelled", store.PaymentCancelled))
	check(t, err)
	wantStatus(t, s, "paid", message.Delivered, message.Delivered)
	wantStatus(t, s, "cancelled", message.Cancelled, message.Cancelled)
	for _, id := range []string{"nobody's", "\x00"} {
		_, err = s.Payment(ctx, id)
		wantClass(t, "another", err, sqlstore.ErrNotFound)
		_, err = s.SettlePayment(ctx, store.Settlement{PaymentID: id, Status: store.PaymentPaid})
		wantClass(t, "settling another", err, sqlstore.ErrNotFound)
	}
}

func settlementsStay(t *testing.T, open Open) {
	s, clock := one(t, open)
	enter(t, s, bill("paid"), bill("cancelled"), bill("expired"))
	for name, change := range map[string]func(*store.Settlement){
		"another amount":   func(in *store.Settlement) { in.Amount++ },
		"another currency": func(in *store.Settlement) { in.Currency = "USD" },
	} {
		in := settlementOf("paid", store.PaymentPaid)
		change(&in)
		_, err := s.SettlePayment(ctx, in)
		wantClass(t, name, err, store.ErrPaymentState)
	}
	_, err := s.SettlePayment(ctx, settlementOf("paid", store.PaymentPaid))
	check(t, err)
	_, err = s.SettlePayment(ctx, settlementOf("paid", store.PaymentCancelled))
	wantClass(t, "cancelling what is paid", err, store.ErrPaymentState)
	check(t, s.CancelDispatch(ctx, "cancelled", ""))
	_, err = s.SettlePayment(ctx, settlementOf("cancelled", store.PaymentPaid))
	wantClass(t, "paying what is cancelled", err, store.ErrPaymentState)
	wantClass(t, "cancelling a paid dispatch", s.CancelDispatch(ctx, "paid", ""), store.ErrNothingToCancel)
	clock.Advance(73 * time.Hour)
	for _, sweep := range s.Sweeps() {
		_, err := sweep.Once(ctx)
		check(t, err)
	}
	_, err = s.SettlePayment(ctx, settlementOf("expired", store.PaymentPaid))
	wantClass(t, "paying what is expired", err, store.ErrPaymentState)
	for id, want := range map[string]store.PaymentStatus{"paid": store.PaymentPaid, "cancelled": store.PaymentCancelled, "expired": store.PaymentExpired} {
		if got, err := s.Payment(ctx, "payment of "+id); err != nil || got.Status != want || got.SettledAt.IsZero() {
			t.Errorf("%s is %+v, %v", id, got, err)
		}
	}
	wantStatus(t, s, "paid", message.Delivered, message.Delivered)
}

func settlementsAreRaced(t *testing.T, open Open) {
	replica := open(t, 4, time.Now)
	enter(t, replica(), bill("a"))
	var settled [2]atomic.Int32
	hundred(replica, func(s *store.Store, n int) {
		_, err := s.SettlePayment(ctx, settlementOf("a", []store.PaymentStatus{store.PaymentPaid, store.PaymentCancelled}[n%2]))
		if err == nil {
			settled[n%2].Add(1)
		} else if !errors.Is(err, store.ErrPaymentState) {
			t.Error(err)
		}
	})
	payment, err := replica().Payment(ctx, "payment of a")
	check(t, err)
	paid := payment.Status == store.PaymentPaid
	if settled[0].Load()+settled[1].Load() != 50 || (settled[0].Load() == 50) != paid {
		t.Errorf("%d said paid, %d cancelled, it is %s", settled[0].Load(), settled[1].Load(), payment.Status)
	}
}
