package store

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"time"

	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
)

// FailuresKept is how long after the last one failed logins are forgotten.
const FailuresKept = 24 * time.Hour

// LoginFailures are how many logins failed of whom they are counted for; none is the zero value.
type LoginFailures struct {
	Count int64
	Last  time.Time
}

// failureRow is a row of login_failure.
type failureRow struct {
	subject []byte
	LoginFailures
}

func scanFailures(row sqlstore.Scanner) (r failureRow, err error) {
	var last int64
	err = row.Scan(&r.subject, &r.Count, &last)
	r.Last = time.UnixMilli(last).UTC()
	return r, err
}

// upsertFailure counts one more; $3 is when those before it are forgotten.
const upsertFailure = `INSERT INTO login_failure (subject, failures, last_failure_at) VALUES ($1, 1, $2)
	ON CONFLICT (subject) DO UPDATE SET failures = CASE WHEN login_failure.last_failure_at <= $3 THEN 1 ELSE login_failure.failures + 1 END, last_failure_at = $2`

// selectFailures are those of so many subjects; $1 is when older ones are forgotten.
func selectFailures(subjects int) string {
	places := make([]string, subjects)
	for i := range places {
		places[i] = fmt.Sprintf("$%d", i+2)
	}
	return `SELECT subject, failures, last_failure_at FROM login_failure WHERE last_failure_at > $1 AND subject IN (` + strings.Join(places, ", ") + `)`
}

// LoginFailures returns how many logins failed of each of some, in their order. Those of long ago are none.
func (s *Store) LoginFailures(ctx context.Context, subjects ...[]byte) ([]LoginFailures, error) {
	args := []any{s.now().Add(-FailuresKept).UnixMilli()}
	for _, subject := range subjects {
		args = append(args, subject)
	}
	rows, err := sqlstore.Rows(ctx, s.db, scanFailures, selectFailures(len(subjects)), args...)
	if err != nil {
		return nil, fmt.Errorf("reading failed logins: %w", err)
	}
	failures := make([]LoginFailures, len(subjects))
	for _, row := range rows {
		for i, subject := range subjects {
			if string(row.subject) == string(subject) {
				failures[i] = row.LoginFailures
			}
		}
	}
	return failures, nil
}

// EnterLoginFailure counts one more for each of some, all or nothing. Where there are several, transactions that happen at the same time name them in one
// order, or they may have to try again.
func (s *Store) EnterLoginFailure(ctx context.Context, subjects ...[]byte) error {
	now := s.now()
	err := s.db.InTx(ctx, func(tx *sql.Tx) error {
		for _, subject := range subjects {
			if _, err := tx.ExecContext(ctx, upsertFailure, subject, now.UnixMilli(), now.Add(-FailuresKept).UnixMilli()); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("counting a failed login: %w", err)
	}
	return nil
}
