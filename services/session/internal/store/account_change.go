package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/google/uuid"

	"github.com/ventanilla/ventanilla/pkg/eventlog"
	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
)

const (
	insertAccount = `INSERT INTO account (account_id, data_set, kind, login, shown_login, name, password, epoch, disabled, person_id, created_at, updated_at)
	VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $11)`
	updateAccount = `UPDATE account SET name = $2, password = $3, epoch = $4, disabled = $5, person_id = $6, updated_at = $7 WHERE account_id = $1`
)

// CreateAccount enters one and returns it with the identifier and times that it was given. It fails with ErrAccountExists.
func (s *Store) CreateAccount(ctx context.Context, actor string, a Account) (Account, error) {
	id, err := uuid.NewV7()
	if err != nil {
		return Account{}, fmt.Errorf("entering an account: %w", err)
	}
	err = s.db.InTx(ctx, func(tx *sql.Tx) error {
		a.ID, a.Epoch, a.CreatedAt = id.String(), 1, s.now()
		a.UpdatedAt = a.CreatedAt
		if _, err := tx.ExecContext(ctx, insertAccount, a.ID, a.DataSet, a.Kind, FoldLogin(a.Login), a.Login, a.Name, a.Password, a.Epoch,
			truth(a.Disabled), a.PersonID, a.CreatedAt.UnixMilli()); err != nil {
			return err
		}
		return s.enteredAccount(ctx, tx, actor, "CreateAccount", a.ID, nil, eventOf(a))
	})
	if errors.Is(err, sqlstore.ErrConflict) {
		err = ErrAccountExists
	}
	if err != nil {
		return Account{}, fmt.Errorf("entering an account: %w", err)
	}
	return a, nil
}

// UpdateAccount lets change edit one, alone, and stores what it leaves of name, person and whether it is disabled. Disabling ends all sessions of a user, and
// all that were opened by a developer. It returns the account as it is then; what changes nothing is not written. An error of change's is returned and nothing
// stored; change may run more than once. It fails with ErrNoAccount.
func (s *Store) UpdateAccount(ctx context.Context, actor, id string, change func(*Account) error) (Account, error) {
	a, _, err := s.changeAccount(ctx, actor, "UpdateAccount", id, func(a *Account) error {
		before := a.Disabled
		if err := change(a); err != nil {
			return err
		}
		if a.Disabled && !before {
			a.Epoch++
		}
		return nil
	})
	return a, err
}

// SetPassword gives an account another password, and ends what was opened as UpdateAccount does. It returns how many sessions were good. It fails with
// ErrNoAccount.
func (s *Store) SetPassword(ctx context.Context, actor, id, password string) (ended int64, err error) {
	_, ended, err = s.changeAccount(ctx, actor, "SetPassword", id, func(a *Account) error {
		a.Password = password
		a.Epoch++
		return nil
	})
	return ended, err
}

// EndSessions ends all of a user, or all that were opened by a developer. It returns how many were good. It fails with ErrNoAccount.
func (s *Store) EndSessions(ctx context.Context, actor, id string) (ended int64, err error) {
	_, ended, err = s.changeAccount(ctx, actor, "EndSessions", id, func(a *Account) error {
		a.Epoch++
		return nil
	})
	return ended, err
}

// RenewPassword stores the password of an account as it is hashed now. An account that has another password meanwhile, or is no more, stays as it is.
func (s *Store) RenewPassword(ctx context.Context, a Account, password string) error {
	err := s.db.InTx(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `UPDATE account SET password = $3 WHERE account_id = $1 AND epoch = $2`, a.ID, a.Epoch, password)
		return err
	})
	if err != nil {
		return fmt.Errorf("storing a password anew: %w", err)
	}
	return nil
}

// changeAccount stores what change leaves. A greater epoch ends sessions; ended is how many of them were good.
func (s *Store) changeAccount(ctx context.Context, actor, act, id string, change func(*Account) error) (a Account, ended int64, err error) {
	err = s.db.InTx(ctx, func(tx *sql.Tx) error {
		before, err := s.heldAccount(ctx, tx, id)
		if err != nil {
			return err
		}
		a, ended = before, 0
		if err := change(&a); err != nil || a == before {
			return err
		}
		if a.Epoch > before.Epoch {
			if ended, err = s.countGood(ctx, tx, before); err != nil {
				return err
			}
		}
		a.UpdatedAt = s.now()
		if _, err := tx.ExecContext(ctx, updateAccount, a.ID, a.Name, a.Password, a.Epoch, truth(a.Disabled), a.PersonID, a.UpdatedAt.UnixMilli()); err != nil {
			return err
		}
		return s.enteredAccount(ctx, tx, actor, act, a.ID, eventOf(before), eventOf(a))
	})
	if err != nil {
		return Account{}, 0, fmt.Errorf("changing an account: %w", err)
	}
	return a, ended, nil
}

// DeleteAccount removes one with its sessions and memberships. It fails with ErrNoAccount.
func (s *Store) DeleteAccount(ctx context.Context, actor, id string) error {
	err := s.db.InTx(ctx, func(tx *sql.Tx) error {
		before, err := s.heldAccount(ctx, tx, id)
		if err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `DELETE FROM account WHERE account_id = $1`, before.ID); err != nil {
			return err
		}
		return s.enteredAccount(ctx, tx, actor, "DeleteAccount", before.ID, eventOf(before), nil)
	})
	if err != nil {
		return fmt.Errorf("removing an account: %w", err)
	}
	return nil
}

// heldAccount reads an account and keeps it as it is until the transaction ends.
func (s *Store) heldAccount(ctx context.Context, tx *sql.Tx, id string) (Account, error) {
	a, err := scanAccount(tx.QueryRowContext(ctx, s.locking(selectAccountByID, toChange), storable(id)))
	if errors.Is(err, sql.ErrNoRows) {
		return Account{}, ErrNoAccount
	}
	return a, err
}

// accountEvent is what events show of an account.
type accountEvent struct {
	Account
	Person string `json:"person,omitempty"`
}

func eventOf(a Account) accountEvent { return accountEvent{a, personDigest(a.DataSet, a.PersonID)} }

func (s *Store) enteredAccount(ctx context.Context, tx *sql.Tx, actor, act, id string, before, after any) error {
	return eventlog.Enter(ctx, tx, s.now(), eventlog.Act{Actor: actor, Name: act, Target: "account/" + id}, before, after)
}
