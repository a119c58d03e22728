package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"reflect"

	"github.com/ventanilla/ventanilla/pkg/eventlog"
)

// toDelete locks what a transaction deletes, as toChange does what it changes: nobody begins to refer to it meanwhile.
const toDelete = ` FOR UPDATE`

const (
	insertIntegration = `INSERT INTO integration (integration_key, data_set, client_id, definition, secrets, disabled, created_at, updated_at)
	VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`
	updateIntegration = `UPDATE integration SET definition = $2, secrets = $3, disabled = $4, updated_at = $5 WHERE integration_key = $1`
	countIntegrated   = `SELECT COUNT(*) FROM functionality WHERE integration_key = $1`
)

// CreateIntegration enters one under its key and returns it with the times that it was given.
func (s *Store) CreateIntegration(ctx context.Context, actor string, i Integration) (Integration, error) {
	definition, err := json.Marshal(i.Definition)
	if err != nil {
		return Integration{}, fmt.Errorf("writing down an integration: %w", err)
	}
	err = s.db.InTx(ctx, func(tx *sql.Tx) error {
		i.CreatedAt = s.now()
		i.UpdatedAt = i.CreatedAt
		if _, err := tx.ExecContext(ctx, insertIntegration, i.Key, i.DataSet, i.ClientID, string(definition), i.Secrets, truth(i.Disabled),
			i.CreatedAt.UnixMilli(), i.UpdatedAt.UnixMilli()); err != nil {
			return err
		}
		return s.enteredIntegration(ctx, tx, actor, "CreateIntegration", i.Key, nil, i)
	})
	if err != nil {
		return Integration{}, fmt.Errorf("entering an integration: %w", err)
	}
	return i, nil
}

// UpdateIntegration lets change edit one, alone, and stores what it leaves of definition, secrets and whether it is shut. It returns the integration as it is
// then; what changes nothing is not written. An error of change's is returned and nothing stored; change may run more than once. It fails with ErrNoIntegration.
func (s *Store) UpdateIntegration(ctx context.Context, actor, key string, change func(*Integration) error) (Integration, error) {
	var i Integration
	err := s.db.InTx(ctx, func(tx *sql.Tx) error {
		before, err := s.heldIntegration(ctx, tx, key, toChange)
		if err != nil {
			return err
		}
		i = before
		if err := change(&i); err != nil {
			return err
		}
		if reflect.DeepEqual(before, i) {
			return nil
		}
		i.UpdatedAt = s.now()
		definition, err := json.Marshal(i.Definition)
		if err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, updateIntegration, i.Key, string(definition), i.Secrets, truth(i.Disabled), i.UpdatedAt.UnixMilli()); err != nil {
			return err
		}
		return s.enteredIntegration(ctx, tx, actor, "UpdateIntegration", i.Key, before, i)
	})
	if err != nil {
		return Integration{}, fmt.Errorf("changing an integration: %w", err)
	}
	return i, nil
}

// DeleteIntegration ends one with what it told of beneficiaries. It fails with ErrNoIntegration and ErrIntegrationInUse.
func (s *Store) DeleteIntegration(ctx context.Context, actor, key string) error {
	err := s.db.InTx(ctx, func(tx *sql.Tx) error {
		before, err := s.heldIntegration(ctx, tx, key, toDelete)
		if err != nil {
			return err
		}
		var using int64
		if err := tx.QueryRowContext(ctx, countIntegrated, before.Key).Scan(&using); err != nil {
			return err
		}
		if using > 0 {
			return ErrIntegrationInUse
		}
		if _, err := tx.ExecContext(ctx, `DELETE FROM integration WHERE integration_key = $1`, before.Key); err != nil {
			return err
		}
		return s.enteredIntegration(ctx, tx, actor, "DeleteIntegration", before.Key, before, nil)
	})
	if err != nil {
		return fmt.Errorf("deleting an integration: %w", err)
	}
	return nil
}

func (s *Store) enteredIntegration(ctx context.Context, tx *sql.Tx, actor, act, key string, before, after any) error {
	return eventlog.Enter(ctx, tx, s.now(), eventlog.Act{Actor: actor, Name: act, Target: "integration/" + key}, before, after)
}
