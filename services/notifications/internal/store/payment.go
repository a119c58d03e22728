package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
	"github.com/ventanilla/ventanilla/services/notifications/internal/message"
)

// PaymentStatus is where a payment request is.
type PaymentStatus string

// The statuses. All but the first are ends.
const (
	PaymentRequested PaymentStatus = "requested"
	PaymentPaid      PaymentStatus = "paid"
	PaymentExpired   PaymentStatus = "expired"
	PaymentCancelled PaymentStatus = "cancelled"
)

// Payment is a payment request.
type Payment struct {
	ID          string
	ProviderID  int64
	DispatchID  string
	Amount      int64
	Currency    string
	Concept     string
	Reference   string
	Status      PaymentStatus
	RequestedAt time.Time
	ExpiresAt   time.Time
	// SettledAt is zero while it is requested.
	SettledAt time.Time
}

// Settlement is the word of who was paid, or is not going to be.
type Settlement struct {
	PaymentID string
	// Status is PaymentPaid or PaymentCancelled.
	Status   PaymentStatus
	Amount   int64
	Currency string
}

// ErrPaymentState says that a payment request is settled otherwise, or is about another amount.
var ErrPaymentState = errors.New("the payment request is settled otherwise, or about another amount")

const selectPayment = `SELECT payment_id, provider_id, dispatch_id, amount, currency, concept, reference, status, requested_at, expires_at, settled_at
	FROM payment WHERE payment_id = $1`

func scanPayment(row sqlstore.Scanner) (p Payment, err error) {
	var requested, expires int64
	var settled sql.NullInt64
	err = row.Scan(&p.ID, &p.ProviderID, &p.DispatchID, &p.Amount, &p.Currency, &p.Concept, &p.Reference, &p.Status, &requested, &expires, &settled)
	p.RequestedAt, p.ExpiresAt, p.SettledAt = time.UnixMilli(requested).UTC(), time.UnixMilli(expires).UTC(), at(settled)
	return p, err
}

// Payment finds a payment request. It fails with sqlstore.ErrNotFound.
func (s *Store) Payment(ctx context.Context, id string) (Payment, error) {
	if !sqlstore.CanBeKey(id) {
		return Payment{}, fmt.Errorf("reading a payment request: %w", sqlstore.ErrNotFound)
	}
	payment, err := sqlstore.Row(ctx, s.db, scanPayment, selectPayment, id)
	if err != nil {
		return Payment{}, fmt.Errorf("reading a payment request: %w", err)
	}
	return payment, nil
}

// SettlePayment makes a payment request, and its part, what a settlement says, and returns it as it is then. One that says what it is already
// changes nothing. It fails with sqlstore.ErrNotFound and ErrPaymentState.
func (s *Store) SettlePayment(ctx context.Context, in Settlement) (Payment, error) {
	if !sqlstore.CanBeKey(in.PaymentID) {
		return Payment{}, fmt.Errorf("settling a payment request: %w", sqlstore.ErrNotFound)
	}
	var payment Payment
	err := s.db.InTx(ctx, func(tx *sql.Tx) (err error) {
		if payment, err = scanPayment(tx.QueryRowContext(ctx, s.locking(selectPayment, toChange), in.PaymentID)); err != nil {
			return err
		}
		now := s.now()
		switch {
		case payment.Amount != in.Amount || payment.Currency != in.Currency:
			return ErrPaymentState
		case payment.Status == in.Status:
			return nil
		case payment.Status != PaymentRequested:
			return ErrPaymentState
		}
		payment.Status, payment.SettledAt = in.Status, now
		if _, err := tx.ExecContext(ctx, `UPDATE payment SET status = $2, settled_at = $3 WHERE payment_id = $1`,
			payment.ID, payment.Status, now.UnixMilli()); err != nil {
			return err
		}
		status, reason := message.Delivered, message.Reason("")
		if payment.Status == PaymentCancelled {
			status, reason = message.Cancelled, message.CancelledByUser
		}
		if _, err := tx.ExecContext(ctx, `UPDATE part SET status = $1, reason = $2, next_attempt_at = NULL, ended_at = $3
			WHERE dispatch_id = $4 AND part = $5`, status, reason, now.UnixMilli(), payment.DispatchID, message.MicroPayment); err != nil {
			return err
		}
		return s.settle(ctx, tx, now, payment.DispatchID)
	})
	if err != nil {
		return Payment{}, fmt.Errorf("settling a payment request: %w", err)
	}
	return payment, nil
}
