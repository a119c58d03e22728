package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
)

// named is a record of a key or a reference.
type named struct {
	ProviderID int64  `json:"provider_id"`
	Name       string `json:"name"`
}

// first is the first answer to what has a key or reference.
type first struct {
	digest string
	answer Acceptance
}

const (
	namedColumns = "provider_id bigint, name text"
	firstColumns = `, d.dispatch_id, d.first_status, d.created_at,
	COALESCE((SELECT c.code_id FROM code c WHERE c.dispatch_id = d.dispatch_id), ''),
	COALESCE((SELECT p.payment_id FROM payment p WHERE p.dispatch_id = d.dispatch_id), '')`
)

func (s *Store) selectByKey() string {
	return `SELECT i.provider_id, i.key, i.digest` + firstColumns + ` FROM ` + s.records(1, "r", namedColumns) + `
	JOIN idempotency i ON i.provider_id = r.provider_id AND i.key = r.name JOIN dispatch d ON d.dispatch_id = i.dispatch_id WHERE i.expires_at > $2`
}

func (s *Store) selectByReference() string {
	return `SELECT d.provider_id, d.reference, d.digest` + firstColumns + ` FROM ` + s.records(1, "r", namedColumns) + `
	JOIN dispatch d ON d.provider_id = r.provider_id AND d.reference = r.name AND d.reference <> ''`
}

// queries are a database's or a transaction's.
type queries interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// firsts are first answers by what they are known by.
func firsts(ctx context.Context, in queries, query string, names []named, more ...any) (map[name]first, error) {
	found := make(map[name]first)
	if len(names) == 0 {
		return found, nil
	}
	rows, err := in.QueryContext(ctx, query, append([]any{recorded(names)}, more...)...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		n, f := name{}, first{answer: Acceptance{Replayed: true}}
		var created int64
		if err := rows.Scan(&n.providerID, &n.text, &f.digest, &f.answer.DispatchID, &f.answer.Status, &created,
			&f.answer.CodeID, &f.answer.PaymentID); err != nil {
			return nil, err
		}
		f.answer.CreatedAt = time.UnixMilli(created).UTC()
		found[n] = f
	}
	return found, rows.Err()
}

// known are the first answers to what some have asked for.
type known struct{ byKey, byReference map[name]first }

func (s *Store) known(ctx context.Context, in queries, at time.Time, asked ...*NewDispatch) (k known, err error) {
	var keys, references []named
	for _, d := range asked {
		if d.Key != "" {
			keys = append(keys, named{d.ProviderID, d.Key})
		}
		if d.Reference != "" {
			references = append(references, named{d.ProviderID, d.Reference})
		}
	}
	if k.byKey, err = firsts(ctx, in, s.selectByKey(), keys, at.UnixMilli()); err != nil {
		return k, err
	}
	k.byReference, err = firsts(ctx, in, s.selectByReference(), references)
	return k, err
}

// answer is what a dispatch gets that has the key or the reference of another; ok is false when it has neither. byKey tells which.
func (k known) answer(d *NewDispatch) (answer Acceptance, byKey, ok bool) {
	if f, taken := k.byKey[d.key()]; taken && d.Key != "" {
		return f.to(d, ErrKeyUsed), true, true
	}
	if f, taken := k.byReference[d.reference()]; taken && d.Reference != "" {
		return f.to(d, ErrReferenceUsed), false, true
	}
	return Acceptance{}, false, false
}

// to is the answer to who asks for the same; to others it is conflict.
func (f first) to(d *NewDispatch, conflict error) Acceptance {
	if f.digest != d.Digest {
		return Acceptance{Err: conflict}
	}
	return f.answer
}

// answerRepeats answers those of which another is stored by now, and returns the rest. One that shares a name with an earlier one of the rest waits for
// what becomes of that.
func (a *acceptor) answerRepeats(ctx context.Context, pending []int) (rest []int, err error) {
	asked := make([]*NewDispatch, len(pending))
	for n, i := range pending {
		asked[n] = &a.group[i]
	}
	known, err := a.store.known(ctx, a.tx, a.at, asked...)
	if err != nil {
		return nil, err
	}
	earlier := newNames()
	for _, i := range pending {
		d := &a.group[i]
		answer, byKey, ok := known.answer(d)
		if !ok || earlier.have(d) {
			rest = append(rest, i)
			earlier.add(d)
			continue
		}
		a.results[i] = answer
		if answer.Err == nil && !byKey && d.Key != "" {
			if err := a.enterKey(ctx, d, answer.DispatchID); err != nil {
				return nil, err
			}
			earlier.keys[d.key()] = true
		}
	}
	return rest, nil
}

// enterKey makes known what was asked for by a key, where the reference tells that it was asked for before.
func (a *acceptor) enterKey(ctx context.Context, d *NewDispatch, dispatchID string) error {
	return insertKeys.Run(ctx, a.tx, a.store.db.Engine, a.keyRow(d, dispatchID), func(sqlstore.Scanner) error { return nil })
}

// Repeated returns the first answer to a dispatch that was stored before, by its key or reference and digest; ok is false when none was.
func (s *Store) Repeated(ctx context.Context, d NewDispatch) (answer Acceptance, ok bool, err error) {
	if d.Key == "" && d.Reference == "" {
		return Acceptance{}, false, nil
	}
	known, err := s.known(ctx, s.db.Read, s.now(), &d)
	if err != nil {
		return Acceptance{}, false, fmt.Errorf("looking for what is repeated: %w", sqlstore.Classify(ctx, err))
	}
	answer, _, ok = known.answer(&d)
	return answer, ok && answer.Err == nil, nil
}
