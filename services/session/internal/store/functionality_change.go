package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"reflect"

	"github.com/ventanilla/ventanilla/pkg/eventlog"
)

const (
	insertFunctionality = `INSERT INTO functionality
	(functionality_key, data_set, client_id, name, redirect_uri, pass_key_life, integration_key, disabled, created_at, updated_at)
	VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`
	updateFunctionality = `UPDATE functionality SET name = $2, redirect_uri = $3, pass_key_life = $4, integration_key = $5, disabled = $6, updated_at = $7
	WHERE functionality_key = $1`
	selectOwnIntegration = `SELECT 1 FROM integration WHERE integration_key = $1 AND client_id = $2 AND data_set = $3`
)

// CreateFunctionality enters one under its key and returns it with the times that it was given. It fails with ErrNoIntegration.
func (s *Store) CreateFunctionality(ctx context.Context, actor string, f Functionality) (Functionality, error) {
	err := s.db.InTx(ctx, func(tx *sql.Tx) error {
		f.CreatedAt = s.now()
		f.UpdatedAt = f.CreatedAt
		if err := s.holdIntegration(ctx, tx, f); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, insertFunctionality, f.Key, f.DataSet, f.ClientID, f.Name, f.RedirectURI, f.PassKeyLife.Milliseconds(),
			textOrNull(f.IntegrationKey), truth(f.Disabled), f.CreatedAt.UnixMilli(), f.UpdatedAt.UnixMilli()); err != nil {
			return err
		}
		return s.enteredFunctionality(ctx, tx, actor, "CreateFunctionality", f.Key, nil, f)
	})
	if err != nil {
		return Functionality{}, fmt.Errorf("entering a functionality: %w", err)
	}
	return f, nil
}

// UpdateFunctionality lets change edit one, alone, and stores what it leaves of name, address, pass keys' life, integration and whether it is shut. One that
// is shut has no pass keys any more. It returns the functionality as it is then; what changes nothing is not written. An error of change's is
// returned and nothing stored; change may run more than once. It fails with ErrNoFunctionality and ErrNoIntegration.
func (s *Store) UpdateFunctionality(ctx context.Context, actor, key string, change func(*Functionality) error) (Functionality, error) {
	var f Functionality
	err := s.db.InTx(ctx, func(tx *sql.Tx) error {
		before, err := s.heldFunctionality(ctx, tx, key)
		if err != nil {
			return err
		}
		f = before
		if err := change(&f); err != nil {
			return err
		}
		if reflect.DeepEqual(before, f) {
			return nil
		}
		f.UpdatedAt = s.now()
		if err := s.holdIntegration(ctx, tx, f); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, updateFunctionality, f.Key, f.Name, f.RedirectURI, f.PassKeyLife.Milliseconds(), textOrNull(f.IntegrationKey),
			truth(f.Disabled), f.UpdatedAt.UnixMilli()); err != nil {
			return err
		}
		if f.Disabled {
			if _, err := tx.ExecContext(ctx, `DELETE FROM pass_key WHERE functionality_key = $1`, f.Key); err != nil {
				return err
			}
		}
		return s.enteredFunctionality(ctx, tx, actor, "UpdateFunctionality", f.Key, before, f)
	})
	if err != nil {
		return Functionality{}, fmt.Errorf("changing a functionality: %w", err)
	}
	return f, nil
}

// DeleteFunctionality ends one with its pass keys. It fails with ErrNoFunctionality.
func (s *Store) DeleteFunctionality(ctx context.Context, actor, key string) error {
	err := s.db.InTx(ctx, func(tx *sql.Tx) error {
		before, err := s.heldFunctionality(ctx, tx, key)
		if err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `DELETE FROM functionality WHERE functionality_key = $1`, before.Key); err != nil {
			return err
		}
		return s.enteredFunctionality(ctx, tx, actor, "DeleteFunctionality", before.Key, before, nil)
	})
	if err != nil {
		return fmt.Errorf("deleting a functionality: %w", err)
	}
	return nil
}

// holdIntegration sees to it that the integration of a functionality is one of the same client and data set, until the transaction ends.
func (s *Store) holdIntegration(ctx context.Context, tx *sql.Tx, f Functionality) error {
	if f.IntegrationKey == "" {
		return nil
	}
	var found int
	err := tx.QueryRowContext(ctx, s.locking(selectOwnIntegration, toRefer), storable(f.IntegrationKey), f.ClientID, f.DataSet).Scan(&found)
	if errors.Is(err, sql.ErrNoRows) {
		return ErrNoIntegration
	}
	return err
}

func (s *Store) enteredFunctionality(ctx context.Context, tx *sql.Tx, actor, act, key string, before, after any) error {
	return eventlog.Enter(ctx, tx, s.now(), eventlog.Act{Actor: actor, Name: act, Target: "functionality/" + key}, before, after)
}
