package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
)

const (
	selectBeneficiary = `SELECT beneficiary_id, unique_key FROM beneficiary WHERE client_id = $1 AND person_id = $2`
	insertBeneficiary = `INSERT INTO beneficiary (data_set, client_id, person_id, unique_key, created_at) VALUES ($1, $2, $3, $4, $5)
	ON CONFLICT (client_id, person_id) DO UPDATE SET unique_key = excluded.unique_key RETURNING beneficiary_id`
)

// beneficiaryName is what a beneficiary is called, by number and by key.
type beneficiaryName struct {
	id        int64
	uniqueKey string
}

func scanBeneficiaryName(row sqlstore.Scanner) (n beneficiaryName, err error) {
	err = row.Scan(&n.id, &n.uniqueKey)
	return n, err
}

// Beneficiary returns the number of a person as a user of a client's app, the same whoever asks first. It enters one who is not there, and the unique key
// where it is another by now; else it writes nothing.
func (s *Store) Beneficiary(ctx context.Context, clientID string, set DataSet, personID, uniqueKey string) (id int64, err error) {
	known, err := sqlstore.Row(ctx, s.db, scanBeneficiaryName, selectBeneficiary, clientID, personID)
	if err == nil && known.uniqueKey == uniqueKey {
		return known.id, nil
	}
	if err != nil && !errors.Is(err, sqlstore.ErrNotFound) {
		return 0, fmt.Errorf("reading a beneficiary: %w", err)
	}
	err = s.db.InTx(ctx, func(tx *sql.Tx) error {
		return tx.QueryRowContext(ctx, insertBeneficiary, set, clientID, personID, uniqueKey, s.now().UnixMilli()).Scan(&id)
	})
	if err != nil {
		return 0, fmt.Errorf("entering a beneficiary: %w", err)
	}
	return id, nil
}
