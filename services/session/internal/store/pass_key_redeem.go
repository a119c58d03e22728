package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
)

// ErrNoPassKey says that a pass key is unknown, over, or of another functionality, client or data set.
var ErrNoPassKey = errors.New("no such pass key")

// Redemption is what a client presents, and who it is.
type Redemption struct {
	// Hash is the SHA-256 of the pass key's text.
	Hash                       [32]byte
	FunctionalityKey, ClientID string
	DataSet                    DataSet
}

// PassKey is what a pass key is good for.
type PassKey struct {
	BeneficiaryID       int64
	PersonID, UniqueKey string
	// Context is sealed; empty for none.
	Context []byte
	// IntegrationKey is the functionality's, and Told what it told of the beneficiary, sealed; empty for none.
	IntegrationKey string
	Told           []byte
	OpenedAt       time.Time
}

const selectPassKey = `SELECT b.beneficiary_id, b.person_id, b.unique_key, p.context, COALESCE(f.integration_key, ''), r.told, p.created_at
	FROM pass_key p JOIN functionality f ON f.functionality_key = p.functionality_key JOIN beneficiary b ON b.beneficiary_id = p.beneficiary_id
	LEFT JOIN beneficiary_record r ON r.beneficiary_id = p.beneficiary_id AND r.integration_key = f.integration_key
	WHERE p.pass_key = $1 AND p.expires_at > $2 AND p.functionality_key = $3 AND f.client_id = $4 AND f.data_set = $5 AND f.disabled = 0`

func scanPassKey(row sqlstore.Scanner) (k PassKey, err error) {
	var opened int64
	err = row.Scan(&k.BeneficiaryID, &k.PersonID, &k.UniqueKey, &k.Context, &k.IntegrationKey, &k.Told, &opened)
	k.OpenedAt = time.UnixMilli(opened).UTC()
	return k, err
}

// PassKey returns what a pass key is good for, as often as it is asked. Whatever is wrong with it, the same is done, and it fails with ErrNoPassKey.
func (s *Store) PassKey(ctx context.Context, r Redemption) (PassKey, error) {
	k, err := sqlstore.Row(ctx, s.db, scanPassKey, selectPassKey, r.Hash[:], s.now().UnixMilli(), storable(r.FunctionalityKey), storable(r.ClientID), r.DataSet)
	if errors.Is(err, sqlstore.ErrNotFound) {
		err = ErrNoPassKey
	}
	if err != nil {
		return PassKey{}, fmt.Errorf("reading a pass key: %w", err)
	}
	return k, nil
}
