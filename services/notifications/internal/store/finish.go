package store

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"slices"
	"time"

	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
	"github.com/ventanilla/ventanilla/services/notifications/internal/message"
)

// Result is what came of a claimed part.
type Result struct {
	// DispatchID, Kind, Fence and Attempt are those of the claim.
	DispatchID     string
	Kind           message.Kind
	Fence, Attempt int64
	// Unmade says that nothing was sent: the attempt is none.
	Unmade bool
	// Carrier, Ref, Outcome and Cause are those of the attempt, unless it is unmade.
	Carrier string
	Ref     string
	Outcome message.Outcome
	Cause   message.Reason
	// Counts says that the attempt counts against the most there may be.
	Counts bool
	// Status, Reason and NextAttemptAt are what becomes of the part; the last is zero unless it waits.
	Status        message.Status
	Reason        message.Reason
	NextAttemptAt time.Time
}

// Finish writes results, in one transaction, and tells of each whether it was written: a part that is another worker's by now, or that
// a receipt has ended, stays as it is, and only what is not known of the attempt is filled in.
func (s *Store) Finish(ctx context.Context, results []Result) ([]bool, error) {
	records := make([]finished, len(results))
	var written map[partKey]bool
	err := s.db.InTx(ctx, func(tx *sql.Tx) error {
		now := s.now()
		for i, r := range results {
			records[i] = newFinished(r, now)
		}
		sorted := slices.Clone(records)
		slices.SortFunc(sorted, func(a, b finished) int { return compareKeys(a.partKey, b.partKey) })
		keys, err := scanned(ctx, tx, scanFence, s.finishParts(), recorded(sorted))
		if err != nil {
			return err
		}
		written = make(map[partKey]bool, len(keys))
		ids := make([]string, len(keys))
		for i, k := range keys {
			written[k], ids[i] = true, k.DispatchID
		}
		if err := s.endAttempts(ctx, tx, sorted, written); err != nil {
			return err
		}
		return s.settle(ctx, tx, now, ids...)
	})
	if err != nil {
		return nil, fmt.Errorf("writing what came of parts: %w", err)
	}
	all := make([]bool, len(results))
	for i, r := range results {
		all[i] = written[partKey{r.DispatchID, r.Kind, r.Fence, 0}]
	}
	return all, nil
}

// finished is a result, as a record of the statements that write it.
type finished struct {
	partKey
	Unmade        int64           `json:"unmade"`
	Tries         int64           `json:"tries"`
	Status        message.Status  `json:"status"`
	Reason        message.Reason  `json:"reason"`
	NextAttemptAt *int64          `json:"next_attempt_at"`
	Carrier       string          `json:"carrier"`
	Ref           string          `json:"carrier_ref"`
	Outcome       message.Outcome `json:"outcome"`
	Cause         message.Reason  `json:"cause"`
	At            int64           `json:"at"`
	EndedAt       *int64          `json:"ended_at"`
}

const finishedColumns = fenceColumns + ", number bigint, unmade bigint, tries bigint, status text, reason text, next_attempt_at bigint, " +
	"carrier text, carrier_ref text, outcome text, cause text, at bigint, ended_at bigint"

func newFinished(r Result, now time.Time) finished {
	f := finished{
		partKey: partKey{r.DispatchID, r.Kind, r.Fence, r.Attempt}, Status: r.Status, Reason: r.Reason,
		Carrier: r.Carrier, Ref: r.Ref, Outcome: r.Outcome, Cause: r.Cause, At: now.UnixMilli(),
	}
	if r.Unmade {
		f.Unmade = 1
	}
	if r.Counts {
		f.Tries = 1
	}
	if r.Status.Waits() {
		next := r.NextAttemptAt.UnixMilli()
		f.NextAttemptAt = &next
	} else {
		f.EndedAt = &f.At
	}
	return f
}

func (s *Store) finishParts() string {
	return `UPDATE part SET status = r.status, reason = r.reason, next_attempt_at = r.next_attempt_at, lease_owner = '', lease_until = NULL,
			attempt = part.attempt - r.unmade, tries = part.tries + r.tries, ended_at = r.ended_at,
			carrier = CASE WHEN r.carrier = '' THEN part.carrier ELSE r.carrier END,
			carrier_ref = CASE WHEN r.carrier = '' THEN part.carrier_ref ELSE r.carrier_ref END
		FROM ` + s.records(1, "r", finishedColumns) + `
		WHERE part.dispatch_id = r.dispatch_id AND part.part = r.part AND part.fence = r.fence AND part.status = 'sending'
		RETURNING part.dispatch_id, part.part, part.fence`
}

// endAttempts writes what came of the attempts, late results too, unless it is known already. Those that were none are taken away with their
// parts' results alone: another worker may have begun an attempt of the same number.
func (s *Store) endAttempts(ctx context.Context, tx *sql.Tx, records []finished, written map[partKey]bool) error {
	var unmade, made []finished
	for _, f := range records {
		switch {
		case f.Unmade == 0:
			made = append(made, f)
		case written[partKey{f.DispatchID, f.Part, f.Fence, 0}]:
			unmade = append(unmade, f)
		}
	}
	if len(made) > 0 {
		if _, err := tx.ExecContext(ctx, s.endMade(), recorded(made)); err != nil {
			return err
		}
	}
	if len(unmade) > 0 {
		if _, err := tx.ExecContext(ctx, s.deleteUnmade(), recorded(unmade)); err != nil {
			return err
		}
	}
	return nil
}

func (s *Store) endMade() string {
	return `UPDATE attempt SET carrier = CASE WHEN attempt.carrier = '' THEN r.carrier ELSE attempt.carrier END,
			reason = CASE WHEN attempt.outcome = '' THEN r.cause ELSE attempt.reason END,
			ended_at = CASE WHEN attempt.outcome = '' THEN r.at ELSE attempt.ended_at END,
			outcome = CASE WHEN attempt.outcome = '' THEN r.outcome ELSE attempt.outcome END
		FROM ` + s.records(1, "r", finishedColumns) + `
		WHERE attempt.dispatch_id = r.dispatch_id AND attempt.part = r.part AND attempt.number = r.number`
}

func (s *Store) deleteUnmade() string {
	return `DELETE FROM attempt WHERE (dispatch_id, part, number) IN (SELECT r.dispatch_id, r.part, r.number FROM ` + s.records(1, "r", attemptColumns) + `)`
}

func scanFence(row sqlstore.Scanner) (k partKey, err error) {
	err = row.Scan(&k.DispatchID, &k.Part, &k.Fence)
	return k, err
}

func compareKeys(a, b partKey) int {
	return cmp.Or(cmp.Compare(a.DispatchID, b.DispatchID), cmp.Compare(a.Part, b.Part), cmp.Compare(a.Number, b.Number))
}

// sortKeys brings keys into the order in which all transactions lock parts.
func sortKeys(keys []partKey) { slices.SortFunc(keys, compareKeys) }
