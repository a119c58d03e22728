package identity

import (
	"context"
	"crypto/ed25519"
	"crypto/subtle"
	"errors"
	"fmt"

	"github.com/ventanilla/ventanilla/pkg/rpcerr"

	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
	"github.com/ventanilla/ventanilla/services/identity/internal/card"
	"github.com/ventanilla/ventanilla/services/identity/internal/store"
)

// prover finds the card of a folio for whoever knows its signature. An unknown folio costs what a wrong signature does: one read
// and one verification, of a decoy, so that folios cannot be probed.
type prover struct {
	find   func(ctx context.Context, set store.DataSet, folio string) (store.KeyedCard, error)
	verify func(text, signature string, key ed25519.PublicKey) bool
	decoy  store.KeyedCard
}

// decoyText is as long as a card's text usually is.
const decoyText = "iDDi1|L|00000000|APELLIDO PATERNO, APELLIDO MATERNO, NOMBRE PRIMERO|NOMBRE DEL PROGRAMA|0000|000000"

func newProver(cards *store.Store) (prover, error) {
	public, private, err := ed25519.GenerateKey(nil)
	if err != nil {
		return prover{}, fmt.Errorf("making a decoy: %w", err)
	}
	return prover{cards.Card, card.Verify, store.KeyedCard{
		Card: store.Card{Text: decoyText, Signature: card.Sign(decoyText, private)}, Public: public,
	}}, nil
}

// provenCard returns the card of a folio, be it live, expired or revoked, when the signature is its own. It fails with CARD_NOT_FOUND for
// an unknown folio and for another signature, and with FIELD_INVALID for what can be no signature.
func (s *Service) provenCard(ctx context.Context, set store.DataSet, folio, signature string) (store.KeyedCard, error) {
	found, known, err := s.cardOrDecoy(ctx, set, folio, signature)
	if err != nil {
		return store.KeyedCard{}, err
	}
	if !s.prover.proves(found, found.Text, signature) || !known {
		return store.KeyedCard{}, cardNotFound()
	}
	return found, nil
}

// shownCard is provenCard for a read that need not find out whether the database was forged: a signature that is as it is stored
// is not verified once more, which would take a seventh of a profile's time. Every other costs what it does there.
func (s *Service) shownCard(ctx context.Context, set store.DataSet, folio, signature string) (store.KeyedCard, error) {
	found, known, err := s.cardOrDecoy(ctx, set, folio, signature)
	if err != nil {
		return store.KeyedCard{}, err
	}
	if known && isSignature(found, signature) {
		return found, nil
	}
	s.prover.proves(found, found.Text, signature) // for its time alone
	return store.KeyedCard{}, cardNotFound()
}

// cardOrDecoy finds the card of a folio; not known is the decoy, which stands for a card that is not there.
func (s *Service) cardOrDecoy(ctx context.Context, set store.DataSet, folio, signature string) (found store.KeyedCard, known bool, err error) {
	if !card.ValidFolio(folio) {
		return found, false, rpcerr.Invalid("folio", "not 1 to 6 letters and digits")
	}
	if !card.ValidSignatureForm(signature) {
		return found, false, rpcerr.Invalid("signature", "not 64 bytes in base64url without padding")
	}
	found, err = s.prover.find(ctx, set, folio)
	if errors.Is(err, sqlstore.ErrNotFound) {
		return s.prover.decoy, false, nil
	}
	if err != nil {
		return found, false, sqlstore.Failure(err, "finding a card")
	}
	return found, true, nil
}

// proves tells whether the signature is the card's own, and of a text: its own, unless the person was erased and the
// text with it.
func (p prover) proves(c store.KeyedCard, text, signature string) bool {
	own := isSignature(c, signature)
	verified := p.verify(text, signature, c.Public)
	return own && (verified || text == "")
}

// isSignature tells whether a signature is the card's own.
func isSignature(c store.KeyedCard, signature string) bool {
	return subtle.ConstantTimeCompare([]byte(signature), []byte(c.Signature)) == 1
}
