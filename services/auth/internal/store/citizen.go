package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
)

// Citizen is who a widget token's number stands for.
type Citizen struct {
	// Number is what tokens have instead of the RUT. It is never given to another.
	Number int64
	// DataSet is the world of data of the widget that asked.
	DataSet DataSet
	// RUT is the citizen's, "44444444-4". It is personal data.
	RUT string
	// CreatedAt is when the number was given out.
	CreatedAt time.Time
	// KeptUntil is no earlier than the end of any token with the number.
	KeptUntil time.Time
}

const citizenColumns = `number, data_set, rut, created_at, kept_until`

func scanCitizen(row sqlstore.Scanner) (Citizen, error) {
	var c Citizen
	var created, kept int64
	err := row.Scan(&c.Number, &c.DataSet, &c.RUT, &created, &kept)
	c.CreatedAt, c.KeptUntil = fromMilli(created), fromMilli(kept)
	return c, err
}

const (
	keepCitizen = `UPDATE citizen SET kept_until = CASE WHEN kept_until < $3 THEN $3 ELSE kept_until END
		WHERE data_set = $1 AND rut = $2 RETURNING ` + citizenColumns
	addCitizen = `INSERT INTO citizen (data_set, rut, kept_until, created_at) VALUES ($1, $2, $3, $4)
		ON CONFLICT (data_set, rut) DO UPDATE
		SET kept_until = CASE WHEN citizen.kept_until < excluded.kept_until THEN excluded.kept_until ELSE citizen.kept_until END
		RETURNING ` + citizenColumns
)

// NumberCitizen returns a citizen of a data set, who is kept until a time at least, under the number that there is or a new one.
// Callers at once get the same number.
func (s *Store) NumberCitizen(ctx context.Context, set DataSet, rut string, until time.Time) (Citizen, error) {
	var c Citizen
	err := s.db.InTx(ctx, func(tx *sql.Tx) (err error) {
		end := until.UnixMilli()
		c, err = scanCitizen(tx.QueryRowContext(ctx, keepCitizen, string(set), rut, end))
		if errors.Is(err, sql.ErrNoRows) { // a new one would use up a number each time
			c, err = scanCitizen(tx.QueryRowContext(ctx, addCitizen, string(set), rut, end, s.now().UnixMilli()))
		}
		return err
	})
	if err != nil {
		return Citizen{}, fmt.Errorf("numbering a citizen: %w", err)
	}
	return c, nil
}

// Citizen finds who has a number. It fails with sqlstore.ErrNotFound.
func (s *Store) Citizen(ctx context.Context, number int64) (Citizen, error) {
	c, err := sqlstore.Row(ctx, s.db, scanCitizen, `SELECT `+citizenColumns+` FROM citizen WHERE number = $1`, number)
	if err != nil {
		return Citizen{}, fmt.Errorf("finding a citizen: %w", err)
	}
	return c, nil
}
