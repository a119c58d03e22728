package identity_test

import (
	"iter"
	"testing"

	"github.com/ventanilla/ventanilla/pkg/auditlog"
	"github.com/ventanilla/ventanilla/pkg/auditlog/storetest"
	identityv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/identity/v1"
)

// exportedAccesses are the log's leaves as its RPCs give them.
func (r *replica) exportedAccesses() iter.Seq2[auditlog.Leaf, error] {
	log := r.accessLog()
	return func(yield func(auditlog.Leaf, error) bool) {
		for first := int64(0); ; {
			page, err := log.ExportAccesses(r.ByOperator("security"), &identityv1.ExportAccessesRequest{FirstLeaf: first, PageSize: 3})
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
	onBoth(t, func(t *testing.T, p *platform) {
		r := p.replica()
		p.plainPerson("production", "anna")
		storetest.DamageInServiceIsFound(t, storetest.Service{
			DB: p.DB,
			Enter: func() {
				_, err := r.lookUp(p.ByOperator("security"), "anna")
				check(t, err)
			},
			Sealed:   r.sealedAccesses,
			Exported: r.exportedAccesses,
			Prove: func(older, newer int64) [][]byte {
				proof, err := r.accessLog().ProveAccessConsistency(p.ByOperator("viewer"),
					&identityv1.ProveAccessConsistencyRequest{OldSize: older, NewSize: newer})
				check(t, err)
				return proof.GetHashes()
			},
		})
	})
}
