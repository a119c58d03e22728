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

// Replay is that a part is to be tried again, until a time.
type Replay struct {
	PartKey
	ExpiresAt time.Time
}

// replayed is one as a record of the statements, with the status that it had.
type replayed struct {
	PartKey
	ExpiresAt int64 `json:"expires_at"`
	was       message.Status
}

const replayColumns = "dispatch_id text, part bigint, expires_at bigint"

// ReplayDeadLetters has parts sent as if they had just been accepted, in one transaction, and returns those that it did, by dispatch and kind. One
// that is no dead letter, or whose text is erased, is left alone. The operator's act is entered as an event of each dispatch.
func (s *Store) ReplayDeadLetters(ctx context.Context, operator string, replays []Replay) (done []PartKey, err error) {
	var wanted []replayed
	for _, r := range replays {
		if sqlstore.CanBeKey(r.DispatchID) {
			wanted = append(wanted, replayed{PartKey: r.PartKey, ExpiresAt: r.ExpiresAt.UnixMilli()})
		}
	}
	if len(wanted) == 0 {
		return nil, nil
	}
	err = s.db.InTx(ctx, func(tx *sql.Tx) error {
		done = nil
		now := s.now()
		revived, err := s.revive(ctx, tx, now, wanted)
		if err != nil {
			return err
		}
		var ids []string
		for parts := range ofEach(revived) {
			id, before := parts[0].DispatchID, partsEvent{}
			for _, part := range parts {
				before.Parts = append(before.Parts, partEvent{part.Kind, part.Kind.Name(), part.was})
				done = append(done, part.PartKey)
			}
			ids = append(ids, id)
			after := before.become(message.Accepted)
			after.ExpiresAt = time.UnixMilli(parts[0].ExpiresAt).UTC()
			if err := s.entered(ctx, tx, operator, "ReplayDeadLetters", dispatchTarget(id), before, after); err != nil {
				return err
			}
		}
		return s.settle(ctx, tx, now, ids...)
	})
	if err != nil {
		return nil, fmt.Errorf("replaying dead letters: %w", err)
	}
	return done, nil
}

// revive puts parts back into the queue. Their dispatches are held, as the parts are, so that none is erased meanwhile: what is sent would
// say nothing.
func (s *Store) revive(ctx context.Context, tx *sql.Tx, now time.Time, wanted []replayed) ([]replayed, error) {
	wanted, err := s.replayable(ctx, tx, wanted)
	if err != nil || len(wanted) == 0 {
		return nil, err
	}
	if _, err := tx.ExecContext(ctx, s.updateRevived(), recorded(wanted), now.UnixMilli()); err != nil {
		return nil, err
	}
	_, err = tx.ExecContext(ctx, s.updateProlonged(), recorded(wanted))
	return wanted, err
}

func (s *Store) updateRevived() string {
	return `UPDATE part SET status = 'accepted', reason = '', next_attempt_at = $2, lease_owner = '', lease_until = NULL, fence = fence + 1,
			tries = 0, replays = replays + 1, expires_at = r.expires_at, carrier = '', carrier_ref = '', ended_at = NULL
		FROM ` + s.records(1, "r", replayColumns) + ` WHERE part.dispatch_id = r.dispatch_id AND part.part = r.part`
}

func (s *Store) updateProlonged() string {
	return `UPDATE dispatch SET expires_at = r.expires_at FROM ` + s.records(1, "r", replayColumns) + `
		WHERE dispatch.dispatch_id = r.dispatch_id AND dispatch.expires_at < r.expires_at`
}

// replayable leaves of what is wanted the dead letters that still say something, in the order in which all transactions lock parts.
func (s *Store) replayable(ctx context.Context, tx *sql.Tx, wanted []replayed) ([]replayed, error) {
	keys, until := make([]partKey, len(wanted)), make(map[PartKey]int64, len(wanted))
	for i, r := range wanted {
		keys[i], until[r.PartKey] = partKey{DispatchID: r.DispatchID, Part: r.Kind}, r.ExpiresAt
	}
	sortKeys(keys)
	parts, err := scanned(ctx, tx, scanPart, s.lockParts(), recorded(slices.Compact(keys)))
	if err != nil {
		return nil, err
	}
	ids := make([]string, len(parts))
	for i, p := range parts {
		ids[i] = p.DispatchID
	}
	// Nothing is kept for no time at all but what is to be erased as soon as it is not being sent any more.
	kept, err := scanned(ctx, tx, sqlstore.Value[string], s.locking(`SELECT dispatch_id FROM dispatch WHERE erased_at IS NULL AND retention > 0 AND `+
		s.among("dispatch_id", "$1")+` ORDER BY dispatch_id`, toChange), s.list(ids))
	if err != nil {
		return nil, err
	}
	var dead []replayed
	for _, p := range parts {
		key := PartKey{p.DispatchID, p.Kind}
		_, said := slices.BinarySearch(kept, p.DispatchID)
		if said && p.Channel != "" && (p.Status == message.Failed || p.Status == message.Expired) {
			dead = append(dead, replayed{key, until[key], p.Status})
		}
	}
	return dead, nil
}

// ofEach parts what is sorted by dispatch.
func ofEach(parts []replayed) func(yield func([]replayed) bool) {
	return func(yield func([]replayed) bool) {
		for first := 0; first < len(parts); {
			end := first + 1
			for end < len(parts) && parts[end].DispatchID == parts[first].DispatchID {
				end++
			}
			if !yield(parts[first:end]) {
				return
			}
			first = end
		}
	}
}
