package store

import (
	"github.com/ventanilla/ventanilla/pkg/keyring"
	"github.com/ventanilla/ventanilla/pkg/sharedkey"
)

// SharedKeys are the keys that all replicas share, under a key-encryption key.
func (s *Store) SharedKeys(kek *keyring.KEK) sharedkey.Keys {
	return sharedkey.New(s.db, kek, Schema, s.now)
}
