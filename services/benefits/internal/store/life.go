package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
)

// Act is what somebody does to a version.
type Act struct {
	BenefitID string
	Number    int32
	Actor     string
	Note      string
}

// StateError says that a version's state does not allow what was asked for.
type StateError struct {
	State State
	// Newest is the number of the newest version, when the version would have to be that one; 0 else.
	Newest int32
}

func (e *StateError) Error() string {
	if e.Newest > 0 {
		return fmt.Sprintf("version %d is newer", e.Newest)
	}
	return "the version is " + string(e.State)
}

// The steps below return the version as it is then, and enter an event. They fail with sqlstore.ErrNotFound, and with a
// StateError. A step that its actor made last, with the same note, is not made again: who did not get the answer may repeat it.

// Submit puts the newest version, a draft, into review.
func (s *Store) Submit(ctx context.Context, act Act) (Version, error) {
	return s.step(ctx, act, Draft, InReview, func(tx *sql.Tx, v *Version, now time.Time) error {
		newest, err := scanVersion(tx.QueryRowContext(ctx, selectNewest, act.BenefitID))
		if err != nil {
			return err
		}
		if newest.Number != v.Number {
			return &StateError{State: v.State, Newest: newest.Number}
		}
		v.SubmittedBy, v.SubmittedAt = act.Actor, now
		return nil
	})
}

// Return makes a version in review a draft again.
func (s *Store) Return(ctx context.Context, act Act) (Version, error) {
	return s.step(ctx, act, InReview, Draft, func(*sql.Tx, *Version, time.Time) error { return nil })
}

// Publish puts a version in review into force. agree decides on the version as it is held; when it fails nothing changes.
func (s *Store) Publish(ctx context.Context, act Act, agree func(Version) error) (Version, error) {
	return s.step(ctx, act, InReview, Published, func(_ *sql.Tx, v *Version, now time.Time) error {
		if err := agree(*v); err != nil {
			return err
		}
		v.PublishedBy, v.PublishedAt = act.Actor, latest(now, v.SubmittedAt)
		return nil
	})
}

// Retire takes a published version back.
func (s *Store) Retire(ctx context.Context, act Act) (Version, error) {
	return s.step(ctx, act, Published, Retired, func(_ *sql.Tx, v *Version, now time.Time) error {
		v.RetiredAt = latest(now, v.PublishedAt)
		return nil
	})
}

// latest keeps times of a version in order where replicas' clocks differ.
func latest(a, b time.Time) time.Time {
	if a.Before(b) {
		return b
	}
	return a
}

func (s *Store) step(ctx context.Context, act Act, from, to State, apply func(*sql.Tx, *Version, time.Time) error) (Version, error) {
	if !sqlstore.CanBeKey(act.BenefitID) {
		return Version{}, fmt.Errorf("making a version %s: %w", to, sqlstore.ErrNotFound)
	}
	var version Version
	err := s.change(ctx, func(tx *sql.Tx, _ int64) error {
		v, err := scanVersion(tx.QueryRowContext(ctx, selectVersion, act.BenefitID, act.Number))
		if err != nil {
			return err
		}
		version = v
		if v.State == to {
			if last, err := scanEvent(tx.QueryRowContext(ctx, selectLast, v.BenefitID, v.Number)); err != nil {
				return err
			} else if last.Before == from && last.Actor == act.Actor && last.Note == act.Note {
				return nil
			}
		}
		if v.State != from {
			return &StateError{State: v.State}
		}
		if err := apply(tx, &v, s.now()); err != nil {
			return err
		}
		v.State = to
		if _, err := tx.ExecContext(ctx, `UPDATE benefit_version SET state = $3, submitted_by = $4, submitted_at = $5,
				published_by = $6, published_at = $7, retired_at = $8 WHERE benefit_id = $1 AND version = $2`, v.BenefitID, v.Number,
			v.State, v.SubmittedBy, milliseconds(v.SubmittedAt), v.PublishedBy, milliseconds(v.PublishedAt), milliseconds(v.RetiredAt)); err != nil {
			return err
		}
		version = v
		if err := s.happened(ctx, tx, Event{
			Actor: act.Actor, BenefitID: v.BenefitID, Version: v.Number, Before: from, After: to, Note: act.Note,
		}); err != nil {
			return err
		}
		return count(ctx, tx)
	})
	if err != nil {
		return Version{}, fmt.Errorf("making a version %s: %w", to, err)
	}
	return version, nil
}

func milliseconds(t time.Time) sql.NullInt64 {
	if t.IsZero() {
		return sql.NullInt64{}
	}
	return sql.NullInt64{Int64: t.UnixMilli(), Valid: true}
}
