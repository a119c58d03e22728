package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
)

// Code is a ticket or coupon. Times that are not are zero.
type Code struct {
	ID           string
	ProviderID   int64
	DispatchID   string
	Kind         string
	Title        string
	ProviderCode string
	ValidFrom    time.Time
	ValidUntil   time.Time
	Uses         int32
	Redeemed     int32
	RevokedAt    time.Time
	CreatedAt    time.Time
}

// Redemption is one use of a code.
type Redemption struct {
	// Number counts from 1.
	Number int32
	At     time.Time
}

// CodeState is why a code cannot be redeemed.
type CodeState string

// The states, in the order in which they are looked at.
const (
	CodeRevoked CodeState = "revoked"
	CodeUsed    CodeState = "used"
	CodeEarly   CodeState = "early"
	CodeLate    CodeState = "late"
)

// NotRedeemableError says that a code cannot be redeemed.
type NotRedeemableError struct{ State CodeState }

func (e *NotRedeemableError) Error() string { return "the code is " + string(e.State) }

const selectCode = `SELECT code_id, provider_id, dispatch_id, kind, title, provider_code, valid_from, valid_until, uses, redeemed, revoked_at, created_at
	FROM code WHERE code_id = $1`

func scanCode(row sqlstore.Scanner) (c Code, err error) {
	var from, until, revoked sql.NullInt64
	var created int64
	err = row.Scan(&c.ID, &c.ProviderID, &c.DispatchID, &c.Kind, &c.Title, &c.ProviderCode, &from, &until, &c.Uses, &c.Redeemed, &revoked, &created)
	c.ValidFrom, c.ValidUntil, c.RevokedAt = at(from), at(until), at(revoked)
	c.CreatedAt = time.UnixMilli(created).UTC()
	return c, err
}

// codeEvent is what events say of a code.
type codeEvent struct {
	Uses      int32     `json:"uses"`
	Redeemed  int32     `json:"redeemed"`
	RevokedAt time.Time `json:"revoked_at,omitzero"`
}

func eventOfCode(c Code) codeEvent { return codeEvent{c.Uses, c.Redeemed, c.RevokedAt} }

// refused is why the code cannot be redeemed at a time; nil when it can be.
func (c Code) refused(now time.Time) error {
	switch {
	case !c.RevokedAt.IsZero():
		return &NotRedeemableError{CodeRevoked}
	case c.Redeemed >= c.Uses:
		return &NotRedeemableError{CodeUsed}
	case now.Before(c.ValidFrom):
		return &NotRedeemableError{CodeEarly}
	case !c.ValidUntil.IsZero() && !now.Before(c.ValidUntil):
		return &NotRedeemableError{CodeLate}
	}
	return nil
}

// Code finds a code. It fails with sqlstore.ErrNotFound.
func (s *Store) Code(ctx context.Context, id string) (Code, error) {
	if !sqlstore.CanBeKey(id) {
		return Code{}, fmt.Errorf("reading a code: %w", sqlstore.ErrNotFound)
	}
	code, err := sqlstore.Row(ctx, s.db, scanCode, selectCode, id)
	if err != nil {
		return Code{}, fmt.Errorf("reading a code: %w", err)
	}
	return code, nil
}

// RedeemCode counts a use of a code, once for each key, which is the SHA-256 in hex of an idempotency key; empty for none. It returns the code as it
// is then, and the use; replayed tells that this was counted before. It fails with sqlstore.ErrNotFound and a NotRedeemableError.
func (s *Store) RedeemCode(ctx context.Context, actor, id, key string) (code Code, use Redemption, replayed bool, err error) {
	err = s.db.InTx(ctx, func(tx *sql.Tx) (err error) {
		// Whoever redeems or revokes a code holds it, so that uses are counted one after the other.
		if code, err = scanCode(tx.QueryRowContext(ctx, s.locking(selectCode, toChange), id)); err != nil {
			return err
		}
		if use, replayed, err = redeemed(ctx, tx, id, key); err != nil || replayed {
			return err
		}
		now := s.now()
		if err := code.refused(now); err != nil {
			return err
		}
		code.Redeemed++
		use = Redemption{code.Redeemed, now}
		if _, err := tx.ExecContext(ctx, `UPDATE code SET redeemed = $2 WHERE code_id = $1`, id, code.Redeemed); err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `INSERT INTO redemption (code_id, number, at, actor, key) VALUES ($1, $2, $3, $4, $5)`,
			id, use.Number, now.UnixMilli(), actor, key)
		return err
	})
	if err != nil {
		return Code{}, Redemption{}, false, fmt.Errorf("redeeming a code: %w", err)
	}
	return code, use, replayed, nil
}

// redeemed finds the use of a key.
func redeemed(ctx context.Context, tx *sql.Tx, id, key string) (use Redemption, found bool, err error) {
	if key == "" {
		return use, false, nil
	}
	var at int64
	err = tx.QueryRowContext(ctx, `SELECT number, at FROM redemption WHERE code_id = $1 AND key = $2 AND key <> ''`, id, key).Scan(&use.Number, &at)
	if errors.Is(err, sql.ErrNoRows) {
		return Redemption{}, false, nil
	}
	use.At = time.UnixMilli(at).UTC()
	return use, err == nil, err
}

// RevokeCode makes a code worthless, unless it is, and returns it as it is then. An operator's act is entered as an event; operator is empty for
// others. It fails with sqlstore.ErrNotFound.
func (s *Store) RevokeCode(ctx context.Context, operator, id string) (Code, error) {
	var code Code
	err := s.db.InTx(ctx, func(tx *sql.Tx) (err error) {
		if code, err = scanCode(tx.QueryRowContext(ctx, s.locking(selectCode, toChange), id)); err != nil || !code.RevokedAt.IsZero() {
			return err
		}
		before := eventOfCode(code)
		code.RevokedAt = s.now()
		if _, err := tx.ExecContext(ctx, `UPDATE code SET revoked_at = $2 WHERE code_id = $1`, id, code.RevokedAt.UnixMilli()); err != nil {
			return err
		}
		if operator == "" {
			return nil
		}
		return s.entered(ctx, tx, operator, "RevokeCode", dispatchTarget(code.DispatchID), before, eventOfCode(code))
	})
	if err != nil {
		return Code{}, fmt.Errorf("revoking a code: %w", err)
	}
	return code, nil
}
