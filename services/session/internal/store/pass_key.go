package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
)

// ErrNoToken says that no beneficiary's token that is good has the hash.
var ErrNoToken = errors.New("no such token")

// Opening is what a beneficiary's token may open.
type Opening struct {
	BeneficiaryID int64
	UniqueKey     string
	DataSet       DataSet
	// There tells whether the functionality is open and of the token's client and data set.
	There bool
	// IntegrationKey is the functionality's; empty for none.
	IntegrationKey string
}

// NewPassKey is one to be made.
type NewPassKey struct {
	// Hash is the SHA-256 of the pass key's text, Token that of the beneficiary's token.
	Hash, Token      [32]byte
	FunctionalityKey string
	// Context is sealed; empty for none.
	Context []byte
}

const (
	openable = `f.functionality_key = $3 AND f.disabled = 0 AND f.client_id = b.client_id AND f.data_set = b.data_set`
	// The token is that of the beneficiary b; it may open the functionality f.
	selectOpening = `SELECT b.beneficiary_id, b.unique_key, b.data_set, f.functionality_key IS NOT NULL, COALESCE(f.integration_key, '')
	FROM beneficiary_token t JOIN beneficiary b ON b.beneficiary_id = t.beneficiary_id LEFT JOIN functionality f ON ` + openable + `
	WHERE t.token = $1 AND t.expires_at > $2`
	selectOpened = `SELECT b.beneficiary_id, f.redirect_uri, f.pass_key_life
	FROM beneficiary_token t JOIN beneficiary b ON b.beneficiary_id = t.beneficiary_id JOIN functionality f ON ` + openable + `
	WHERE t.token = $1 AND t.expires_at > $2`
	insertPassKey = `INSERT INTO pass_key (pass_key, functionality_key, beneficiary_id, context, created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6)`
)

func scanOpening(row sqlstore.Scanner) (o Opening, err error) {
	err = row.Scan(&o.BeneficiaryID, &o.UniqueKey, &o.DataSet, &o.There, &o.IntegrationKey)
	return o, err
}

// Opening tells what the token with a hash may open. It fails with ErrNoToken.
func (s *Store) Opening(ctx context.Context, token [32]byte, functionalityKey string) (Opening, error) {
	o, err := sqlstore.Row(ctx, s.db, scanOpening, selectOpening, token[:], s.now().UnixMilli(), storable(functionalityKey))
	if errors.Is(err, sqlstore.ErrNotFound) {
		err = ErrNoToken
	}
	if err != nil {
		return Opening{}, fmt.Errorf("reading a token: %w", err)
	}
	return o, nil
}

// CreatePassKey enters a pass key, if by then the token may open the functionality still, and returns where it is taken and when it ends. A functionality
// that is shut at the same time does not leave it behind, nor does a person who is erased. It fails with ErrNoFunctionality.
func (s *Store) CreatePassKey(ctx context.Context, k NewPassKey) (redirectURI string, expiresAt time.Time, err error) {
	err = s.db.InTx(ctx, func(tx *sql.Tx) error {
		now := s.now()
		var beneficiaryID, life int64
		err := tx.QueryRowContext(ctx, s.locking(selectOpened, toKeep+` OF b, f`), k.Token[:], now.UnixMilli(), storable(k.FunctionalityKey)).
			Scan(&beneficiaryID, &redirectURI, &life)
		if errors.Is(err, sql.ErrNoRows) {
			return ErrNoFunctionality
		}
		if err != nil {
			return err
		}
		expiresAt = now.Add(time.Duration(life) * time.Millisecond)
		_, err = tx.ExecContext(ctx, insertPassKey, k.Hash[:], k.FunctionalityKey, beneficiaryID, k.Context, now.UnixMilli(), expiresAt.UnixMilli())
		return err
	})
	if err != nil {
		return "", time.Time{}, fmt.Errorf("entering a pass key: %w", err)
	}
	return redirectURI, expiresAt, nil
}
