package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
)

// ErrNoSession says that there is no such session, or that it is over.
var ErrNoSession = errors.New("no such session")

// Session is one of a user, opened by a developer's program. Its JSON is what events show of it.
type Session struct {
	ID          string    `json:"session_id"`
	DataSet     DataSet   `json:"data_set"`
	UserID      string    `json:"user_account_id"`
	User        string    `json:"user"` // the login, as it was entered
	DeveloperID string    `json:"developer_account_id"`
	Developer   string    `json:"developer"`
	OpenedAt    time.Time `json:"opened_at"`
	// UsedAt is when it was last used, within a minute. At IdleExpiresAt it ends unless it is used before, at ExpiresAt in any case.
	UsedAt        time.Time `json:"-"`
	IdleExpiresAt time.Time `json:"-"`
	ExpiresAt     time.Time `json:"expires_at"`
	// PersonID is the user's; empty for none on record.
	PersonID string `json:"-"`
	// PreviousLoginAt is when the user had opened a session before this one; zero for never.
	PreviousLoginAt time.Time `json:"-"`
}

const selectPresented = `SELECT d.account_id, d.shown_login, d.password, d.epoch, d.disabled, u.account_id, u.shown_login, u.person_id,
	s.session_id, s.opened_at, s.used_at, s.idle_expires_at, s.expires_at, s.previous_login_at
	FROM account d
	LEFT JOIN session s ON s.key = $4 AND s.developer_id = d.account_id AND s.developer_epoch = d.epoch AND s.idle_expires_at > $5
	LEFT JOIN account u ON u.account_id = s.user_id AND u.epoch = s.user_epoch AND u.login = $3
	WHERE d.data_set = $1 AND d.login = $2 AND d.kind = 'developer'`

// Presented is what a program presents with a call.
type Presented struct {
	DataSet         DataSet
	Developer, User string   // logins
	Key             [32]byte // SHA-256 of the session's
}

// Session returns the developer's account, without its times and name, and the session that was opened by it for the user; the session's identifier is empty
// when there is no such session, or it is over. It fails with ErrNoAccount when there is no such developer.
func (s *Store) Session(ctx context.Context, p Presented) (Account, Session, error) {
	row, err := sqlstore.Row(ctx, s.db, scanPresented, selectPresented, p.DataSet, storable(FoldLogin(p.Developer)), storable(FoldLogin(p.User)),
		p.Key[:], s.now().UnixMilli())
	if errors.Is(err, sqlstore.ErrNotFound) {
		err = ErrNoAccount
	}
	if err != nil {
		return Account{}, Session{}, fmt.Errorf("reading a session: %w", err)
	}
	row.developer.DataSet, row.developer.Kind = p.DataSet, Developer
	return row.developer, row.session(p.DataSet), nil
}

// presentedRow is what selectPresented finds.
type presentedRow struct {
	developer                                    Account
	userID, user, personID, sessionID            sql.NullString
	opened, used, idleExpires, expires, previous sql.NullInt64
}

func scanPresented(row sqlstore.Scanner) (r presentedRow, err error) {
	d := &r.developer
	err = row.Scan(&d.ID, &d.Login, &d.Password, &d.Epoch, &d.Disabled, &r.userID, &r.user, &r.personID, &r.sessionID,
		&r.opened, &r.used, &r.idleExpires, &r.expires, &r.previous)
	return r, err
}

func (r presentedRow) session(set DataSet) Session {
	if !r.userID.Valid {
		return Session{}
	}
	return Session{
		ID: r.sessionID.String, DataSet: set, UserID: r.userID.String, User: r.user.String, PersonID: r.personID.String,
		DeveloperID: r.developer.ID, Developer: r.developer.Login,
		OpenedAt: timeOrZero(r.opened), UsedAt: timeOrZero(r.used), IdleExpiresAt: timeOrZero(r.idleExpires), ExpiresAt: timeOrZero(r.expires),
		PreviousLoginAt: timeOrZero(r.previous),
	}
}

// UseSession writes down that a session was used now, and until when it lasts unused. A session that has been used later meanwhile, or is no more, stays as it is.
func (s *Store) UseSession(ctx context.Context, id string, usedAt, idleExpiresAt time.Time) error {
	err := s.db.InTx(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `UPDATE session SET used_at = $2, idle_expires_at = $3 WHERE session_id = $1 AND used_at < $2`,
			id, usedAt.UnixMilli(), idleExpiresAt.UnixMilli())
		return err
	})
	if err != nil {
		return fmt.Errorf("writing down that a session was used: %w", err)
	}
	return nil
}

// CloseSession removes a session. It fails with ErrNoSession.
func (s *Store) CloseSession(ctx context.Context, id string) error {
	err := s.db.InTx(ctx, func(tx *sql.Tx) error { return removed(ctx, tx, id) })
	if err != nil {
		return fmt.Errorf("closing a session: %w", err)
	}
	return nil
}

func removed(ctx context.Context, tx *sql.Tx, id string) error {
	err := one(tx.ExecContext(ctx, `DELETE FROM session WHERE session_id = $1`, id))
	if errors.Is(err, sqlstore.ErrNotFound) {
		return ErrNoSession
	}
	return err
}
