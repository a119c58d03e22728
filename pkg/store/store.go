package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"slices"

	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/trace"
)

// Engine is the kind of database behind a DB. Its value is also the name of the folder with its migrations.
type Engine string

// The engines.
const (
	SQLite     Engine = "sqlite"
	PostgreSQL Engine = "postgres"
)

// Options are what a database needs beside its configuration.
type Options struct {
	// Schema is the PostgreSQL schema that holds the service's tables, usually the service's name.
	// Required for PostgreSQL; SQLite has no use for it.
	Schema string
	// Tracer makes a span for each statement whose context is being traced. Required.
	Tracer trace.TracerProvider
	// Meter takes the durations of statements and the state of the pools. Required.
	Meter metric.MeterProvider
}

// DB is an open database. It is safe for concurrent use.
type DB struct {
	// Engine is what is behind it.
	Engine Engine
	// Read serves statements that change nothing. On SQLite it refuses others.
	Read *sql.DB
	// Write serves all others. On SQLite it is one connection, on PostgreSQL the same pool as Read.
	Write *sql.DB

	schema  string
	closers []func() error
}

// Open opens the database. A SQLite file is created when it is missing, and refused while another
// process has it. A PostgreSQL server is not contacted until the first statement, so that a service
// starts, and reports itself not ready, while its database is away.
func Open(ctx context.Context, config Config, options Options) (*DB, error) {
	if err := config.Validate(); err != nil {
		return nil, fmt.Errorf("opening store: %w", err)
	}
	db := &DB{}
	db.Engine, _ = config.engine()
	open := db.openSQLite
	if db.Engine == PostgreSQL {
		open = db.openPostgreSQL
	}
	if err := open(ctx, config, options); err != nil {
		return nil, errors.Join(fmt.Errorf("opening store: %w", err), db.Close())
	}
	return db, nil
}

// Close waits for statements that are running and ends all connections.
func (db *DB) Close() error {
	var failures []error
	for _, closer := range slices.Backward(db.closers) {
		failures = append(failures, closer())
	}
	db.closers = nil
	if err := errors.Join(failures...); err != nil {
		return fmt.Errorf("closing store: %w", err)
	}
	return nil
}

func (db *DB) closeLater(c io.Closer) {
	db.closers = append(db.closers, c.Close)
}
