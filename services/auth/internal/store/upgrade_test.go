package store_test

import (
	"io/fs"
	"path/filepath"
	"testing"
	"testing/fstest"
	"time"

	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
	"github.com/ventanilla/ventanilla/pkg/testkit"
	"github.com/ventanilla/ventanilla/services/auth/internal/store"
)

// What the release that knew no states says to the database.
const (
	oldInsert = `INSERT INTO signing_key (kid, purpose, alg, sealed_private, public, active, created_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (purpose) WHERE active DO NOTHING`
	oldSelect = `SELECT kid FROM signing_key WHERE purpose = $1 AND active`
)

// firstRevision are the migrations of that release.
func firstRevision(t *testing.T) fs.FS {
	t.Helper()
	first := fstest.MapFS{}
	for _, engine := range []string{"sqlite", "postgres"} {
		name := engine + "/0001_auth.sql"
		text, err := fs.ReadFile(store.Migrations(), name)
		if err != nil {
			t.Fatal(err)
		}
		first[name] = &fstest.MapFile{Data: text}
	}
	return first
}

func oldAdd(t *testing.T, db *sqlstore.DB, kid string, use store.Use) {
	t.Helper()
	_, err := db.Write.ExecContext(t.Context(), oldInsert, kid, string(use), "RS256", []byte{1}, []byte{2}, true, 1000)
	if err != nil {
		t.Fatal(err)
	}
}

func expectActive(t *testing.T, db *sqlstore.DB, use store.Use, want string) {
	t.Helper()
	got, err := sqlstore.Row(t.Context(), db, sqlstore.Value[string], oldSelect, string(use))
	if err != nil || got != want {
		t.Errorf("the release before finds %q for %s, %v; want %q", got, use, err, want)
	}
}

// The release before runs on while the schema is upgraded, and beside the new one.
func TestTheReleaseBeforeAgreesOnTheActiveKey(t *testing.T) {
	for name, url := range map[string]string{
		"SQLite": "sqlite:" + filepath.Join(t.TempDir(), "auth.db"), "PostgreSQL": testkit.Postgres(t),
	} {
		t.Run(name, func(t *testing.T) {
			db := openAt(t, url, 8, firstRevision(t))
			oldAdd(t, db, "made before", store.UseAccess)
			if err := sqlstore.Migrate(t.Context(), db, store.Migrations()); err != nil {
				t.Fatal(err)
			}
			oldAdd(t, db, "made beside", store.UseInternal)
			oldAdd(t, db, "needless", store.UseAccess)

			s := store.New(db, time.Now)
			for use, kid := range map[store.Use]string{store.UseAccess: "made before", store.UseInternal: "made beside"} {
				k, err := s.EnsureKey(t.Context(), use, nil)
				if err != nil || k.KID != kid || k.State != store.KeyActive {
					t.Errorf("%s: %+v, %v", use, k, err)
				}
				if use == store.UseAccess && k.LastTokenEnds.Before(time.Now().Add(23*time.Hour)) {
					t.Errorf("the tokens of before the upgrade end at %v", k.LastTokenEnds)
				}
			}
			if all, err := s.KeysSince(t.Context(), 0); err != nil || len(all) != 2 {
				t.Errorf("%d keys, %v", len(all), err)
			}
			next := store.SigningKey{KID: "next", Use: store.UseAccess, Alg: "RS256", SealedPrivate: []byte{1}, Public: []byte{2}}
			if err := s.AddNextKey(t.Context(), next, store.Act{}); err != nil {
				t.Fatal(err)
			}
			expectActive(t, db, store.UseAccess, "made before")
			next.KID = "third"
			_, err := s.PromoteKey(t.Context(), store.Promotion{
				Use: store.UseAccess, Next: next, Check: func(_, _ store.SigningKey) error { return nil },
			}, store.Act{})
			if err != nil {
				t.Fatal(err)
			}
			expectActive(t, db, store.UseAccess, "next")
		})
	}
}
