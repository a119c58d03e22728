package store

import (
	"embed"
	"io/fs"
	"time"

	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
)

// Schema is the PostgreSQL schema of the service.
const Schema = "identity"

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

// DataSet is a world of data. What belongs to one is never found from the other.
type DataSet string

// The data sets.
const (
	Production DataSet = "production"
	Staging    DataSet = "staging"
)

// DataSets are all of them.
func DataSets() []DataSet { return []DataSet{Production, Staging} }

// Store reads and writes identity's records. It is safe for concurrent use.
type Store struct {
	db      *sqlstore.DB
	now     func() time.Time
	queries situationQueries
}

// New returns the store in a database at the newest of Migrations.
func New(db *sqlstore.DB, now func() time.Time) *Store {
	return &Store{
		db: db, now: func() time.Time { return now().UTC().Truncate(time.Millisecond) }, queries: newSituationQueries(db.Engine),
	}
}

// DB is the database, for what reads the access log in it.
func (s *Store) DB() *sqlstore.DB { return s.db }
