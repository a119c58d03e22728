package store

import (
	"context"
	"database/sql"
	"fmt"

	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
)

const (
	selectRecord = `SELECT told FROM beneficiary_record WHERE beneficiary_id = $1 AND integration_key = $2`
	// insertRecord stores nothing for whom was erased, or of what was deleted, meanwhile.
	insertRecord = `INSERT INTO beneficiary_record (beneficiary_id, integration_key, told, updated_at)
	SELECT b.beneficiary_id, i.integration_key, $3, $4 FROM beneficiary b, integration i WHERE b.beneficiary_id = $1 AND i.integration_key = $2
	ON CONFLICT (beneficiary_id, integration_key) DO `
	putRecord     = insertRecord + `UPDATE SET told = excluded.told, updated_at = excluded.updated_at`
	startRecord   = insertRecord + `NOTHING`
	refreshRecord = `UPDATE beneficiary_record SET told = $3, updated_at = $4 WHERE beneficiary_id = $1 AND integration_key = $2 AND told = $5`
)

// Record returns what an integration told of a beneficiary, sealed. It fails with sqlstore.ErrNotFound when that is nothing.
func (s *Store) Record(ctx context.Context, beneficiaryID int64, integrationKey string) ([]byte, error) {
	sealed, err := sqlstore.Row(ctx, s.db, sqlstore.Value[[]byte], selectRecord, beneficiaryID, storable(integrationKey))
	if err != nil {
		return nil, fmt.Errorf("reading what an integration told: %w", err)
	}
	return sealed, nil
}

// PutRecord keeps what an integration told of a beneficiary, in the place of what it told before. It does nothing where either is no more.
func (s *Store) PutRecord(ctx context.Context, beneficiaryID int64, integrationKey string, sealed []byte) error {
	return s.writeRecord(ctx, putRecord, beneficiaryID, storable(integrationKey), sealed, s.now().UnixMilli())
}

// RefreshRecord is PutRecord as long as the record is still the one that was read, or none for nil: what a login told meanwhile stays.
func (s *Store) RefreshRecord(ctx context.Context, beneficiaryID int64, integrationKey string, was, sealed []byte) error {
	if was == nil {
		return s.writeRecord(ctx, startRecord, beneficiaryID, storable(integrationKey), sealed, s.now().UnixMilli())
	}
	return s.writeRecord(ctx, refreshRecord, beneficiaryID, storable(integrationKey), sealed, s.now().UnixMilli(), was)
}

func (s *Store) writeRecord(ctx context.Context, query string, args ...any) error {
	err := s.db.InTx(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, query, args...)
		return err
	})
	if err != nil {
		return fmt.Errorf("keeping what an integration told: %w", err)
	}
	return nil
}
