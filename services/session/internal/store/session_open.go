package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
)

// MaxSessions is how many sessions a user may have that one developer's programs opened.
const MaxSessions = 200

const (
	insertSession = `INSERT INTO session (session_id, key, data_set, user_id, user_epoch, developer_id, developer_epoch,
		opened_at, used_at, idle_expires_at, expires_at, previous_login_at)
	SELECT $1, $2, u.data_set, u.account_id, u.epoch, d.account_id, d.epoch, $7, $7, $8, $9, u.last_login_at FROM account u, account d
	WHERE u.account_id = $3 AND u.epoch = $4 AND u.disabled = 0 AND d.account_id = $5 AND d.epoch = $6 AND d.disabled = 0`
	// deleteOldest ends what is more than $3, some at a time. Whoever runs it has the user's account, so that nobody else runs it for the user.
	deleteOldest = `DELETE FROM session WHERE session_id IN (SELECT session_id FROM session WHERE user_id = $1 AND developer_id = $2
	ORDER BY opened_at DESC, session_id DESC LIMIT 100 OFFSET $3)`
	updateLastLogin = `UPDATE account SET last_login_at = $2 WHERE account_id = $1`
)

// NewSession is a session that is to be.
type NewSession struct {
	Key [32]byte // SHA-256 of the session's
	// User and Developer are as they were when they proved who they are.
	User, Developer                    Account
	OpenedAt, IdleExpiresAt, ExpiresAt time.Time
	// Failures is whom the user's failed logins are counted for: they are forgotten.
	Failures []byte
}

// OpenSession opens a session, and ends the oldest of user and developer where they have too many. It fails with ErrNoAccount when one of the accounts has been disabled, removed, or given another password meanwhile.
func (s *Store) OpenSession(ctx context.Context, n NewSession) error {
	id, err := uuid.NewV7()
	if err != nil {
		return fmt.Errorf("opening a session: %w", err)
	}
	err = s.db.InTx(ctx, func(tx *sql.Tx) error {
		err := one(tx.ExecContext(ctx, insertSession, id.String(), n.Key[:], n.User.ID, n.User.Epoch, n.Developer.ID, n.Developer.Epoch,
			n.OpenedAt.UnixMilli(), n.IdleExpiresAt.UnixMilli(), n.ExpiresAt.UnixMilli()))
		if errors.Is(err, sqlstore.ErrNotFound) {
			return ErrNoAccount
		}
		if err != nil {
			return err
		}
		for _, account := range []string{n.User.ID, n.Developer.ID} {
			if _, err := tx.ExecContext(ctx, updateLastLogin, account, n.OpenedAt.UnixMilli()); err != nil {
				return err
			}
		}
		if _, err := tx.ExecContext(ctx, deleteOldest, n.User.ID, n.Developer.ID, MaxSessions); err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `DELETE FROM login_failure WHERE subject = $1`, n.Failures)
		return err
	})
	if err != nil {
		return fmt.Errorf("opening a session: %w", err)
	}
	return nil
}
