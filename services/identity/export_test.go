package identity

import (
	"context"
	"crypto/ed25519"
	"sync/atomic"

	"github.com/ventanilla/ventanilla/pkg/rpcserver"
	identityv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/identity/v1"
	"github.com/ventanilla/ventanilla/services/identity/internal/store"
)

// Proofs counts what is done to find out whether a signature is a card's own.
type Proofs struct{ finds, verifications atomic.Int64 }

// Finds is how many cards were looked up.
func (p *Proofs) Finds() int64 { return p.finds.Load() }

// Verifications is how many signatures were verified.
func (p *Proofs) Verifications() int64 { return p.verifications.Load() }

// Reset begins anew.
func (p *Proofs) Reset() {
	p.finds.Store(0)
	p.verifications.Store(0)
}

// CountProofs counts from now on. No call may be under way.
func (s *Service) CountProofs() *Proofs {
	counted, real := &Proofs{}, s.prover
	s.prover.find = func(ctx context.Context, set store.DataSet, folio string) (store.KeyedCard, error) {
		counted.finds.Add(1)
		return real.find(ctx, set, folio)
	}
	s.prover.verify = func(text, signature string, key ed25519.PublicKey) bool {
		counted.verifications.Add(1)
		return real.verify(text, signature, key)
	}
	return counted
}

// SetFolios makes cards have these folios, one after the other. No call may be under way.
func (s *Service) SetFolios(folios ...string) {
	s.newFolio = func() string {
		next := folios[0]
		folios = folios[1:]
		return next
	}
}

// KeepsContract is the quick check of a person, and Contract the whole one.
func (s *Service) KeepsContract(in *identityv1.Person) (quick bool, contract error) {
	return keepsContract(in), rpcserver.Validate(s.contract, &identityv1.CreatePersonRequest{Person: in})
}

// RowMembers reads a row whose members have known names.
func RowMembers(text []byte, known []string) (map[string]string, error) {
	members, err := readRow(text, known)
	if err != nil {
		return nil, err
	}
	all := map[string]string{}
	for _, m := range members {
		all[m.name] = string(m.value)
	}
	return all, nil
}
