package store

import (
	"embed"
	"io/fs"
	"time"

	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
)

// Schema is the PostgreSQL schema of the service.
const Schema = "session"

//go:embed migrations
var migrations embed.FS

// Migrations are the schema's revisions, for sqlstore.Migrate and sqlstore.Supported.
func Migrations() fs.FS {
	folder, err := fs.Sub(migrations, "migrations")
	if err != nil {
		panic(err) // the name is valid
	}
	return folder
}

// Store reads and writes what the service knows. It is safe for concurrent use.
type Store struct {
	db  *sqlstore.DB
	now func() time.Time
}

// New returns the store in a database at the newest of Migrations.
func New(db *sqlstore.DB, now func() time.Time) *Store {
	return &Store{db: db, now: func() time.Time { return now().UTC().Truncate(time.Millisecond) }}
}
