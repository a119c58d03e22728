package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/ventanilla/ventanilla/pkg/eventlog"
)

const (
	// MaxMembers is how many members an organisation may have.
	MaxMembers = 1000
	// MaxMemberships is how many organisations a user may work in.
	MaxMemberships = 1000
)

var (
	// ErrTooManyMembers says that the organisation has as many members as it may.
	ErrTooManyMembers = errors.New("too many members")
	// ErrTooManyMemberships says that the user works in as many organisations as it may.
	ErrTooManyMemberships = errors.New("too many memberships")
	// ErrNoMember says that the account is no member of the organisation.
	ErrNoMember = errors.New("no such member")
)

const (
	insertMember     = `INSERT INTO member (organisation_id, account_id, administrator, since) VALUES ($1, $2, $3, $4)`
	updateMember     = `UPDATE member SET administrator = $3 WHERE organisation_id = $1 AND account_id = $2`
	deleteMember     = `DELETE FROM member WHERE organisation_id = $1 AND account_id = $2`
	countMembers     = `SELECT COUNT(*) FROM member WHERE organisation_id = $1`
	countMemberships = `SELECT COUNT(*) FROM member WHERE account_id = $1`
)

// PutMember lets a user of the organisation's data set work in it, or changes how. It returns the member as it is then; what changes nothing is not written.
// It fails with ErrNoOrganisation, ErrNoAccount, ErrTooManyMembers and ErrTooManyMemberships.
func (s *Store) PutMember(ctx context.Context, actor string, organisationID int64, accountID string, administrator bool) (Member, error) {
	var m Member
	err := s.db.InTx(ctx, func(tx *sql.Tx) error {
		before, err := s.heldMember(ctx, tx, organisationID, accountID)
		var was any
		switch {
		case errors.Is(err, ErrNoMember):
			if err := s.addMember(ctx, tx, organisationID, accountID, administrator); err != nil {
				return err
			}
		case err != nil:
			return err
		case before.Administrator == administrator:
			m = before
			return nil
		default:
			was = before
			if _, err := tx.ExecContext(ctx, updateMember, organisationID, accountID, truth(administrator)); err != nil {
				return err
			}
		}
		if m, err = scanMember(tx.QueryRowContext(ctx, selectMember, organisationID, accountID)); err != nil {
			return err
		}
		return s.enteredMember(ctx, tx, actor, "PutMember", organisationID, accountID, was, m)
	})
	if err != nil {
		return Member{}, fmt.Errorf("entering a member: %w", err)
	}
	return m, nil
}

// DeleteMember ends a membership. It fails with ErrNoMember.
func (s *Store) DeleteMember(ctx context.Context, actor string, organisationID int64, accountID string) error {
	err := s.db.InTx(ctx, func(tx *sql.Tx) error {
		before, err := s.heldMember(ctx, tx, organisationID, accountID)
		if errors.Is(err, ErrNoOrganisation) || errors.Is(err, ErrNoAccount) {
			return ErrNoMember
		}
		if err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, deleteMember, organisationID, accountID); err != nil {
			return err
		}
		return s.enteredMember(ctx, tx, actor, "DeleteMember", organisationID, accountID, before, nil)
	})
	if err != nil {
		return fmt.Errorf("ending a membership: %w", err)
	}
	return nil
}

// heldMember reads a member, or ErrNoMember, in a transaction in which nobody else changes members of the organisation or memberships of the user.
// It fails with ErrNoOrganisation and ErrNoAccount.
func (s *Store) heldMember(ctx context.Context, tx *sql.Tx, organisationID int64, accountID string) (Member, error) {
	organisation, err := s.heldOrganisation(ctx, tx, organisationID)
	if err != nil {
		return Member{}, err
	}
	account, err := s.heldAccount(ctx, tx, accountID)
	if err == nil && (account.Kind != User || account.DataSet != organisation.DataSet) {
		err = ErrNoAccount
	}
	if err != nil {
		return Member{}, err
	}
	m, err := scanMember(tx.QueryRowContext(ctx, selectMember, organisationID, account.ID))
	if errors.Is(err, sql.ErrNoRows) {
		return m, ErrNoMember
	}
	return m, err
}

func (s *Store) addMember(ctx context.Context, tx *sql.Tx, organisationID int64, accountID string, administrator bool) error {
	for _, bound := range []struct {
		count string
		of    any
		most  int
		full  error
	}{{countMembers, organisationID, MaxMembers, ErrTooManyMembers}, {countMemberships, accountID, MaxMemberships, ErrTooManyMemberships}} {
		var has int
		if err := tx.QueryRowContext(ctx, bound.count, bound.of).Scan(&has); err != nil {
			return err
		}
		if has >= bound.most {
			return bound.full
		}
	}
	_, err := tx.ExecContext(ctx, insertMember, organisationID, accountID, truth(administrator), s.now().UnixMilli())
	return err
}

func (s *Store) enteredMember(ctx context.Context, tx *sql.Tx, actor, act string, organisationID int64, accountID string, before, after any) error {
	target := organisationTarget(organisationID) + "/member/" + accountID
	return eventlog.Enter(ctx, tx, s.now(), eventlog.Act{Actor: actor, Name: act, Target: target}, before, after)
}
