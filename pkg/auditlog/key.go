package auditlog

import (
	"crypto"
	"crypto/ed25519"
	"crypto/rand"
	"errors"
	"fmt"

	"golang.org/x/mod/sumdb/note"
)

// Key signs and verifies the checkpoints of one log. Keep its Text apart from the platform: whoever has it needs to
// trust nothing else to verify.
type Key struct {
	note.Verifier
	// Text is the verifier key in the form of signed notes.
	Text    string
	private crypto.Signer
}

// NewKey makes the key of the log with the origin from an Ed25519 key.
func NewKey(origin string, private crypto.Signer) (*Key, error) {
	public, ok := private.Public().(ed25519.PublicKey)
	if !ok {
		return nil, fmt.Errorf("a log is signed with Ed25519, not with a %T", private.Public())
	}
	key, err := NewPublicKey(origin, public)
	if err != nil {
		return nil, err
	}
	key.private = private
	return key, nil
}

// NewPublicKey makes a key that verifies and does not sign.
func NewPublicKey(origin string, public ed25519.PublicKey) (*Key, error) {
	text, err := note.NewEd25519VerifierKey(origin, public)
	if err != nil {
		return nil, fmt.Errorf("naming the log's key: %w", err)
	}
	verifier, err := ParseKey(text)
	if err != nil {
		return nil, err
	}
	return &Key{Verifier: verifier, Text: text}, nil
}

// ParseKey reads the text of a key.
func ParseKey(text string) (note.Verifier, error) {
	verifier, err := note.NewVerifier(text)
	if err != nil {
		return nil, fmt.Errorf("reading the log's key: %w", err)
	}
	return verifier, nil
}

// Sign makes it a note.Signer. A public key does not sign.
func (k *Key) Sign(message []byte) ([]byte, error) {
	if k.private == nil {
		return nil, errors.New("the log's key is a public key")
	}
	return k.private.Sign(rand.Reader, message, crypto.Hash(0))
}

// Keys are those of a log at a time.
type Keys struct {
	// Active signs.
	Active *Key
	// Old signed earlier checkpoints.
	Old []*Key
}

// Of finds the key that signed a checkpoint, nil when none of them did.
func (k Keys) Of(signed []byte) *Key {
	for _, key := range append([]*Key{k.Active}, k.Old...) {
		if _, err := note.Open(signed, note.VerifierList(key)); err == nil {
			return key
		}
	}
	return nil
}

func (k Keys) known() []note.Verifier {
	known := []note.Verifier{k.Active}
	for _, key := range k.Old {
		known = append(known, key)
	}
	return known
}
