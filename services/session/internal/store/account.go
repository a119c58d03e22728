package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
)

var (
	// ErrNoAccount says that there is no such account.
	ErrNoAccount = errors.New("no such account")
	// ErrAccountExists says that the login is taken within data set and kind.
	ErrAccountExists = errors.New("the login is taken")
)

// Kind says what an account is for.
type Kind string

// The kinds.
const (
	Developer Kind = "developer"
	User      Kind = "user"
)

// Account is a developer or a user. Its JSON is what events show of it, beside who it is.
type Account struct {
	ID      string  `json:"account_id"`
	DataSet DataSet `json:"data_set"`
	Kind    Kind    `json:"kind"`
	Login   string  `json:"login"` // as it was entered; see FoldLogin
	Name    string  `json:"-"`
	// Password is Argon2id of what is presented, in PHC form.
	Password string `json:"-"`
	// Epoch grows whenever all that was opened and proven ends.
	Epoch    int64  `json:"-"`
	Disabled bool   `json:"disabled"`
	PersonID string `json:"-"` // see personDigest
	// LastLoginAt is zero for never.
	LastLoginAt time.Time `json:"-"`
	CreatedAt   time.Time `json:"created_at"`
	UpdatedAt   time.Time `json:"updated_at"`
}

// AccountCursor is the place of an account in lists; the zero value is before the first.
type AccountCursor struct {
	Login string // folded
	Kind  Kind
}

// Cursor is the account's place.
func (a Account) Cursor() AccountCursor { return AccountCursor{FoldLogin(a.Login), a.Kind} }

const (
	selectAccount = `SELECT account_id, data_set, kind, shown_login, name, password, epoch, disabled, person_id, created_at, updated_at, last_login_at
	FROM account `
	selectAccountByID    = selectAccount + `WHERE account_id = $1`
	selectAccountByLogin = selectAccount + `WHERE data_set = $1 AND login = $2 AND kind = $3`
	selectAccounts       = selectAccount + `WHERE data_set = $1 AND (login, kind) > ($2, $3) AND ($4 = '' OR kind = $4) ORDER BY login, kind LIMIT $5`
)

// accountRow is an account as its columns have it.
type accountRow struct {
	Account
	created, updated int64
	lastLogin        sql.NullInt64
}

func (r *accountRow) columns() []any {
	return []any{
		&r.ID, &r.DataSet, &r.Kind, &r.Login, &r.Name, &r.Password, &r.Epoch, &r.Disabled, &r.PersonID, &r.created, &r.updated, &r.lastLogin,
	}
}

func scanAccount(row sqlstore.Scanner) (Account, error) {
	var r accountRow
	err := row.Scan(r.columns()...)
	r.CreatedAt, r.UpdatedAt, r.LastLoginAt = time.UnixMilli(r.created).UTC(), time.UnixMilli(r.updated).UTC(), timeOrZero(r.lastLogin)
	return r.Account, err
}

// Account returns one. It fails with ErrNoAccount.
func (s *Store) Account(ctx context.Context, id string) (Account, error) {
	return s.account(ctx, selectAccountByID, storable(id))
}

// AccountByLogin returns the one that a login is of. It fails with ErrNoAccount.
func (s *Store) AccountByLogin(ctx context.Context, set DataSet, kind Kind, login string) (Account, error) {
	return s.account(ctx, selectAccountByLogin, set, storable(FoldLogin(login)), kind)
}

func (s *Store) account(ctx context.Context, query string, args ...any) (Account, error) {
	a, err := sqlstore.Row(ctx, s.db, scanAccount, query, args...)
	if errors.Is(err, sqlstore.ErrNotFound) {
		err = ErrNoAccount
	}
	if err != nil {
		return Account{}, fmt.Errorf("reading an account: %w", err)
	}
	return a, nil
}

// Accounts returns some of a data set behind a place, by login; those of a kind, unless it is empty.
func (s *Store) Accounts(ctx context.Context, set DataSet, kind Kind, after AccountCursor, limit int) ([]Account, error) {
	accounts, err := sqlstore.Rows(ctx, s.db, scanAccount, selectAccounts, set, storable(after.Login), after.Kind, kind, limit)
	if err != nil {
		return nil, fmt.Errorf("listing accounts: %w", err)
	}
	return accounts, nil
}

// timeOrZero reads a time that may be absent.
func timeOrZero(at sql.NullInt64) time.Time {
	if !at.Valid {
		return time.Time{}
	}
	return time.UnixMilli(at.Int64).UTC()
}
