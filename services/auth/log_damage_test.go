package auth_test

import (
	"iter"
	"path/filepath"
	"testing"

	"github.com/ventanilla/ventanilla/pkg/auditlog"
	"github.com/ventanilla/ventanilla/pkg/auditlog/storetest"
	"github.com/ventanilla/ventanilla/pkg/testkit"
	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
)

// exported are the log's leaves as its RPCs give them.
func (r *replica) exported() iter.Seq2[auditlog.Leaf, error] {
	log := authv1.NewLogServiceClient(r.as("bootstrap"))
	return func(yield func(auditlog.Leaf, error) bool) {
		for first := int64(0); ; {
			page, err := log.ExportLogEntries(r.t.Context(), &authv1.ExportLogEntriesRequest{FirstLeaf: first, PageSize: 3})
			if err != nil || len(page.GetEntries()) == 0 {
				if err != nil {
					yield(auditlog.Leaf{}, err)
				}
				return
			}
			for _, e := range page.GetEntries() {
				leaf := auditlog.Leaf{Index: e.GetLeaf(), Text: e.GetText(), Listed: &auditlog.Entry{
					At: e.GetAt().AsTime(), Actor: e.GetActor(), Act: e.GetAct(), Target: e.GetTarget(),
				}}
				copy(leaf.Hash[:], e.GetHash())
				if !yield(leaf, nil) {
					return
				}
				first = e.GetLeaf() + 1
			}
		}
	}
}

func TestDamageInTheDatabaseIsFound(t *testing.T) {
	for name, url := range map[string]string{
		"SQLite":     "sqlite:" + filepath.Join(t.TempDir(), "auth.db"),
		"PostgreSQL": testkit.Postgres(t),
	} {
		t.Run(name, func(t *testing.T) { damageIsFound(t, openPlatform(t, url, 8)) })
	}
}

func damageIsFound(t *testing.T, p *platform) {
	r := p.replica(false)
	client := r.register(partner())
	storetest.DamageInServiceIsFound(t, storetest.Service{
		DB:    p.db,
		Enter: func() { r.issue(client) },
		Sealed: func() auditlog.Checkpoint {
			checkpoint, _ := r.sealed()
			return checkpoint
		},
		Exported: r.exported,
		Prove: func(older, newer int64) [][]byte {
			proof, err := authv1.NewLogServiceClient(r.as("bootstrap")).ProveConsistency(t.Context(),
				&authv1.ProveConsistencyRequest{OldSize: older, NewSize: newer})
			check(t, err)
			return proof.GetHashes()
		},
	})
}
