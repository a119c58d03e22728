package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"

	"github.com/jackc/pgx/v5"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/database"
	"github.com/pressly/goose/v3/lock"
)

var (
	// ErrSchemaOlder says that the schema lacks migrations this program needs.
	ErrSchemaOlder = errors.New("schema is older than this program")
	// ErrSchemaNewer says that a newer program has changed the schema, and that this one may not run on it.
	ErrSchemaNewer = errors.New("schema is newer than this program")
)

// Migrate brings the schema to the newest revision in migrations, a file system with a folder of
// goose files for each engine and an OldestFile. Replicas may call it at the same time: one migrates, the others
// wait. A schema that a newer program has made is left as it is when this one may run on it; else it fails with
// ErrSchemaNewer. A migration that takes longer than the statement timeout begins with SET LOCAL statement_timeout.
func Migrate(ctx context.Context, db *DB, migrations fs.FS) error {
	if err := Supported(ctx, db, migrations); !errors.Is(err, ErrSchemaOlder) {
		return err
	}
	provider, err := db.provider(migrations)
	if err != nil {
		return fmt.Errorf("reading migrations: %w", err)
	}
	oldest, err := readOldest(migrations, newest(provider))
	if err != nil {
		return fmt.Errorf("reading migrations: %w", err)
	}
	if err := db.createSchema(ctx); err != nil {
		return fmt.Errorf("creating schema: %w", err)
	}
	if err := db.declareOldest(ctx, oldest); err != nil {
		return fmt.Errorf("declaring the oldest program: %w", err)
	}
	if _, err := provider.Up(ctx); err != nil {
		return fmt.Errorf("migrating: %w", Classify(ctx, err))
	}
	return nil
}

// Supported returns nil when the schema is at the newest revision in migrations, which is the one that this program
// was written for, or at a newer one that declares itself fit for this program; else ErrSchemaOlder or ErrSchemaNewer.
func Supported(ctx context.Context, db *DB, migrations fs.FS) error {
	provider, err := db.provider(migrations)
	if err != nil {
		return fmt.Errorf("reading migrations: %w", err)
	}
	want := newest(provider)
	have, err := Revision(ctx, db)
	switch {
	case err != nil:
		return err
	case have < want:
		return fmt.Errorf("%w: it is at revision %d of %d; run `ventanilla migrate`", ErrSchemaOlder, have, want)
	case have > want:
		return db.fitForOlder(ctx, have, want)
	}
	return nil
}

// fitForOlder judges a schema at revision have by what it declares, for a program that knows revisions up to want.
func (db *DB) fitForOlder(ctx context.Context, have, want int64) error {
	oldest, err := db.declaredOldest(ctx)
	if err != nil {
		return fmt.Errorf("asking the schema for the oldest program: %w", err)
	}
	if oldest == 0 || oldest > want {
		return fmt.Errorf("%w: it is at revision %d, this program knows %d; run the newer program, or restore a backup",
			ErrSchemaNewer, have, want)
	}
	return nil
}

// newest is the revision that the migrations lead to.
func newest(provider *goose.Provider) int64 {
	sources := provider.ListSources()
	return sources[len(sources)-1].Version
}

// Revision is the number of the last migration that was applied, 0 in an empty database.
func Revision(ctx context.Context, db *DB) (int64, error) {
	_, err := Row(ctx, db, Value[string], db.Engine.findTable(), goose.DefaultTablename)
	if errors.Is(err, ErrNotFound) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("looking for the schema's revision: %w", err)
	}
	versions, err := database.NewStore(db.Engine.dialect(), goose.DefaultTablename)
	if err != nil {
		return 0, fmt.Errorf("reading the schema's revision: %w", err)
	}
	revision, err := versions.GetLatestVersion(ctx, db.Read)
	if err != nil {
		return 0, fmt.Errorf("reading the schema's revision: %w", Classify(ctx, err))
	}
	return revision, nil
}

func (db *DB) provider(migrations fs.FS) (*goose.Provider, error) {
	folder, err := fs.Sub(migrations, string(db.Engine))
	if err != nil {
		return nil, err
	}
	options := []goose.ProviderOption{goose.WithDisableGlobalRegistry(true)}
	if db.Engine == PostgreSQL {
		locker, err := lock.NewPostgresSessionLocker(lock.WithLockTimeout(1, 60))
		if err != nil {
			return nil, err
		}
		options = append(options, goose.WithSessionLocker(locker))
	}
	return goose.NewProvider(db.Engine.dialect(), db.Write, folder, options...)
}

// createSchema makes the service's own schema where an administrator has not: asking first, since a
// role of least privilege may not create any.
func (db *DB) createSchema(ctx context.Context) error {
	if db.Engine != PostgreSQL {
		return nil
	}
	return db.InTx(ctx, func(tx *sql.Tx) error {
		if err := db.oneByOne(ctx, tx); err != nil {
			return err
		}
		var exists bool
		row := tx.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM pg_namespace WHERE nspname = $1)`, db.schema)
		if err := row.Scan(&exists); err != nil || exists {
			return err
		}
		_, err := tx.ExecContext(ctx, `CREATE SCHEMA IF NOT EXISTS `+pgx.Identifier{db.schema}.Sanitize())
		return err
	})
}

// findTable is the query for a table of the service's own by its name.
func (e Engine) findTable() string {
	if e == PostgreSQL {
		return `SELECT tablename FROM pg_tables WHERE schemaname = current_schema() AND tablename = $1`
	}
	return `SELECT name FROM sqlite_master WHERE type = 'table' AND name = $1`
}

func (e Engine) dialect() goose.Dialect {
	if e == PostgreSQL {
		return goose.DialectPostgres
	}
	return goose.DialectSQLite3
}
