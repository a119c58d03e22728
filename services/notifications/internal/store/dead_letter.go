package store

import (
	"context"
	"fmt"
	"math"
	"time"

	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
	"github.com/ventanilla/ventanilla/services/notifications/internal/message"
)

// PartKey names a part.
type PartKey struct {
	DispatchID string       `json:"dispatch_id"`
	Kind       message.Kind `json:"part"`
}

// DeadLetter is a part that was to be sent, and failed or expired.
type DeadLetter struct {
	PartKey
	ProviderID int64
	ServiceID  int32
	Channel    message.Channel
	Status     message.Status
	Reason     message.Reason
	Attempts   int32
	EndedAt    time.Time
	// Erased tells that what it says is gone.
	Erased bool
}

// DeadLetterFilter says which. What is empty does not narrow.
type DeadLetterFilter struct {
	ProviderID int64
	Channel    message.Channel
	Reason     message.Reason
	// From and To are when they were given up: at From or later, before To.
	From, To time.Time
	// Kept leaves out those whose text is erased, which cannot be replayed.
	Kept bool
}

func (f DeadLetterFilter) matches(d DeadLetter) bool {
	return (f.ProviderID == 0 || f.ProviderID == d.ProviderID) && (f.Channel == "" || f.Channel == d.Channel) && (f.Reason == "" || f.Reason == d.Reason) &&
		!(f.Kept && d.Erased)
}

// DeadLetterPosition is where a list goes on: behind a part that was given up then. The zero position is where a list begins.
type DeadLetterPosition struct {
	At int64
	PartKey
}

const (
	deadLetters = `SELECT p.dispatch_id, p.part, d.provider_id, d.service_id, p.channel, p.status, p.reason, p.attempt, p.ended_at, d.erased_at IS NOT NULL
		FROM part AS p JOIN dispatch AS d ON d.dispatch_id = p.dispatch_id
		WHERE p.status IN ('failed', 'expired') AND p.channel <> '' AND p.ended_at >= $1 AND p.ended_at < $2`
	selectDeadNewest = deadLetters + ` AND (p.ended_at, p.dispatch_id, p.part) < ($3, $4, $5) ORDER BY p.ended_at DESC, p.dispatch_id DESC, p.part DESC LIMIT $6`
	selectDeadOldest = deadLetters + ` AND (p.ended_at, p.dispatch_id, p.part) > ($3, $4, $5) ORDER BY p.ended_at, p.dispatch_id, p.part LIMIT $6`

	// deadLettersRead is how many are read at a time, of which the filter leaves some; deadLettersSearched how many one call reads.
	deadLettersRead     = 500
	deadLettersSearched = 10_000
)

func scanDeadLetter(row sqlstore.Scanner) (d DeadLetter, err error) {
	var ended int64
	err = row.Scan(&d.DispatchID, &d.Kind, &d.ProviderID, &d.ServiceID, &d.Channel, &d.Status, &d.Reason, &d.Attempts, &ended, &d.Erased)
	d.EndedAt = time.UnixMilli(ended).UTC()
	return d, err
}

// NewestDeadLetters returns at most limit behind a position, newest first, and where to go on; nil when there are no more. It reads a bounded number
// of parts, and returns what the filter leaves of these: it may be none though there are more.
func (s *Store) NewestDeadLetters(ctx context.Context, f DeadLetterFilter, behind *DeadLetterPosition, limit int) ([]DeadLetter, *DeadLetterPosition, error) {
	if behind == nil {
		behind = &DeadLetterPosition{At: math.MaxInt64}
	}
	return s.deadLetters(ctx, selectDeadNewest, f, *behind, limit)
}

// OldestDeadLetters is NewestDeadLetters in the order of time.
func (s *Store) OldestDeadLetters(ctx context.Context, f DeadLetterFilter, behind *DeadLetterPosition, limit int) ([]DeadLetter, *DeadLetterPosition, error) {
	if behind == nil {
		behind = &DeadLetterPosition{At: math.MinInt64}
	}
	return s.deadLetters(ctx, selectDeadOldest, f, *behind, limit)
}

func (s *Store) deadLetters(ctx context.Context, query string, f DeadLetterFilter, behind DeadLetterPosition, limit int) (found []DeadLetter, next *DeadLetterPosition, err error) {
	from, to := int64(math.MinInt64), int64(math.MaxInt64)
	if !f.From.IsZero() {
		from = f.From.UnixMilli()
	}
	if !f.To.IsZero() {
		to = f.To.UnixMilli()
	}
	for range deadLettersSearched / deadLettersRead {
		read, err := sqlstore.Rows(ctx, s.db, scanDeadLetter, query, from, to, behind.At, behind.DispatchID, behind.Kind, deadLettersRead)
		if err != nil {
			return nil, nil, fmt.Errorf("listing dead letters: %w", err)
		}
		for i, letter := range read {
			behind = DeadLetterPosition{letter.EndedAt.UnixMilli(), letter.PartKey}
			if !f.matches(letter) {
				continue
			}
			found = append(found, letter)
			if len(found) == limit && (i+1 < len(read) || len(read) == deadLettersRead) {
				return found, &behind, nil
			}
		}
		if len(read) < deadLettersRead {
			return found, nil, nil
		}
	}
	return found, &behind, nil
}
