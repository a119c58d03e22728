package store

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"time"

	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
	"github.com/ventanilla/ventanilla/services/notifications/internal/message"
)

// Lane is where parts of a channel wait.
type Lane struct {
	Channel  message.Channel  `json:"channel"`
	Priority message.Priority `json:"priority"`
}

// Lanes are all of them.
func Lanes() []Lane {
	var all []Lane
	for _, channel := range message.Channels() {
		all = append(all, Lane{channel, message.Urgent}, Lane{channel, message.Bulk})
	}
	return all
}

// Claimed is a part that a worker has claimed. Its attempt has begun.
type Claimed struct {
	Part
	// PersonID and Content are those of its dispatch; empty once they are erased.
	PersonID string
	Content  string
	// Repeated tells that an earlier attempt may have reached the recipient.
	Repeated bool
}

// partKey names a part as its worker knows it, or one of its attempts.
type partKey struct {
	DispatchID string       `json:"dispatch_id"`
	Part       message.Kind `json:"part"`
	Fence      int64        `json:"fence,omitempty"`
	Number     int64        `json:"number,omitempty"`
}

const (
	fenceColumns   = "dispatch_id text, part bigint, fence bigint"
	attemptColumns = "dispatch_id text, part bigint, number bigint"
)

// Claim takes at most n parts of a lane that are due, those first that have been due longest, for a lease from now, and begins an attempt of each.
// Of parts whose worker let its lease end, the attempt before is marked: nobody knows what came of it; it counts as a try. No part is claimed twice while its lease
// lasts. The parts come in no order.
func (s *Store) Claim(ctx context.Context, lane Lane, owner string, n int, lease time.Duration) ([]Claimed, error) {
	var claimed []Claimed
	err := s.db.InTx(ctx, func(tx *sql.Tx) error {
		now := s.now()
		parts, err := scanned(ctx, tx, scanPart, s.claimParts(), lane.Channel, lane.Priority, now.UnixMilli(), n, now.Add(lease).UnixMilli(), owner)
		claimed = make([]Claimed, len(parts))
		if err != nil || len(parts) == 0 {
			return err
		}
		for i, p := range parts {
			claimed[i].Part = p
		}
		if err := s.beginAttempts(ctx, tx, claimed, now); err != nil {
			return err
		}
		return s.beginSending(ctx, tx, claimed, now)
	})
	if err != nil {
		return nil, fmt.Errorf("claiming parts: %w", err)
	}
	return claimed, nil
}

func (s *Store) claimParts() string {
	return `UPDATE part SET status = 'sending', next_attempt_at = $5, lease_until = $5, lease_owner = $6, fence = fence + 1,
			attempt = attempt + 1, tries = tries + CASE WHEN status = 'sending' THEN 1 ELSE 0 END
		WHERE ` + s.db.Oldest(`part`, `channel = $1 AND priority = $2 AND next_attempt_at <= $3`, `next_attempt_at`, `$4`) + ` RETURNING ` + partColumns
}

// beginAttempts marks the attempts that were lost, and enters the new ones.
func (s *Store) beginAttempts(ctx context.Context, tx *sql.Tx, claimed []Claimed, now time.Time) error {
	var again []partKey // those with attempts before
	for _, c := range claimed {
		if c.Attempt > 1 {
			again = append(again, partKey{c.DispatchID, c.Kind, 0, c.Attempt - 1})
		}
	}
	unknown := make(map[partKey]bool)
	if len(again) > 0 {
		if _, err := tx.ExecContext(ctx, s.loseAttempts(), recorded(again), now.UnixMilli()); err != nil {
			return err
		}
		keys, err := scanned(ctx, tx, scanKey, s.selectUnknown(), recorded(again))
		if err != nil {
			return err
		}
		for _, k := range keys {
			unknown[k] = true
		}
	}
	type attempt struct {
		partKey
		Repeated int `json:"repeated"`
	}
	begun := make([]attempt, len(claimed))
	for i := range claimed {
		c := &claimed[i]
		begun[i].partKey = partKey{c.DispatchID, c.Kind, 0, c.Attempt}
		if c.Repeated = unknown[partKey{DispatchID: c.DispatchID, Part: c.Kind}]; c.Repeated {
			begun[i].Repeated = 1
		}
	}
	_, err := tx.ExecContext(ctx, s.insertAttempts(), recorded(begun), now.UnixMilli())
	return err
}

func (s *Store) loseAttempts() string {
	return `UPDATE attempt SET outcome = 'unknown', reason = 'worker_lost', ended_at = $2 FROM ` + s.records(1, "r", attemptColumns) + `
		WHERE attempt.dispatch_id = r.dispatch_id AND attempt.part = r.part AND attempt.number = r.number AND attempt.outcome = ''`
}

func (s *Store) selectUnknown() string {
	return `SELECT DISTINCT attempt.dispatch_id, attempt.part FROM ` + s.records(1, "r", attemptColumns) + `
		JOIN attempt ON attempt.dispatch_id = r.dispatch_id AND attempt.part = r.part WHERE attempt.outcome = 'unknown'`
}

func (s *Store) insertAttempts() string {
	return `INSERT INTO attempt (dispatch_id, part, number, at, carrier, outcome, reason, repeated)
		SELECT r.dispatch_id, r.part, r.number, $2, '', '', '', r.repeated FROM ` + s.records(1, "r", attemptColumns+", repeated bigint")
}

func scanKey(row sqlstore.Scanner) (k partKey, err error) {
	err = row.Scan(&k.DispatchID, &k.Part)
	return k, err
}

// beginSending tells the dispatches of their parts, and gives the parts what of their dispatches they need. A part that is being sent makes
// its dispatch so, whatever the others are; its provider is not told.
func (s *Store) beginSending(ctx context.Context, tx *sql.Tx, claimed []Claimed, now time.Time) error {
	byDispatch := make(map[string][]*Claimed, len(claimed))
	dispatchIDs := make([]string, len(claimed))
	for i := range claimed {
		c := &claimed[i]
		byDispatch[c.DispatchID] = append(byDispatch[c.DispatchID], c)
		dispatchIDs[i] = c.DispatchID
	}
	slices.Sort(dispatchIDs)
	ids := s.list(slices.Compact(dispatchIDs))
	rows, err := tx.QueryContext(ctx, s.selectContents(), ids)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var dispatchID, personID, body string
		if err := rows.Scan(&dispatchID, &personID, &body); err != nil {
			return err
		}
		for _, c := range byDispatch[dispatchID] {
			c.PersonID, c.Content = personID, body
		}
	}
	if err := rows.Err(); err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, s.updateSending(), ids, now.UnixMilli())
	return err
}

// selectContents locks the dispatches as settle does.
func (s *Store) selectContents() string {
	text := `SELECT d.dispatch_id, d.person_id, COALESCE(content.body, '') FROM dispatch AS d
		LEFT JOIN content ON content.dispatch_id = d.dispatch_id AND ` + s.among("content.dispatch_id", "$1") + `
		WHERE ` + s.among("d.dispatch_id", "$1") + ` ORDER BY d.dispatch_id`
	if s.db.Engine == sqlstore.PostgreSQL {
		text += ` FOR UPDATE OF d`
	}
	return text
}

func (s *Store) updateSending() string {
	return `UPDATE dispatch SET status = 'sending', version = version + 1, changed_at = $2 WHERE ` + s.among("dispatch_id", "$1")
}
