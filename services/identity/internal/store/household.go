package store

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
)

// Household is those who live together.
type Household struct {
	// ID is given by CreateHousehold.
	ID string
	// Key is the institution's, unique in the data set.
	Key       string
	DataSet   DataSet
	CreatedAt time.Time
}

// Target is the household as the access log names it.
func (h Household) Target() string { return householdTarget(h.ID) }

func householdTarget(id string) string { return "household:" + id }

// SetTarget is a set of persons as the access log names it, by their pseudonyms in any order.
func SetTarget(pseudonyms []string) string {
	sum := sha256.Sum256([]byte(strings.Join(slices.Sorted(slices.Values(pseudonyms)), "\n")))
	return "set:" + hex.EncodeToString(sum[:])
}

const householdColumns = `household_id, household_key, data_set, created_at`

func scanHousehold(row sqlstore.Scanner) (Household, error) {
	var h Household
	var created int64
	err := row.Scan(&h.ID, &h.Key, &h.DataSet, &created)
	h.CreatedAt = time.UnixMilli(created).UTC()
	return h, err
}

// CreateHousehold adds a household and returns it as stored. One of the same key and data set is returned as it is.
func (s *Store) CreateHousehold(ctx context.Context, set DataSet, key string, act Act) (Household, error) {
	var h Household
	err := s.db.InTx(ctx, func(tx *sql.Tx) error {
		id, err := uuid.NewV7()
		if err != nil {
			return err
		}
		h, err = scanHousehold(tx.QueryRowContext(ctx, `INSERT INTO household (`+householdColumns+`) VALUES ($1, $2, $3, $4)
			ON CONFLICT (data_set, household_key) DO NOTHING RETURNING `+householdColumns, id.String(), key, set, s.now().UnixMilli()))
		if errors.Is(err, sql.ErrNoRows) {
			h, err = scanHousehold(tx.QueryRowContext(ctx,
				`SELECT `+householdColumns+` FROM household WHERE data_set = $1 AND household_key = $2`, set, key))
			return err
		}
		if err != nil {
			return err
		}
		return s.record(ctx, tx, act, h.Target(), Detail{Fields: []string{"household_key"}})
	})
	if err != nil {
		return Household{}, fmt.Errorf("creating a household: %w", err)
	}
	return h, nil
}

// Household finds a household. It fails with sqlstore.ErrNotFound.
func (s *Store) Household(ctx context.Context, id string) (Household, error) {
	h, err := sqlstore.Row(ctx, s.db, scanHousehold, `SELECT `+householdColumns+` FROM household WHERE household_id = $1`, id)
	if err != nil {
		return Household{}, fmt.Errorf("finding a household: %w", err)
	}
	return h, nil
}

// HouseholdOf finds the household that a person is in; of several the one that was stated last. It fails with
// sqlstore.ErrNotFound.
func (s *Store) HouseholdOf(ctx context.Context, personID string, as AsOf) (Household, error) {
	known, valid := as.args()
	h, err := sqlstore.Row(ctx, s.db, scanHousehold, `SELECT h.household_id, h.household_key, h.data_set, h.created_at
		FROM household_member AS m JOIN household AS h ON h.household_id = m.household_id
		WHERE m.relation <> 'none' AND m.number IN (SELECT max(number) FROM household_member
			WHERE person_id = $1 AND recorded_at <= $2 AND valid_from <= $3 AND (valid_to IS NULL OR valid_to > $3)
			GROUP BY household_id)
		ORDER BY m.number DESC LIMIT 1`, personID, known, valid)
	if err != nil {
		return Household{}, fmt.Errorf("finding a person's household: %w", err)
	}
	return h, nil
}
