package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"

	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
)

var (
	// ErrOtherImport says that an import has the identifier, of another kind or data set.
	ErrOtherImport = errors.New("the import is of another kind or data set")
	// errRaced says that a batch met others that changed the same at the same time, each time it was tried.
	errRaced = fmt.Errorf("others change the same rows: %w", sqlstore.ErrUnavailable)
)

// GapError says that rows before a batch are missing.
type GapError struct {
	// NextLine is where the import is to go on.
	NextLine int64
}

func (e *GapError) Error() string { return fmt.Sprintf("rows from line %d on are missing", e.NextLine) }

// importTries is how often a batch is tried when others get in its way.
const importTries = 5

// Import is how far the import of a file has come.
type Import struct {
	ID      string
	Kind    string
	DataSet DataSet
	// NextLine is the first line that is not stored; 0 before the first batch.
	NextLine                    int64
	Stored, Unchanged, Rejected int64
	// Rejects are those of the last batch.
	Rejects []Reject
}

// Reject is a row that was not stored. Its JSON is how it is kept.
type Reject struct {
	Line   int64  `json:"line"`
	Field  string `json:"field,omitempty"`
	Reason string `json:"reason"`
}

// ImportBatch is a part of a file.
type ImportBatch struct {
	ID      string
	Kind    string
	DataSet DataSet
	// The batch goes from FirstLine to before NextLine.
	FirstLine, NextLine int64
}

// ImportOutcome is what became of the rows of a batch.
type ImportOutcome struct {
	Stored, Unchanged int64
	Rejects           []Reject
}

const importColumns = `import_id, kind, data_set, next_line, stored, unchanged, rejected, rejects`

func scanImport(row sqlstore.Scanner) (Import, error) {
	var i Import
	var rejects string
	err := row.Scan(&i.ID, &i.Kind, &i.DataSet, &i.NextLine, &i.Stored, &i.Unchanged, &i.Rejected, &rejects)
	if err == nil {
		err = json.Unmarshal([]byte(rejects), &i.Rejects)
	}
	return i, err
}

// Import tells how far an import has come; one that has not begun has an identifier only.
func (s *Store) Import(ctx context.Context, id string) (Import, error) {
	i, err := sqlstore.Row(ctx, s.db, scanImport, `SELECT `+importColumns+` FROM import WHERE import_id = $1`, id)
	if errors.Is(err, sqlstore.ErrNotFound) {
		return Import{ID: id}, nil
	}
	if err != nil {
		return Import{}, fmt.Errorf("reading an import: %w", err)
	}
	return i, nil
}

// ImportRows lets put store the rows of a batch, from a line on, in the transaction that moves the import's progress and enters the
// log, and returns the import after it. put may run more than once; it fails with sqlstore.ErrConflict or sqlstore.ErrNotFound when
// another transaction got in its way. A batch that is stored is not stored again. Rejects are those of the last batch.
// ImportRows fails with a GapError, and with ErrOtherImport.
func (s *Store) ImportRows(ctx context.Context, batch ImportBatch, act Act, put func(tx *sql.Tx, from int64) (ImportOutcome, error)) (Import, error) {
	var done Import
	err := errRaced
	for range importTries {
		err = s.db.InTx(ctx, func(tx *sql.Tx) (err error) {
			done, err = s.importBatch(ctx, tx, batch, act, put)
			return err
		})
		if !errors.Is(err, sqlstore.ErrConflict) && !errors.Is(err, sqlstore.ErrNotFound) {
			break
		}
		err = fmt.Errorf("%w: %w", errRaced, err)
	}
	if err != nil {
		return Import{}, fmt.Errorf("importing rows: %w", err)
	}
	return done, nil
}

func (s *Store) importBatch(ctx context.Context, tx *sql.Tx, batch ImportBatch, act Act, put func(*sql.Tx, int64) (ImportOutcome, error)) (Import, error) {
	if err := s.lookUpByIndex(ctx, tx); err != nil {
		return Import{}, err
	}
	// What there is stays as it is, and locked.
	done, err := scanImport(tx.QueryRowContext(ctx, `INSERT INTO import (`+importColumns+`, started_at, updated_at)
		VALUES ($1, $2, $3, 0, 0, 0, 0, 'null', $4, $4) ON CONFLICT (import_id) DO UPDATE SET updated_at = $4
		RETURNING `+importColumns, batch.ID, batch.Kind, batch.DataSet, s.now().UnixMilli()))
	switch {
	case err != nil:
		return done, err
	case done.Kind != batch.Kind || done.DataSet != batch.DataSet:
		return done, ErrOtherImport
	case batch.NextLine <= done.NextLine:
		return done, nil
	case batch.FirstLine > max(done.NextLine, 1):
		return done, &GapError{max(done.NextLine, 1)}
	}
	outcome, err := put(tx, done.NextLine)
	if err != nil {
		return done, err
	}
	if done.NextLine == 0 {
		if err := s.countDistinct(ctx, tx); err != nil {
			return done, err
		}
	}
	first := max(done.NextLine, 1)
	done.NextLine, done.Rejects = batch.NextLine, outcome.Rejects
	done.Stored += outcome.Stored
	done.Unchanged += outcome.Unchanged
	done.Rejected += int64(len(outcome.Rejects))
	rejects, err := json.Marshal(outcome.Rejects)
	if err != nil {
		return done, err
	}
	_, err = tx.ExecContext(ctx, `UPDATE import SET next_line = $2, stored = $3, unchanged = $4, rejected = $5, rejects = $6 WHERE import_id = $1`,
		done.ID, done.NextLine, done.Stored, done.Unchanged, done.Rejected, string(rejects))
	if err != nil {
		return done, err
	}
	return done, s.record(ctx, tx, act, "import:"+done.ID, Detail{Purpose: "import of " + done.Kind, More: []Member{
		{"data_set", string(done.DataSet)},
		{"lines", fmt.Sprintf("%d-%d", first, done.NextLine-1)},
		{"stored", strconv.FormatInt(outcome.Stored, 10)},
		{"unchanged", strconv.FormatInt(outcome.Unchanged, 10)},
		{"rejected", strconv.Itoa(len(outcome.Rejects))},
	}})
}

// lookUpByIndex keeps PostgreSQL from reading whole tables in a transaction. It keeps the plans that it has made, and may have made
// them while a table was empty.
func (s *Store) lookUpByIndex(ctx context.Context, tx *sql.Tx) error {
	if s.db.Engine != sqlstore.PostgreSQL {
		return nil
	}
	_, err := tx.ExecContext(ctx, `SET LOCAL enable_seqscan = off`)
	return err
}

// countDistinct lets PostgreSQL see, once an import has begun, that keys are different from each other. It takes them for 200
// different ones otherwise, until it looks by itself, and reads whole tables for a batch of keys.
func (s *Store) countDistinct(ctx context.Context, tx *sql.Tx) error {
	if s.db.Engine != sqlstore.PostgreSQL {
		return nil
	}
	_, err := tx.ExecContext(ctx, `ANALYZE person, identifier, membership, household, household_member, fact`)
	return err
}
