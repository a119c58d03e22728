package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"time"

	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
	"github.com/ventanilla/ventanilla/services/notifications/internal/message"
)

// ErrNothingToCancel says that no part of a dispatch can be taken back any more.
var ErrNothingToCancel = errors.New("nothing to cancel")

// A payment request comes before the parts, and both before their dispatch: whoever changes several locks them in this order. A part that is
// being taken for sending is waited for, and left when it was taken.
const (
	selectHeldParts = `SELECT part, status FROM part WHERE dispatch_id = $1 ORDER BY part`
	cancelPayment   = `UPDATE payment SET status = 'cancelled', settled_at = $1 WHERE dispatch_id = $2 AND status = 'requested'`
	cancelParts     = `UPDATE part SET status = 'cancelled', reason = $1, next_attempt_at = NULL, ended_at = $2, fence = fence + 1
		WHERE dispatch_id = $3 AND (status IN ('accepted', 'scheduled') OR part = 4 AND status = 'sent' AND $4 = 1) RETURNING part`
)

// CancelDispatch takes back the parts of a dispatch that wait to be sent, and its payment request when it is not paid. An operator's act is
// entered as an event; operator is empty for others. It fails with ErrNothingToCancel; also where there is no such dispatch.
func (s *Store) CancelDispatch(ctx context.Context, id, operator string) error {
	if !sqlstore.CanBeKey(id) {
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
		held, err := scanned(ctx, tx, scanPartEvent, s.locking(selectHeldParts, toChange), id)
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
			before := partsEvent{Parts: slices.DeleteFunc(held, func(p partEvent) bool { return !slices.Contains(kinds, p.kind) })}
			if err := s.entered(ctx, tx, operator, "CancelDispatch", dispatchTarget(id), before, before.become(message.Cancelled)); err != nil {
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

// partsEvent is what events say of a dispatch: where some of its parts are, and until when they are worth sending, where that changes.
type partsEvent struct {
	Parts     []partEvent `json:"parts"`
	ExpiresAt time.Time   `json:"expires_at,omitzero"`
}

type partEvent struct {
	kind   message.Kind
	Kind   string         `json:"kind"`
	Status message.Status `json:"status"`
}

func scanPartEvent(row sqlstore.Scanner) (p partEvent, err error) {
	err = row.Scan(&p.kind, &p.Status)
	p.Kind = p.kind.Name()
	return p, err
}

// become is the same when all have a status.
func (e partsEvent) become(status message.Status) partsEvent {
	parts := slices.Clone(e.Parts)
	for i := range parts {
		parts[i].Status = status
	}
	return partsEvent{Parts: parts}
}

func dispatchTarget(id string) string { return "dispatch/" + id }

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
