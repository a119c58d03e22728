package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"strconv"
	"strings"
)

// OldestFile is the file among the migrations that says which programs may still run on the newest revision: a
// number, that of the newest revision which the oldest of them knows. Without it, only programs that know the
// newest may. It lies beside the engines' folders and rises when a migration takes away what older programs use.
const OldestFile = "oldest-program"

const (
	// createOldest makes the table of one row from which programs older than the schema learn whether they may run.
	createOldest = `CREATE TABLE IF NOT EXISTS schema_oldest_program (id BIGINT PRIMARY KEY CHECK (id = 1), revision BIGINT NOT NULL)`
	upsertOldest = `INSERT INTO schema_oldest_program (id, revision) VALUES (1, $1) ON CONFLICT (id) DO UPDATE SET revision = excluded.revision`
	selectOldest = `SELECT revision FROM schema_oldest_program`
)

// readOldest is what the migrations declare; newest is their last revision.
func readOldest(migrations fs.FS, newest int64) (int64, error) {
	text, err := fs.ReadFile(migrations, OldestFile)
	if errors.Is(err, fs.ErrNotExist) {
		return newest, nil
	}
	if err != nil {
		return 0, err
	}
	oldest, err := strconv.ParseInt(strings.TrimSpace(string(text)), 10, 64)
	if err != nil || oldest < 1 || oldest > newest {
		return 0, fmt.Errorf("%s: %q is no revision from 1 to %d", OldestFile, text, newest)
	}
	return oldest, nil
}

// declareOldest stores what the migrations declare. It comes before them: as long as the schema is at a program's own
// revision the declaration does not concern it, and once the schema is newer the declaration is there.
func (db *DB) declareOldest(ctx context.Context, oldest int64) error {
	return db.InTx(ctx, func(tx *sql.Tx) error {
		if err := db.oneByOne(ctx, tx); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, createOldest); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, upsertOldest, oldest)
		return err
	})
}

// oneByOne makes the replicas that migrate at the same time take turns until their transactions end: PostgreSQL
// refuses all but one of several CREATE TABLE IF NOT EXISTS of one name. SQLite has one writer.
func (db *DB) oneByOne(ctx context.Context, tx *sql.Tx) error {
	if db.Engine != PostgreSQL {
		return nil
	}
	_, err := tx.ExecContext(ctx, `SELECT pg_advisory_xact_lock(hashtext($1))`, "migrate "+db.schema)
	return err
}

// declaredOldest is what the program that migrated last has declared, 0 when it declared nothing.
func (db *DB) declaredOldest(ctx context.Context) (int64, error) {
	_, err := Row(ctx, db, Value[string], db.Engine.findTable(), "schema_oldest_program")
	if errors.Is(err, ErrNotFound) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	return Row(ctx, db, Value[int64], selectOldest)
}
