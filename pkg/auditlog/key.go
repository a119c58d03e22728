package auditlog

import (
	"crypto"
	"crypto/ed25519"
	"crypto/rand"
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
	text, err := note.NewEd25519VerifierKey(origin, public)
	if err != nil {
		return nil, fmt.Errorf("naming the log's key: %w", err)
	}
	verifier, err := note.NewVerifier(text)
	if err != nil {
		return nil, fmt.Errorf("naming the log's key: %w", err)
	}
	return &Key{verifier, text, private}, nil
}

// Sign makes it a note.Signer.
func (k *Key) Sign(message []byte) ([]byte, error) {
	return k.private.Sign(rand.Reader, message, crypto.Hash(0))
}

// ParseKey reads the text of a key, which then verifies and cannot sign.
func ParseKey(text string) (note.Verifier, error) {
	verifier, err := note.NewVerifier(text)
	if err != nil {
		return nil, fmt.Errorf("reading the log's key: %w", err)
	}
	return verifier, nil
}
