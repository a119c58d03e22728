package keyring

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/sha256"
	"errors"
	"fmt"
)

const (
	keySize = 32
	idSize  = 8
)

var (
	// ErrWrongKey says that the text was sealed with another key.
	ErrWrongKey = errors.New("sealed with another key-encryption key: give the key that was in use when it was stored")
	// ErrCorrupt says that the sealed text was changed, cut or moved: its
	// authentication or its additional data does not match.
	ErrCorrupt = errors.New("sealed text is damaged or belongs elsewhere")
)

// KEK is a key-encryption key. It may be used by several goroutines at once.
type KEK struct {
	id       [idSize]byte
	aead     cipher.AEAD
	previous *KEK
}

// New makes a KEK of 32 random bytes.
func New(key []byte) (*KEK, error) {
	if len(key) != keySize {
		return nil, fmt.Errorf("a key-encryption key has %d bytes, not %d", keySize, len(key))
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, fmt.Errorf("setting up AES-256: %w", err)
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		return nil, fmt.Errorf("setting up GCM: %w", err)
	}
	kek := &KEK{aead: aead}
	digest := sha256.Sum256(append([]byte("ventanilla key-encryption key\x00"), key...))
	copy(kek.id[:], digest[:])
	return kek, nil
}

// WithPrevious returns the same key, which also opens what was sealed with another one, until that is sealed anew.
func (k *KEK) WithPrevious(previous *KEK) *KEK {
	return &KEK{id: k.id, aead: k.aead, previous: previous}
}

// Seal encrypts plaintext. The result names the key, so that texts of several
// keys can lie side by side while they are sealed anew. aad is not stored: Open
// needs the same bytes, which ties the text to its place.
func (k *KEK) Seal(plaintext, aad []byte) []byte {
	return k.aead.Seal(bytes.Clone(k.id[:]), nil, plaintext, aad)
}

// Open decrypts what Seal made. It fails with ErrWrongKey or ErrCorrupt.
func (k *KEK) Open(sealed, aad []byte) ([]byte, error) {
	if len(sealed) < idSize {
		return nil, ErrCorrupt
	}
	id, text := sealed[:idSize], sealed[idSize:]
	if !bytes.Equal(id, k.id[:]) {
		if k.previous != nil {
			return k.previous.Open(sealed, aad)
		}
		return nil, fmt.Errorf("key %x, have %x: %w", id, k.id, ErrWrongKey)
	}
	plaintext, err := k.aead.Open(nil, nil, text, aad)
	if err != nil {
		return nil, ErrCorrupt
	}
	return plaintext, nil
}

// Reseal seals anew what a previous key sealed; changed is false when the text is under this key already. It fails
// as Open does.
func (k *KEK) Reseal(sealed, aad []byte) (resealed []byte, changed bool, err error) {
	plaintext, err := k.Open(sealed, aad)
	if err != nil {
		return nil, false, err
	}
	if bytes.HasPrefix(sealed, k.id[:]) {
		return sealed, false, nil
	}
	return k.Seal(plaintext, aad), true, nil
}
