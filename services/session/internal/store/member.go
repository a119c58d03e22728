package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
)

// Member is a user who works in an organisation. Its JSON is what events show of it.
type Member struct {
	AccountID     string    `json:"account_id"`
	Login         string    `json:"login"`
	Administrator bool      `json:"administrator"`
	Since         time.Time `json:"since"`
	// LastLoginAt is zero for never.
	LastLoginAt time.Time `json:"-"`
	// Key is the login as members are ordered by it.
	Key string `json:"-"`
}

const (
	memberColumns = `m.account_id, a.shown_login, m.administrator, m.since, a.last_login_at, a.login`
	memberTables  = ` FROM member m JOIN account a ON a.account_id = m.account_id`
	selectMember  = `SELECT ` + memberColumns + memberTables + ` WHERE m.organisation_id = $1 AND m.account_id = $2`
	selectMembers = `SELECT ` + memberColumns + memberTables + ` WHERE m.organisation_id = $1 AND a.login > $2 ORDER BY a.login LIMIT $3`
)

func scanMember(row sqlstore.Scanner) (m Member, err error) {
	var since int64
	var login sql.NullInt64
	err = row.Scan(&m.AccountID, &m.Login, &m.Administrator, &since, &login, &m.Key)
	m.Since, m.LastLoginAt = time.UnixMilli(since).UTC(), timeOrZero(login)
	return m, err
}

// Members returns some of an organisation behind a key, by key; none of an organisation that there is not.
func (s *Store) Members(ctx context.Context, organisationID int64, after string, limit int) ([]Member, error) {
	if !sqlstore.CanBeKey(after) {
		return nil, nil
	}
	all, err := sqlstore.Rows(ctx, s.db, scanMember, selectMembers, organisationID, after, limit)
	if err != nil {
		return nil, fmt.Errorf("listing members: %w", err)
	}
	return all, nil
}
