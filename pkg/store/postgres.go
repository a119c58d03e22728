package store

import (
	"context"
	"database/sql/driver"
	"errors"
	"net"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
)

func (db *DB) openPostgreSQL(_ context.Context, config Config, options Options) error {
	if options.Schema == "" {
		return errors.New("the name of a PostgreSQL schema is required")
	}
	db.schema = options.Schema
	settings, err := pgx.ParseConfig(config.URL.Reveal())
	if err != nil {
		// The error repeats the URL, which may hold a password.
		return errors.New("store.url is no PostgreSQL URL")
	}
	settings.ConnectTimeout = config.ConnectTimeout
	settings.DialFunc = (&net.Dialer{KeepAliveConfig: net.KeepAliveConfig{
		Enable: true, Idle: 5 * time.Second, Interval: time.Second, Count: 3,
	}}).DialContext
	settings.RuntimeParams["search_path"] = pgx.Identifier{options.Schema}.Sanitize()
	settings.RuntimeParams["statement_timeout"] = milliseconds(config.StatementTimeout)
	settings.RuntimeParams["lock_timeout"] = milliseconds(config.LockTimeout)
	// A transaction whose owner is gone must not keep its locks.
	settings.RuntimeParams["idle_in_transaction_session_timeout"] = milliseconds(2 * config.StatementTimeout)

	pool, err := db.instrument(stdlib.GetConnector(*settings, stdlib.OptionResetSession(dropDead)), "all", options)
	if err != nil {
		return err
	}
	pool.SetMaxOpenConns(config.MaxOpen)
	pool.SetMaxIdleConns(config.MaxOpen)
	pool.SetConnMaxIdleTime(5 * time.Minute)
	pool.SetConnMaxLifetime(time.Hour)
	db.Read, db.Write = pool, pool
	return nil
}

// dropDead discards a connection that the server has ended while it lay in the pool. Without it
// every connection from before a server's restart would fail one caller after the restart.
func dropDead(_ context.Context, conn *pgx.Conn) error {
	if !quiet(conn.PgConn().Conn()) {
		return driver.ErrBadConn
	}
	return nil
}

func milliseconds(d time.Duration) string {
	return strconv.FormatInt(d.Milliseconds(), 10)
}
