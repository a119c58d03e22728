package store

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"fmt"

	"github.com/ventanilla/ventanilla/pkg/eventlog"
)

// erasedRecord is what events say of a person that is forgotten: how many rows there were.
type erasedRecord struct {
	Rows int64 `json:"rows"`
}

const selectBeneficiariesOf = `SELECT beneficiary_id FROM beneficiary WHERE person_id = $1 AND data_set = $2 ORDER BY beneficiary_id`

// eraseOf are in this order: what belongs to beneficiaries before they are gone. $1 is the person, $2 the data set.
var eraseOf = []string{
	`DELETE FROM pass_key WHERE beneficiary_id IN (SELECT beneficiary_id FROM beneficiary WHERE person_id = $1 AND data_set = $2)`,
	`DELETE FROM beneficiary_token WHERE beneficiary_id IN (SELECT beneficiary_id FROM beneficiary WHERE person_id = $1 AND data_set = $2)`,
	`DELETE FROM beneficiary_record WHERE beneficiary_id IN (SELECT beneficiary_id FROM beneficiary WHERE person_id = $1 AND data_set = $2)`,
	`DELETE FROM beneficiary WHERE person_id = $1 AND data_set = $2`,
	`UPDATE account SET person_id = '' WHERE person_id = $1 AND data_set = $2`,
	`UPDATE customer SET person_id = '' WHERE person_id = $1 AND organisation_id IN (SELECT organisation_id FROM organisation WHERE data_set = $2)`,
}

// EraseBeneficiary deletes what is kept of a person, and cuts the links of accounts and customers to it, all or nothing. It returns how many rows there were.
func (s *Store) EraseBeneficiary(ctx context.Context, actor string, set DataSet, personID string) (int64, error) {
	if storable(personID) == "" {
		return 0, nil
	}
	var erased erasedRecord
	err := s.db.InTx(ctx, func(tx *sql.Tx) error {
		erased.Rows = 0
		// Whoever enters something for a beneficiary at the same time has done so, or finds nobody.
		if _, err := tx.ExecContext(ctx, s.locking(selectBeneficiariesOf, ` FOR UPDATE`), personID, set); err != nil {
			return err
		}
		for _, statement := range eraseOf {
			result, err := tx.ExecContext(ctx, statement, personID, set)
			if err != nil {
				return err
			}
			rows, err := result.RowsAffected()
			if err != nil {
				return fmt.Errorf("counting rows: %w", err)
			}
			erased.Rows += rows
		}
		return eventlog.Enter(ctx, tx, s.now(), eventlog.Act{Actor: actor, Name: "EraseBeneficiary", Target: personTarget(set, personID)}, erased, nil)
	})
	if err != nil {
		return 0, fmt.Errorf("erasing a beneficiary: %w", err)
	}
	return erased.Rows, nil
}

// personTarget names a person among the targets of events.
func personTarget(set DataSet, personID string) string {
	return "person/" + personDigest(set, personID)
}

// personDigest stands for a person in events, which outlive what is known of it: it tells persons apart, and leads to none. It is empty for nobody.
func personDigest(set DataSet, personID string) string {
	if personID == "" {
		return ""
	}
	digest := sha256.Sum256([]byte(string(set) + "\x00" + personID))
	return hex.EncodeToString(digest[:])
}
