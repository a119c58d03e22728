package store

import (
	"context"
	"database/sql"
	"fmt"
	"slices"

	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
	"github.com/ventanilla/ventanilla/services/notifications/internal/message"
)

// Receipt is what a carrier told of an attempt later.
type Receipt struct {
	DispatchID string
	Kind       message.Kind
	Attempt    int64
	// Outcome is one of those of message.Receipt.
	Outcome message.Outcome
	Reason  message.Reason
}

// Received is what a receipt changed: Status is where the part is now; empty when it stays where it was.
type Received struct {
	Channel message.Channel
	Status  message.Status
}

// Receive enters receipts in one transaction, in their order, and tells of each what it changed. They may come in any order, again, and before what came of the attempt is written:
// a part only moves on, and is delivered or failed for good. What is about no attempt is left out.
func (s *Store) Receive(ctx context.Context, receipts []Receipt) ([]Received, error) {
	var told []Received
	err := s.db.InTx(ctx, func(tx *sql.Tx) error {
		parts, attempts, err := s.receiptsOf(ctx, tx, receipts)
		if err != nil {
			return err
		}
		now := s.now().UnixMilli()
		var changed, ended []received
		told = make([]Received, len(receipts))
		for i, r := range receipts {
			key := partKey{DispatchID: r.DispatchID, Part: r.Kind}
			part, attempt := parts[key], attempts[partKey{r.DispatchID, r.Kind, 0, r.Attempt}]
			if part == nil || attempt == nil {
				continue
			}
			status, outcome := receive(part.Status, *attempt, r.Attempt == part.Attempt, r.Outcome)
			reason := reasonOf(r)
			if outcome != *attempt {
				ended = append(ended, received{partKey: partKey{r.DispatchID, r.Kind, 0, r.Attempt}, Outcome: outcome, Reason: reason, At: now})
			}
			if status != part.Status {
				told[i] = Received{part.Channel, status}
				changed = append(changed, received{partKey: key, Status: status, Reason: reason, At: now})
			}
			part.Status, *attempt = status, outcome
		}
		return s.enterReceived(ctx, tx, changed, ended)
	})
	if err != nil {
		return nil, fmt.Errorf("entering receipts: %w", err)
	}
	return told, nil
}

// receive decides what a receipt makes of a part and of the attempt that it is about; current tells whether that is the part's last one.
func receive(part message.Status, attempt message.Outcome, current bool, told message.Outcome) (message.Status, message.Outcome) {
	taken := attempt == "" || attempt == message.OutcomeUnknown || attempt == message.OutcomeSent // as far as we know
	switch told {
	case message.OutcomeDelivered:
		if part.Open() || part == message.Sent { // whoever has the token was given the message, whatever we think came of it
			return message.Delivered, told
		}
		if taken {
			return part, told
		}
	case message.OutcomeFailed, message.OutcomeRejected:
		if taken {
			return afterFailure(part, current), told
		}
	case message.OutcomeSent:
		if attempt == message.OutcomeUnknown { // what is under way will say so itself
			return afterSending(part, current), told
		}
	case message.OutcomeThrottled, message.OutcomeUnknown:
	}
	return part, attempt
}

func afterFailure(part message.Status, current bool) message.Status {
	if current && (part == message.Sent || part == message.Sending) {
		return message.Failed
	}
	return part
}

func afterSending(part message.Status, current bool) message.Status {
	if current && part.Waits() {
		return message.Sent // it need not be sent again
	}
	return part
}

// reasonOf is why a part or an attempt is what a receipt makes it.
func reasonOf(r Receipt) message.Reason {
	switch {
	case r.Outcome != message.OutcomeFailed && r.Outcome != message.OutcomeRejected:
		return ""
	case r.Reason == "":
		return message.Undelivered
	}
	return r.Reason
}

// receiptsOf reads what receipts are about: parts by their keys, and outcomes of attempts by theirs. The parts are locked.
func (s *Store) receiptsOf(ctx context.Context, tx *sql.Tx, receipts []Receipt) (map[partKey]*Part, map[partKey]*message.Outcome, error) {
	var keys, numbers []partKey
	for _, r := range receipts {
		if sqlstore.CanBeKey(r.DispatchID) {
			keys = append(keys, partKey{DispatchID: r.DispatchID, Part: r.Kind})
			numbers = append(numbers, partKey{r.DispatchID, r.Kind, 0, r.Attempt})
		}
	}
	sortKeys(keys)
	found, err := scanned(ctx, tx, scanPart, s.lockParts(), recorded(slices.Compact(keys)))
	if err != nil {
		return nil, nil, err
	}
	parts := make(map[partKey]*Part, len(found))
	for i, p := range found {
		parts[partKey{DispatchID: p.DispatchID, Part: p.Kind}] = &found[i]
	}
	attempts := make(map[partKey]*message.Outcome, len(numbers))
	_, err = scanned(ctx, tx, func(row sqlstore.Scanner) (struct{}, error) {
		var k partKey
		outcome := new(message.Outcome)
		err := row.Scan(&k.DispatchID, &k.Part, &k.Number, outcome)
		attempts[k] = outcome
		return struct{}{}, err
	}, s.selectOutcomes(), recorded(numbers))
	return parts, attempts, err
}

func (s *Store) lockParts() string {
	text := `SELECT ` + partColumns + ` FROM ` + s.records(1, "r", "dispatch_id text, part bigint") + `
		JOIN part ON part.dispatch_id = r.dispatch_id AND part.part = r.part ORDER BY part.dispatch_id, part.part`
	if s.db.Engine == sqlstore.PostgreSQL {
		text += ` FOR UPDATE OF part`
	}
	return text
}

// selectOutcomes is a statement of its own, behind the lock: an attempt changes only with its part.
func (s *Store) selectOutcomes() string {
	return `SELECT attempt.dispatch_id, attempt.part, attempt.number, attempt.outcome FROM ` + s.records(1, "r", attemptColumns) + `
		JOIN attempt ON attempt.dispatch_id = r.dispatch_id AND attempt.part = r.part AND attempt.number = r.number`
}

// received is a change by a receipt, of a part or of an attempt, as a record of the statement that writes it.
type received struct {
	partKey
	Status  message.Status  `json:"status,omitempty"`
	Outcome message.Outcome `json:"outcome,omitempty"`
	Reason  message.Reason  `json:"reason"`
	At      int64           `json:"at"`
}

// enterReceived writes changes; of several of one part or attempt the last holds. Whoever was at work on a part finds that it is not its own any more.
func (s *Store) enterReceived(ctx context.Context, tx *sql.Tx, changed, ended []received) error {
	if len(ended) > 0 {
		if _, err := tx.ExecContext(ctx, s.updateReceivedAttempts(), recorded(lastOf(ended))); err != nil {
			return err
		}
	}
	if len(changed) == 0 {
		return nil
	}
	changed = lastOf(changed)
	if _, err := tx.ExecContext(ctx, s.updateReceivedParts(), recorded(changed)); err != nil {
		return err
	}
	ids := make([]string, len(changed))
	for i, c := range changed {
		ids[i] = c.DispatchID
	}
	return s.settle(ctx, tx, s.now(), ids...)
}

func (s *Store) updateReceivedParts() string {
	return `UPDATE part SET status = r.status, reason = r.reason, next_attempt_at = NULL, lease_owner = '', lease_until = NULL, fence = fence + 1,
			ended_at = r.at
		FROM ` + s.records(1, "r", "dispatch_id text, part bigint, status text, reason text, at bigint") + `
		WHERE part.dispatch_id = r.dispatch_id AND part.part = r.part`
}

func (s *Store) updateReceivedAttempts() string {
	return `UPDATE attempt SET outcome = r.outcome, reason = r.reason, ended_at = COALESCE(attempt.ended_at, r.at)
		FROM ` + s.records(1, "r", attemptColumns+", outcome text, reason text, at bigint") + `
		WHERE attempt.dispatch_id = r.dispatch_id AND attempt.part = r.part AND attempt.number = r.number`
}

func lastOf(changes []received) []received {
	last := make(map[partKey]int, len(changes))
	for i, c := range changes {
		last[c.partKey] = i
	}
	kept := changes[:0]
	for i, c := range changes {
		if last[c.partKey] == i {
			kept = append(kept, c)
		}
	}
	return kept
}
