package store

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"modernc.org/sqlite"
)

func (db *DB) openSQLite(ctx context.Context, config Config, options Options) error {
	path, err := filepath.Abs(strings.TrimPrefix(config.URL.Reveal(), "sqlite:"))
	if err != nil {
		return err
	}
	lock, err := lockFile(path + ".lock")
	if err != nil {
		return err
	}
	db.closeLater(lock)
	if err := createPrivate(path); err != nil {
		return err
	}

	if db.Write, err = db.sqliteHandle(path, "write", 1, config, options); err != nil {
		return err
	}
	// The first connection turns the file to WAL, which the readers then find.
	if err := db.Write.PingContext(ctx); err != nil {
		return err
	}
	db.Read, err = db.sqliteHandle(path, "read", config.MaxOpen, config, options)
	return err
}

func (db *DB) sqliteHandle(path, use string, connections int, config Config, options Options) (*sql.DB, error) {
	query := url.Values{
		"_busy_timeout": {strconv.FormatInt(config.LockTimeout.Milliseconds(), 10)},
		"_dqs":          {"0"},
		"_error_rc":     {"1"},
		"_foreign_keys": {"1"},
		"_journal_mode": {"WAL"},
		"_synchronous":  {"FULL"},
	}
	if use == "write" {
		query.Set("_txlock", "immediate")
		query.Set("_pragma", "secure_delete(1)") // what is deleted is overwritten, not only unlinked
	} else {
		query.Set("_query_only", "1")
	}
	dsn := url.URL{Scheme: "file", OmitHost: true, Path: path, RawQuery: query.Encode()}
	connector, err := sqlite.NewConnector(dsn.String())
	if err != nil {
		return nil, err
	}
	handle, err := db.instrument(namelessConnector{connector, &namelessTexts{}}, use, options)
	if err != nil {
		return nil, err
	}
	handle.SetMaxOpenConns(connections)
	handle.SetMaxIdleConns(connections)
	return handle, nil
}

// createPrivate makes the file, or an older one, readable by its owner alone. SQLite gives the mode
// on to the files it puts beside it.
func createPrivate(path string) error {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	defer file.Close()
	if err := file.Chmod(0o600); err != nil {
		return fmt.Errorf("making %s private: %w", path, err)
	}
	return nil
}
