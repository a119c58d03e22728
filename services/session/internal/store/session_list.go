package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/ventanilla/ventanilla/pkg/eventlog"
	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
)

const (
	// selectGood selects sessions that are good; $1 is now.
	selectGood = ` FROM session s JOIN account u ON u.account_id = s.user_id AND u.epoch = s.user_epoch
	JOIN account d ON d.account_id = s.developer_id AND d.epoch = s.developer_epoch WHERE s.idle_expires_at > $1`
	selectSession = `SELECT s.session_id, s.data_set, u.account_id, u.shown_login, d.account_id, d.shown_login, s.opened_at, s.used_at, s.idle_expires_at,
	s.expires_at, u.person_id, s.previous_login_at` + selectGood
	selectSessionByID = selectSession + ` AND s.session_id = $2`
	// newestFirst takes a place and a limit.
	newestFirst               = ` AND (s.opened_at, s.session_id) < ($3, $4) ORDER BY s.opened_at DESC, s.session_id DESC LIMIT $5`
	selectSessions            = selectSession + ` AND s.data_set = $2` + newestFirst
	selectSessionsOfUser      = selectSession + ` AND s.user_id = $2` + newestFirst
	selectSessionsOfDeveloper = selectSession + ` AND s.developer_id = $2` + newestFirst
)

func scanSession(row sqlstore.Scanner) (s Session, err error) {
	var opened, used, idleExpires, expires int64
	var previous sql.NullInt64
	err = row.Scan(&s.ID, &s.DataSet, &s.UserID, &s.User, &s.DeveloperID, &s.Developer, &opened, &used, &idleExpires, &expires, &s.PersonID, &previous)
	s.OpenedAt, s.UsedAt = time.UnixMilli(opened).UTC(), time.UnixMilli(used).UTC()
	s.IdleExpiresAt, s.ExpiresAt = time.UnixMilli(idleExpires).UTC(), time.UnixMilli(expires).UTC()
	s.PreviousLoginAt = timeOrZero(previous)
	return s, err
}

// Sessions returns some of a data set that are good, older than a place, newest first: those of a user, or opened by a developer; all when account is empty.
func (s *Store) Sessions(ctx context.Context, set DataSet, account string, after Place, limit int) ([]Session, error) {
	opened := int64(math.MaxInt64)
	if !after.At.IsZero() {
		opened = after.At.UnixMilli()
	}
	query, of := selectSessions, string(set)
	if account != "" {
		a, err := s.Account(ctx, account)
		if errors.Is(err, ErrNoAccount) || err == nil && a.DataSet != set {
			return nil, nil
		}
		if err != nil {
			return nil, err
		}
		query, of = map[Kind]string{User: selectSessionsOfUser, Developer: selectSessionsOfDeveloper}[a.Kind], a.ID
	}
	sessions, err := sqlstore.Rows(ctx, s.db, scanSession, query, s.now().UnixMilli(), of, opened, storable(after.Key), limit)
	if err != nil {
		return nil, fmt.Errorf("listing sessions: %w", err)
	}
	return sessions, nil
}

// EndSession ends one that is good. It fails with ErrNoSession.
func (s *Store) EndSession(ctx context.Context, actor, id string) error {
	err := s.db.InTx(ctx, func(tx *sql.Tx) error {
		before, err := scanSession(tx.QueryRowContext(ctx, selectSessionByID, s.now().UnixMilli(), storable(id)))
		if errors.Is(err, sql.ErrNoRows) {
			return ErrNoSession
		}
		if err != nil {
			return err
		}
		if err := removed(ctx, tx, id); err != nil {
			return err
		}
		return eventlog.Enter(ctx, tx, s.now(), eventlog.Act{Actor: actor, Name: "EndSession", Target: "session/" + id}, before, nil)
	})
	if err != nil {
		return fmt.Errorf("ending a session: %w", err)
	}
	return nil
}

const (
	countOfUser      = `SELECT COUNT(*)` + selectGood + ` AND s.user_id = $2`
	countOfDeveloper = `SELECT COUNT(*)` + selectGood + ` AND s.developer_id = $2`
)

// countGood is how many of a user's or a developer's sessions are good.
func (s *Store) countGood(ctx context.Context, tx *sql.Tx, account Account) (good int64, err error) {
	query := map[Kind]string{User: countOfUser, Developer: countOfDeveloper}[account.Kind]
	err = tx.QueryRowContext(ctx, query, s.now().UnixMilli(), account.ID).Scan(&good)
	return good, err
}
