package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
)

// Operator is a person, or a job, that runs the platform; the fields mean what they mean in
// ventanilla.auth.v1.Operator. Its JSON is what the admin log shows of it.
type Operator struct {
	Name     string   `json:"name"`
	Roles    []string `json:"roles"`
	Disabled bool     `json:"disabled"`
	// Epoch counts disablings.
	Epoch int64 `json:"epoch"`
	// Revision is the number of the last change of this operator.
	Revision  int64     `json:"-"`
	CreatedAt time.Time `json:"created_at"`
}

const operatorColumns = `name, roles, disabled, epoch, revision, created_at`

func scanOperator(row sqlstore.Scanner) (Operator, error) {
	var o Operator
	var created int64
	err := row.Scan(&o.Name, (*list)(&o.Roles), &o.Disabled, &o.Epoch, &o.Revision, &created)
	o.CreatedAt = fromMilli(created)
	return o, err
}

// CreateOperator adds an operator and returns it as stored, with created_at and revision. It fails
// with sqlstore.ErrConflict when the name is taken.
func (s *Store) CreateOperator(ctx context.Context, o Operator, act Act) (Operator, error) {
	err := s.change(ctx, func(tx *sql.Tx, revision int64) error {
		o.Revision, o.CreatedAt = revision, s.now()
		_, err := tx.ExecContext(ctx, `INSERT INTO operator (`+operatorColumns+`) VALUES ($1, $2, $3, $4, $5, $6)`,
			o.Name, list(o.Roles), o.Disabled, o.Epoch, o.Revision, o.CreatedAt.UnixMilli())
		if err != nil {
			return err
		}
		return s.record(ctx, tx, act, o.Name, "", o)
	})
	if err != nil {
		return Operator{}, fmt.Errorf("creating an operator: %w", err)
	}
	return o, nil
}

// ChangeOperator is ChangeClient for an operator. change also sees all other operators; they stay as they are until
// its decision is stored.
func (s *Store) ChangeOperator(
	ctx context.Context, name string, act Act, change func(o *Operator, others []Operator) error,
) (Operator, error) {
	var o Operator
	err := s.change(ctx, func(tx *sql.Tx, revision int64) error {
		if !sqlstore.CanBeKey(name) {
			return sqlstore.ErrNotFound
		}
		old, err := scanOperator(tx.QueryRowContext(ctx, `SELECT `+operatorColumns+` FROM operator WHERE name = $1`, name))
		if err != nil {
			return err
		}
		others, err := otherOperators(ctx, tx, name)
		if err != nil {
			return err
		}
		before, err := snapshot(old)
		if err != nil {
			return err
		}
		o = old
		if err := change(&o, others); err != nil {
			o = old
			return err
		}
		o.Name, o.CreatedAt, o.Revision = old.Name, old.CreatedAt, revision
		_, err = tx.ExecContext(ctx, `UPDATE operator SET roles = $2, disabled = $3, epoch = $4, revision = $5 WHERE name = $1`,
			name, list(o.Roles), o.Disabled, o.Epoch, revision)
		if err != nil {
			return err
		}
		return s.record(ctx, tx, act, name, before, o)
	})
	if err != nil && !errors.Is(err, ErrUnchanged) {
		return Operator{}, fmt.Errorf("changing an operator: %w", err)
	}
	return o, nil
}

func otherOperators(ctx context.Context, tx *sql.Tx, name string) ([]Operator, error) {
	rows, err := tx.QueryContext(ctx, `SELECT `+operatorColumns+` FROM operator WHERE name <> $1`, name)
	if err != nil {
		return nil, fmt.Errorf("reading the other operators: %w", err)
	}
	defer rows.Close()
	var others []Operator
	for rows.Next() {
		o, err := scanOperator(rows)
		if err != nil {
			return nil, fmt.Errorf("reading the other operators: %w", err)
		}
		others = append(others, o)
	}
	return others, rows.Err()
}

// Operator finds an operator. It fails with sqlstore.ErrNotFound.
func (s *Store) Operator(ctx context.Context, name string) (Operator, error) {
	if !sqlstore.CanBeKey(name) {
		return Operator{}, fmt.Errorf("finding an operator: %w", sqlstore.ErrNotFound)
	}
	o, err := sqlstore.Row(ctx, s.db, scanOperator, `SELECT `+operatorColumns+` FROM operator WHERE name = $1`, name)
	if err != nil {
		return Operator{}, fmt.Errorf("finding an operator: %w", err)
	}
	return o, nil
}

// Operators lists all operators in the order of their names; a platform has few.
func (s *Store) Operators(ctx context.Context) ([]Operator, error) {
	all, err := sqlstore.Rows(ctx, s.db, scanOperator, `SELECT `+operatorColumns+` FROM operator ORDER BY name`)
	if err != nil {
		return nil, fmt.Errorf("listing operators: %w", err)
	}
	return all, nil
}

// OperatorsSince is ClientsSince for operators.
func (s *Store) OperatorsSince(ctx context.Context, revision int64, limit int) ([]Operator, error) {
	changed, err := sqlstore.Rows(ctx, s.db, scanOperator,
		`SELECT `+operatorColumns+` FROM operator WHERE revision > $1 ORDER BY revision LIMIT $2`, revision, page(limit))
	if err != nil {
		return nil, fmt.Errorf("listing changed operators: %w", err)
	}
	return changed, nil
}
