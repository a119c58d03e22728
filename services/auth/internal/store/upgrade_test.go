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
	return revisions(t, "0001_auth.sql")
}

// revisions are some of the migrations, for both engines.
func revisions(t *testing.T, names ...string) fs.FS {
	t.Helper()
	some := fstest.MapFS{}
	for _, engine := range []string{"sqlite", "postgres"} {
		for _, name := range names {
			text, err := fs.ReadFile(store.Migrations(), engine+"/"+name)
			if err != nil {
				t.Fatal(err)
			}
			some[engine+"/"+name] = &fstest.MapFile{Data: text}
		}
	}
	return some
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

// What the release that knew no data sets says to the database.
const (
	oldColumns = `id, name, family, kind, scopes, audiences, secret_hash, token_life_ms, resource_scopes, introspects_all,
	personal_data, introspection_members, disabled, epoch, revision, created_at, updated_at`
	oldPlaces = `$1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17`
)

// The release before leaves a client's data set alone, and its own clients are production's.
func TestTheReleaseBeforeLeavesDataSetsAlone(t *testing.T) {
	for name, url := range map[string]string{
		"SQLite": "sqlite:" + filepath.Join(t.TempDir(), "auth.db"), "PostgreSQL": testkit.Postgres(t),
	} {
		t.Run(name, func(t *testing.T) {
			db := openAt(t, url, 8, revisions(t, "0001_auth.sql", "0002_keys.sql", "0003_clients.sql", "0004_admin_log.sql"))
			client := func(id, name string, revision int) []any {
				return []any{
					id, name, "iddi", "partner", "[]", "[]", store.NoSecret(), 3600_000, "[]", false, false, "", false, 0, revision, 1000, 1000,
				}
			}
			insert := func(id string, revision int) {
				t.Helper()
				if _, err := db.Write.ExecContext(t.Context(), `INSERT INTO client (`+oldColumns+`) VALUES (`+oldPlaces+`)`, client(id, "A client", revision)...); err != nil {
					t.Fatal(err)
				}
			}
			insert("made-before", 1001)
			if err := sqlstore.Migrate(t.Context(), db, store.Migrations()); err != nil {
				t.Fatal(err)
			}
			insert("made-beside", 1002)
			s := store.New(db, time.Now)
			staged := store.Client{ID: "staged", Name: "A client", Family: "iddi", Kind: store.KindPartner, DataSet: store.Staging, SecretHash: store.NoSecret()}
			if _, err := s.CreateClient(t.Context(), staged, store.Act{}); err != nil {
				t.Fatal(err)
			}
			_, err := db.Write.ExecContext(t.Context(), `UPDATE client SET (`+oldColumns+`) = (`+oldPlaces+`) WHERE id = $1`, client("staged", "Renamed", 1003)...)
			if err != nil {
				t.Fatal(err)
			}
			for id, want := range map[string]store.DataSet{
				"made-before": store.Production, "made-beside": store.Production, "staged": store.Staging,
			} {
				if c, err := s.Client(t.Context(), id); err != nil || c.DataSet != want || (c.Name == "Renamed") != (id == "staged") {
					t.Errorf("%s: %+v, %v", id, c, err)
				}
			}
		})
	}
}

// The release before changes a widget without knowing of its origins, and has clients without any.
func TestTheReleaseBeforeLeavesOriginsAlone(t *testing.T) {
	for name, url := range map[string]string{
		"SQLite": "sqlite:" + filepath.Join(t.TempDir(), "auth.db"), "PostgreSQL": testkit.Postgres(t),
	} {
		t.Run(name, func(t *testing.T) {
			before := revisions(t, "0001_auth.sql", "0002_keys.sql", "0003_clients.sql", "0004_admin_log.sql", "0005_data_sets.sql")
			db := openAt(t, url, 8, before)
			columns, places := oldColumns+`, data_set`, oldPlaces+`, $18`
			client := func(id, name string, revision int) []any {
				return []any{
					id, name, "cmp", "widget", "[]", "[]", store.NoSecret(), 3600_000, "[]", false, false, "", false, 0, revision, 1000, 1000, "staging",
				}
			}
			insert := func(id string, revision int) {
				t.Helper()
				if _, err := db.Write.ExecContext(t.Context(), `INSERT INTO client (`+columns+`) VALUES (`+places+`)`, client(id, "A widget", revision)...); err != nil {
					t.Fatal(err)
				}
			}
			insert("made-before", 1001)
			if err := sqlstore.Migrate(t.Context(), db, store.Migrations()); err != nil {
				t.Fatal(err)
			}
			insert("made-beside", 1002)
			s := store.New(db, time.Now)
			shown := store.Client{
				ID: "shown", Name: "A widget", Family: "cmp", Kind: store.KindWidget, DataSet: store.Staging, SecretHash: store.NoSecret(),
				Origins: []string{"https://www.example.cl"},
			}
			if _, err := s.CreateClient(t.Context(), shown, store.Act{}); err != nil {
				t.Fatal(err)
			}
			_, err := db.Write.ExecContext(t.Context(), `UPDATE client SET (`+columns+`) = (`+places+`) WHERE id = $1`, client("shown", "Renamed", 1003)...)
			if err != nil {
				t.Fatal(err)
			}
			for id, want := range map[string]int{"made-before": 0, "made-beside": 0, "shown": 1} {
				if c, err := s.Client(t.Context(), id); err != nil || len(c.Origins) != want || (c.Name == "Renamed") != (id == "shown") {
					t.Errorf("%s: %+v, %v", id, c, err)
				}
			}
		})
	}
}

// The release before makes, reads and deletes keys without knowing of their forms.
func TestTheReleaseBeforeLeavesFormsAlone(t *testing.T) {
	for name, url := range map[string]string{
		"SQLite": "sqlite:" + filepath.Join(t.TempDir(), "auth.db"), "PostgreSQL": testkit.Postgres(t),
	} {
		t.Run(name, func(t *testing.T) {
			db := openAt(t, url, 8, revisions(t, "0001_auth.sql", "0002_keys.sql", "0003_clients.sql", "0004_admin_log.sql", "0005_data_sets.sql", "0006_widgets.sql"))
			say := func(text string, values ...any) {
				t.Helper()
				if result, err := db.Write.ExecContext(t.Context(), text, values...); err != nil {
					t.Fatal(err)
				} else if n, err := result.RowsAffected(); n != 1 || err != nil {
					t.Fatalf("%d rows, %v", n, err)
				}
			}
			const insert = `INSERT INTO api_key (id, client_id, name, secret_hash, scopes, created_at, expires_at, last_used_at, deleted_at)
				VALUES ($1, 'owner', 'A key', $2, '[]', 1000, 0, 0, 0)`
			say(insert, "made-before", store.NoSecret())
			if err := sqlstore.Migrate(t.Context(), db, store.Migrations()); err != nil {
				t.Fatal(err)
			}
			say(insert, "made-beside", store.NoSecret())
			s := store.New(db, time.Now)
			owner := store.Client{ID: "owner", Name: "A client", Family: "cmp", Kind: store.KindPartner, DataSet: store.Production, SecretHash: store.NoSecret()}
			if _, err := s.CreateClient(t.Context(), owner, store.Act{}); err != nil {
				t.Fatal(err)
			}
			token := store.APIKey{ID: "token", ClientID: "owner", Name: "A key", Form: store.KeyJWT, SecretHash: store.NoSecret()}
			if _, err := s.CreateAPIKey(t.Context(), token, store.Act{}); err != nil {
				t.Fatal(err)
			}
			say(`UPDATE api_key SET last_used_at = $2 WHERE id = $1 AND last_used_at < $2`, "token", 2000)
			for id, want := range map[string]store.APIKeyForm{"made-before": store.KeyOpaque, "made-beside": store.KeyOpaque, "token": store.KeyJWT} {
				if k, err := s.APIKey(t.Context(), id); err != nil || k.Form != want || k.LastUsedAt.IsZero() != (id != "token") {
					t.Errorf("%s: %+v, %v", id, k, err)
				}
			}
			say(`UPDATE api_key SET deleted_at = $2 WHERE id = $1 AND deleted_at = 0`, "token", 3000)
			if _, err := s.APIKeyOfText(t.Context(), store.NoSecret()); err == nil {
				t.Error("what the release before deleted is found")
			}
		})
	}
}
