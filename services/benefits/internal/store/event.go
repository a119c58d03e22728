package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
)

// Event is something that happened to a version.
type Event struct {
	Number    int64 // grows with time
	At        time.Time
	Actor     string
	BenefitID string
	Version   int32
	Before    State // empty for a new version
	After     State
	Note      string
}

const (
	eventColumns  = `number, at, actor, benefit_id, version, before, after, note`
	selectHistory = `SELECT ` + eventColumns + ` FROM catalogue_event WHERE benefit_id = $1 AND number > $2 ORDER BY number LIMIT $3`
	selectLast    = `SELECT ` + eventColumns + ` FROM catalogue_event WHERE benefit_id = $1 AND version = $2 ORDER BY number DESC LIMIT 1`
)

func scanEvent(row sqlstore.Scanner) (e Event, err error) {
	var at int64
	err = row.Scan(&e.Number, &at, &e.Actor, &e.BenefitID, &e.Version, &e.Before, &e.After, &e.Note)
	e.At = time.UnixMilli(at).UTC()
	return e, err
}

// History returns some events of a benefit behind a number, oldest first; none of a benefit that there is not.
func (s *Store) History(ctx context.Context, benefitID string, after int64, limit int) ([]Event, error) {
	if !sqlstore.CanBeKey(benefitID) {
		return nil, nil
	}
	events, err := sqlstore.Rows(ctx, s.db, scanEvent, selectHistory, benefitID, after, limit)
	if err != nil {
		return nil, fmt.Errorf("reading a history: %w", err)
	}
	return events, nil
}

func (s *Store) happened(ctx context.Context, tx *sql.Tx, e Event) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO catalogue_event (at, actor, benefit_id, version, before, after, note)
		VALUES ($1, $2, $3, $4, $5, $6, $7)`, s.now().UnixMilli(), e.Actor, e.BenefitID, e.Version, e.Before, e.After, e.Note)
	return err
}
