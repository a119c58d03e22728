package store_test

import (
	"errors"
	"io/fs"
	"maps"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"github.com/ventanilla/ventanilla/pkg/store"
)

var (
	first  = both("0001_thing.sql", "CREATE TABLE thing (id TEXT PRIMARY KEY);")
	second = plus(first, both("0002_other.sql", "CREATE TABLE other (id TEXT PRIMARY KEY);"))
)

func both(name, statement string) fstest.MapFS {
	file := &fstest.MapFile{Data: []byte("-- +goose Up\n" + statement + "\n")}
	return fstest.MapFS{"sqlite/" + name: file, "postgres/" + name: file}
}

func plus(a, b fstest.MapFS) fstest.MapFS {
	all := maps.Clone(a)
	maps.Copy(all, b)
	return all
}

// since declares the oldest program that may run on the migrations' newest revision.
func since(oldest string, migrations fstest.MapFS) fstest.MapFS {
	return plus(migrations, fstest.MapFS{store.OldestFile: &fstest.MapFile{Data: []byte(oldest + "\n")}})
}

func migrate(t *testing.T, db *store.DB, migrations fs.FS) {
	t.Helper()
	if err := store.Migrate(t.Context(), db, migrations); err != nil {
		t.Fatal(err)
	}
}

func TestSchemaIsUsedOnlyAtItsRevision(t *testing.T) {
	onBoth(t, func(t *testing.T, settings store.Config) {
		db := open(t, settings)
		expect := func(revision int64) {
			t.Helper()
			if got, err := store.Revision(t.Context(), db); got != revision || err != nil {
				t.Errorf("revision %d, want %d (%v)", got, revision, err)
			}
		}
		expect(0)
		if err := store.Supported(t.Context(), db, first); !errors.Is(err, store.ErrSchemaOlder) {
			t.Errorf("empty: %v", err)
		}
		migrate(t, db, first)
		expect(1)
		if err := store.Supported(t.Context(), db, first); err != nil {
			t.Errorf("migrated: %v", err)
		}
		if err := store.Supported(t.Context(), db, second); !errors.Is(err, store.ErrSchemaOlder) {
			t.Errorf("before an upgrade: %v", err)
		}
		migrate(t, db, second)
		migrate(t, db, second)
		expect(2)
		err := store.Migrate(t.Context(), db, first)
		if !errors.Is(err, store.ErrSchemaNewer) || !strings.Contains(err.Error(), "revision 2") {
			t.Errorf("downgrade: %v", err)
		}
		expect(2)
	})
}

func TestANewerSchemaSaysWhichProgramsMayRun(t *testing.T) {
	third := plus(second, both("0003_gone.sql", "DROP TABLE thing;"))
	onBoth(t, func(t *testing.T, settings store.Config) {
		db := open(t, settings)
		migrate(t, db, first)
		migrate(t, db, since("1", second))
		if err := store.Supported(t.Context(), db, first); err != nil {
			t.Errorf("revision 2 is fit for programs of revision 1: %v", err)
		}
		migrate(t, db, first)
		if got, err := store.Revision(t.Context(), db); got != 2 || err != nil {
			t.Errorf("revision %d after an older program's migration, want 2 (%v)", got, err)
		}

		migrate(t, db, since("2", third))
		if err := store.Supported(t.Context(), db, second); err != nil {
			t.Errorf("revision 3 is fit for programs of revision 2: %v", err)
		}
		for name, err := range map[string]error{
			"supported": store.Supported(t.Context(), db, first), "migrate": store.Migrate(t.Context(), db, first),
		} {
			if !errors.Is(err, store.ErrSchemaNewer) {
				t.Errorf("revision 3 is not for programs of revision 1: %s: %v", name, err)
			}
		}
	})
}

func TestAWrongOldestProgramChangesNothing(t *testing.T) {
	for _, wrong := range []string{"0", "3", "-1", "one", ""} {
		db := open(t, at("sqlite:"+filepath.Join(t.TempDir(), "auth.db")))
		err := store.Migrate(t.Context(), db, since(wrong, second))
		if err == nil || !strings.Contains(err.Error(), store.OldestFile) {
			t.Errorf("%q: %v", wrong, err)
		}
		if got, err := store.Revision(t.Context(), db); got != 0 || err != nil {
			t.Errorf("%q: revision %d (%v)", wrong, got, err)
		}
	}
}

func TestReplicasMigrateTogether(t *testing.T) {
	onBoth(t, func(t *testing.T, settings store.Config) {
		replicas := []*store.DB{open(t, settings)}
		if replicas[0].Engine == store.PostgreSQL {
			replicas = append(replicas, open(t, settings), open(t, settings))
		}
		var group sync.WaitGroup
		for _, db := range replicas {
			group.Go(func() {
				if err := store.Migrate(t.Context(), db, second); err != nil {
					t.Error(err)
				}
			})
		}
		group.Wait()
	})
}

func TestAFailedMigrationLeavesNothing(t *testing.T) {
	onBoth(t, func(t *testing.T, settings store.Config) {
		db := open(t, settings)
		migrate(t, db, first)
		broken := plus(first, both("0002_broken.sql", "CREATE TABLE half (id TEXT);\nCREATE TABLE thing (id TEXT);"))
		if err := store.Migrate(t.Context(), db, broken); err == nil {
			t.Fatal("a broken migration passed")
		}
		migrate(t, db, plus(first, both("0002_mended.sql", "CREATE TABLE half (id TEXT);")))
	})
}
