package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
	"github.com/ventanilla/ventanilla/services/notifications/internal/message"
)

// ErrNothingToCancel says that no part of a dispatch can be taken back any more.
var ErrNothingToCancel = errors.New("nothing to cancel")

// A payment request comes before the parts, and both before their dispatch: whoever changes several locks them in this order. A part that is
// being taken for sending is waited for, and left when it was taken.
const (
	cancelPayment = `UPDATE payment SET status = 'cancelled', settled_at = $1 WHERE dispatch_id = $2 AND status = 'requested'`
	cancelParts   = `UPDATE part SET status = 'cancelled', reason = $1, next_attempt_at = NULL, ended_at = $2, fence = fence + 1
		WHERE dispatch_id = $3 AND (status IN ('accepted', 'scheduled') OR part = 4 AND status = 'sent' AND $4 = 1) RETURNING part`
)

// CancelDispatch takes back the parts of a dispatch that wait to be sent, and its payment request when it is not paid. An operator's act is
// entered as an event; operator is empty for others. It fails with ErrNothingToCancel; also where there is no such dispatch.
func (s *Store) CancelDispatch(ctx context.Context, id, operator string) error {
	if !canBeKey(id) {
		return ErrNothingToCancel
	}
	err := s.db.InTx(ctx, func(tx *sql.Tx) error {
		now := s.now()
		paid, err := tx.ExecContext(ctx, cancelPayment, now.UnixMilli(), id)
		if err != nil {
			return err
		}
		requests, err := paid.RowsAffected()
		if err != nil {
			return err
		}
		kinds, err := scanned(ctx, tx, sqlstore.Value[message.Kind], cancelParts, message.CancelledByUser, now.UnixMilli(), id, min(requests, 1))
		if err != nil {
			return err
		}
		if len(kinds) == 0 {
			return ErrNothingToCancel
		}
		if operator != "" {
			if err := enterEvent(ctx, tx, now, operator, "CancelDispatch", id, "", partsText(kinds, message.Cancelled, time.Time{})); err != nil {
				return err
			}
		}
		return s.settle(ctx, tx, now, id)
	})
	if err != nil {
		return fmt.Errorf("cancelling a dispatch: %w", err)
	}
	return nil
}

// partsText says, for an event, what some parts of a dispatch became; until is their new end, if they got one.
func partsText(kinds []message.Kind, status message.Status, until time.Time) string {
	said := struct {
		Parts     []message.Kind `json:"parts"`
		Status    message.Status `json:"status"`
		ExpiresAt string         `json:"expires_at,omitempty"`
	}{Parts: kinds, Status: status}
	if !until.IsZero() {
		said.ExpiresAt = until.Format(time.RFC3339)
	}
	text, err := json.Marshal(said)
	if err != nil {
		panic(err) // it can always be encoded
	}
	return string(text)
}

// scanned runs a statement in a transaction and returns what scan makes of each row that it returns.
func scanned[T any](ctx context.Context, tx *sql.Tx, scan func(sqlstore.Scanner) (T, error), query string, args ...any) ([]T, error) {
	rows, err := tx.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []T
	for rows.Next() {
		one, err := scan(rows)
		if err != nil {
			return nil, err
		}
		all = append(all, one)
	}
	return all, rows.Err()
}
