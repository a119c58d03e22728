package store

import (
	"context"
	"database/sql"
	"fmt"

	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
	"github.com/ventanilla/ventanilla/services/notifications/internal/message"
)

// recipientEvent is what events say of a person that is forgotten: how many addresses were known.
type recipientEvent struct {
	Addresses int64 `json:"addresses"`
}

// erasedAtOnce bounds the dispatches of one transaction.
const erasedAtOnce = 200

// EraseRecipient forgets a person: addresses, wishes, and what was said to it. What waits to be sent is cancelled. A dispatch of which a part is
// being sent keeps its content until that ends, and is not sent again. It returns how many dispatches were erased; where it fails, some may be.
func (s *Store) EraseRecipient(ctx context.Context, actor string, set message.DataSet, personID string) (int, error) {
	if !sqlstore.CanBeKey(personID) {
		return 0, nil
	}
	err := s.db.InTx(ctx, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, `DELETE FROM recipient WHERE data_set = $1 AND person_id = $2`, set, personID); err != nil {
			return err
		}
		forgotten, err := tx.ExecContext(ctx, `DELETE FROM address WHERE data_set = $1 AND person_id = $2`, set, personID)
		if err != nil {
			return err
		}
		var before recipientEvent
		if before.Addresses, err = forgotten.RowsAffected(); err != nil {
			return err
		}
		return s.entered(ctx, tx, actor, "DeleteRecipient", recipientTarget(set, personID), before, nil)
	})
	if err != nil {
		return 0, fmt.Errorf("erasing a recipient: %w", err)
	}
	all := 0
	for after := ""; ; {
		erased, last, err := s.eraseSome(ctx, set, personID, after)
		if err != nil {
			return all, fmt.Errorf("erasing a recipient: %w", err)
		}
		if all += erased; last == "" {
			return all, nil
		}
		after = last
	}
}

// eraseSome erases dispatches of a person behind one, and returns the last that it looked at; empty when there are none.
func (s *Store) eraseSome(ctx context.Context, set message.DataSet, personID, after string) (erased int, last string, err error) {
	ids, err := sqlstore.Rows(ctx, s.db, sqlstore.Value[string], `SELECT dispatch_id FROM dispatch
		WHERE person_id = $1 AND person_id <> '' AND data_set = $2 AND dispatch_id > $3 ORDER BY dispatch_id LIMIT $4`, personID, set, after, erasedAtOnce)
	if err != nil || len(ids) == 0 {
		return 0, "", err
	}
	err = s.db.InTx(ctx, func(tx *sql.Tx) error {
		erased, err = s.eraseDispatches(ctx, tx, ids)
		return err
	})
	return erased, ids[len(ids)-1], err
}

// eraseDispatches takes payment requests before parts and these before their dispatches, as whoever locks several does.
func (s *Store) eraseDispatches(ctx context.Context, tx *sql.Tx, ids []string) (int, error) {
	now, those := s.now(), s.list(ids)
	if _, err := tx.ExecContext(ctx, s.blankPayments(), those); err != nil {
		return 0, err
	}
	cancelled, err := scanned(ctx, tx, sqlstore.Value[string], `UPDATE part SET status = 'cancelled', reason = $1, next_attempt_at = NULL, ended_at = $2, fence = fence + 1
		WHERE `+s.among("dispatch_id", "$3")+` AND status IN ('accepted', 'scheduled') RETURNING dispatch_id`, message.CancelledByUser, now.UnixMilli(), those)
	if err != nil {
		return 0, err
	}
	busy, err := scanned(ctx, tx, sqlstore.Value[string], `UPDATE part SET expires_at = $1 WHERE `+s.among("dispatch_id", "$2")+
		` AND status = 'sending' RETURNING dispatch_id`, now.UnixMilli(), those)
	if err != nil {
		return 0, err
	}
	if err := s.lockDispatches(ctx, tx, those); err != nil {
		return 0, err
	}
	if _, err := tx.ExecContext(ctx, s.updateRetention(), s.list(busy)); err != nil {
		return 0, err
	}
	free := without(ids, busy)
	if err := s.eraseTexts(ctx, tx, free); err != nil {
		return 0, err
	}
	if _, err := tx.ExecContext(ctx, s.updateForgotten(), now.UnixMilli(), s.list(free)); err != nil {
		return 0, err
	}
	return len(free), s.settle(ctx, tx, now, cancelled...)
}

func (s *Store) updateRetention() string {
	return `UPDATE dispatch SET retention = 0 WHERE ` + s.among("dispatch_id", "$1")
}

func (s *Store) updateForgotten() string {
	return `UPDATE dispatch SET person_id = '', erased_at = COALESCE(erased_at, $1), version = version + 1, changed_at = $1 WHERE ` +
		s.among("dispatch_id", "$2")
}

// without are the texts that are not among others.
func without(texts, others []string) []string {
	not := make(map[string]bool, len(others))
	for _, other := range others {
		not[other] = true
	}
	var rest []string
	for _, text := range texts {
		if !not[text] {
			rest = append(rest, text)
		}
	}
	return rest
}
