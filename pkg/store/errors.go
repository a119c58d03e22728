package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// The classes of errors, to be asked for with errors.Is. The cause stays reachable beneath.
var (
	// ErrNotFound says that no row answers.
	ErrNotFound = errors.New("not found")
	// ErrConflict says that a row with the same unique key exists.
	ErrConflict = errors.New("conflict")
	// ErrUnavailable says that the database did not answer, or not in time, and may do so later. When
	// it comes from a transaction's commit, the change may have been made.
	ErrUnavailable = errors.New("database unavailable")
	// ErrInUse says that another process has the SQLite file.
	ErrInUse = errors.New("database in use")
)

// Classify gives an error of the database its class. The context is the statement's: when it was
// cancelled, the error is context.Canceled and of no class. An error without class is returned as it is.
func Classify(ctx context.Context, err error) error {
	switch {
	case err == nil, errors.Is(err, context.Canceled),
		errors.Is(err, ErrNotFound), errors.Is(err, ErrConflict), errors.Is(err, ErrUnavailable):
		return err
	case errors.Is(ctx.Err(), context.Canceled):
		return fmt.Errorf("%w: %w", context.Canceled, err)
	case errors.Is(err, sql.ErrNoRows):
		return fmt.Errorf("%w: %w", ErrNotFound, err)
	case duplicate(err):
		return fmt.Errorf("%w: %w", ErrConflict, err)
	case ctx.Err() != nil, contended(err), unavailable(err):
		return fmt.Errorf("%w: %w", ErrUnavailable, err)
	}
	return err
}

// code is the engine's code of an error: the SQLSTATE or SQLite's result code.
func code(err error) string {
	if fromPostgres, ok := errors.AsType[*pgconn.PgError](err); ok {
		return fromPostgres.Code
	}
	if fromSQLite, ok := errors.AsType[*sqlite.Error](err); ok {
		return strconv.Itoa(fromSQLite.Code())
	}
	return "other"
}

func duplicate(err error) bool {
	switch code(err) {
	case "23505", strconv.Itoa(sqlite3.SQLITE_CONSTRAINT_UNIQUE), strconv.Itoa(sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY):
		return true
	}
	return false
}

// contended tells of transactions that stood in each other's way and may pass on another try.
func contended(err error) bool {
	if fromSQLite, ok := errors.AsType[*sqlite.Error](err); ok {
		primary := fromSQLite.Code() & 0xff // the rest extends it
		return primary == sqlite3.SQLITE_BUSY || primary == sqlite3.SQLITE_LOCKED
	}
	state := code(err)
	return state == "40001" || state == "40P01" // serialization_failure, deadlock_detected
}

func unavailable(err error) bool {
	if fromPostgres, ok := errors.AsType[*pgconn.PgError](err); ok {
		return unavailableState(fromPostgres.Code)
	}
	if fromSQLite, ok := errors.AsType[*sqlite.Error](err); ok {
		switch fromSQLite.Code() & 0xff {
		case sqlite3.SQLITE_IOERR, sqlite3.SQLITE_FULL, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_INTERRUPT:
			return true
		}
		return false
	}
	var refused *pgconn.ConnectError
	var network net.Error
	return errors.As(err, &refused) || errors.As(err, &network) || pgconn.SafeToRetry(err) ||
		errors.Is(err, context.DeadlineExceeded) ||
		errors.Is(err, driver.ErrBadConn) || errors.Is(err, sql.ErrConnDone) ||
		errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, net.ErrClosed)
}

// unavailableState knows the SQLSTATEs (PostgreSQL manual, appendix A) of a server that cannot serve now:
// connection exceptions (08), insufficient resources (53), shutdown and start (57P0x), a timeout of
// a statement (57014), of a lock (55P03) or of an idle transaction (25P03), and a server that takes
// no writes, as after a failover (25006).
func unavailableState(state string) bool {
	switch state {
	case "57014", "55P03", "25P03", "25006":
		return true
	}
	return strings.HasPrefix(state, "08") || strings.HasPrefix(state, "53") || strings.HasPrefix(state, "57P0")
}
