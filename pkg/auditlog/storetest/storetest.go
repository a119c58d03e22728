// Package storetest checks that the log keeps its promises on an engine, in tables that a service's migrations made.
package storetest

import (
	"context"
	"crypto/ed25519"
	"database/sql"
	"embed"
	"fmt"
	"io/fs"
	"iter"
	"log/slog"
	"testing"
	"time"

	"github.com/ventanilla/ventanilla/pkg/auditlog"
	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
)

// Open makes an empty database of the test's own and returns a function that gives a replica's connections to it. An
// engine that serves one process gives the same to all.
type Open func(t *testing.T, connections int) (replica func() *sqlstore.DB)

// Run runs all checks.
func Run(t *testing.T, open Open) {
	for name, check := range map[string]func(*testing.T, Open){
		"EntriesAreOfTheirTransaction":  entriesAreOfTheirTransaction,
		"EntriesComeInPages":            entriesComeInPages,
		"LeavesComeInPages":             leavesComeInPages,
		"ManyRecordAtOnce":              manyRecordAtOnce,
		"ARecorderThatStops":            aRecorderThatStops,
		"BadEntriesAreRefusedAlone":     badEntriesAreRefusedAlone,
		"SealersTakeTurns":              sealersTakeTurns,
		"WhatWasNotSealedIsSealedLater": whatWasNotSealedIsSealedLater,
		"DamageIsFound":                 damageIsFound,
		"DamageIsNotSigned":             damageIsNotSigned,
		"TreesAreProved":                treesAreProved,
	} {
		t.Run(name, func(t *testing.T) { check(t, open) })
	}
}

//go:embed migrations
var migrations embed.FS

// Migrations make the log's tables, and nothing else.
func Migrations() fs.FS {
	folder, err := fs.Sub(migrations, "migrations")
	if err != nil {
		panic(err) // the name is valid
	}
	return folder
}

const origin = "ventanilla/test/log"

var start = time.Date(2026, 3, 4, 5, 6, 7, 890_000_000, time.UTC)

// key is that of the tests, made from what it is for.
func key(t testing.TB, fill string) *auditlog.Key {
	t.Helper()
	seed := make([]byte, ed25519.SeedSize)
	copy(seed, fill)
	made, err := auditlog.NewKey(origin, ed25519.NewKeyFromSeed(seed))
	if err != nil {
		t.Fatal(err)
	}
	return made
}

func sealer(t testing.TB, db *sqlstore.DB) *auditlog.Sealer {
	t.Helper()
	k := key(t, "the log")
	return auditlog.NewSealer(db, func() auditlog.Keys { return auditlog.Keys{Active: k} }, slog.New(slog.DiscardHandler))
}

func seal(t testing.TB, db *sqlstore.DB) int {
	t.Helper()
	sealed, err := sealer(t, db).Seal(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return sealed
}

func entry(i int) auditlog.Entry {
	return auditlog.Entry{
		At: start.Add(time.Duration(i) * time.Millisecond), Actor: fmt.Sprintf("actor-%d", i%3), Act: fmt.Sprintf("Act%d", i%2),
		Target: fmt.Sprintf("target-%d", i), Detail: fmt.Appendf(nil, `{"i":%d}`, i),
	}
}

// enter appends entries from one number to before another.
func enter(t testing.TB, db *sqlstore.DB, from, to int) {
	t.Helper()
	var entries []auditlog.Entry
	for i := from; i < to; i++ {
		entries = append(entries, entry(i))
	}
	err := db.InTx(t.Context(), func(tx *sql.Tx) error { return auditlog.AppendAll(t.Context(), tx, entries) })
	if err != nil {
		t.Fatal(err)
	}
}

// newest is the last checkpoint, its signature checked.
func newest(t testing.TB, db *sqlstore.DB) auditlog.Checkpoint {
	t.Helper()
	signed, err := auditlog.Latest(t.Context(), db)
	if err != nil {
		t.Fatal(err)
	}
	c, err := auditlog.OpenCheckpoint(signed, key(t, "the log"))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// leaves reads all sealed entries, page by page.
func leaves(ctx context.Context, db *sqlstore.DB) iter.Seq2[auditlog.Leaf, error] {
	return func(yield func(auditlog.Leaf, error) bool) {
		for first := int64(0); ; {
			page, err := auditlog.Leaves(ctx, db, first, 7)
			if err != nil {
				yield(auditlog.Leaf{}, err)
				return
			}
			for _, recorded := range page {
				if !yield(recorded.Leaf, nil) {
					return
				}
				first = recorded.Index + 1
			}
			if len(page) == 0 {
				return
			}
		}
	}
}

func verify(t testing.TB, db *sqlstore.DB, kept ...auditlog.Checkpoint) error {
	t.Helper()
	return auditlog.Verify(leaves(t.Context(), db), newest(t, db), kept...)
}

func expectRight(t testing.TB, db *sqlstore.DB, size int64, kept ...auditlog.Checkpoint) {
	t.Helper()
	if got := newest(t, db).N; got != size {
		t.Errorf("%d leaves, want %d", got, size)
	}
	if err := verify(t, db, kept...); err != nil {
		t.Error(err)
	}
}

func execute(t testing.TB, db *sqlstore.DB, statements ...string) {
	t.Helper()
	err := db.InTx(t.Context(), func(tx *sql.Tx) error {
		for _, statement := range statements {
			if _, err := tx.ExecContext(t.Context(), statement); err != nil {
				return fmt.Errorf("%s: %w", statement, err)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
