package keys

import (
	"context"
	"crypto"
	"crypto/ed25519"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"sync/atomic"
	"time"

	"github.com/ventanilla/ventanilla/pkg/pki"
	"github.com/ventanilla/ventanilla/services/auth/internal/jws"
	"github.com/ventanilla/ventanilla/services/auth/internal/store"
)

// Store is what this package asks of auth's store.
type Store interface {
	// EnsureKey returns the key of a use, and first stores what create returns when
	// there is none. Replicas that call it at once get the same key.
	EnsureKey(ctx context.Context, use store.Use, create func() (store.SigningKey, error)) (store.SigningKey, error)
}

// Ring has the keys as they were when it was last updated. Reading takes no lock. Its methods may be called by several
// goroutines at once, Update by one at a time.
type Ring struct {
	vault  *Vault
	logger *slog.Logger
	now    atomic.Pointer[snapshot]
}

// snapshot is the keys at a moment. Nobody changes it.
type snapshot struct {
	keys      map[string]*Key
	active    map[store.Use]*Key
	authority *pki.CA
	access    []byte // key sets
	internal  []byte
}

// Key is a key of the ring. Nobody changes it but through NoteEnd.
type Key struct {
	store.SigningKey
	// public is nil once the key is retired, and for authorities.
	public crypto.PublicKey
	// signer is nil when the key does not sign, and when it could not be opened: then err says why.
	signer crypto.Signer
	err    error
	// ends is LastTokenEnds in Unix milliseconds, as far as this replica knows; it outlives updates of the ring.
	ends *atomic.Int64
}

// NewRing makes a ring without keys; Update fills it.
func NewRing(vault *Vault, logger *slog.Logger) *Ring {
	r := &Ring{vault: vault, logger: logger}
	r.now.Store(&snapshot{})
	return r
}

// Ensure stores an active key for each use that has none.
func Ensure(ctx context.Context, source Store, vault *Vault) error {
	for _, use := range all() {
		_, err := source.EnsureKey(ctx, use, func() (store.SigningKey, error) { return vault.New(use) })
		if err != nil {
			return fmt.Errorf("reading the key of %s: %w", use, err)
		}
	}
	return nil
}

// Update takes in keys as they are now: changed ones, or all that there are.
func (r *Ring) Update(changed []store.SigningKey, all bool) {
	if len(changed) == 0 && !all {
		return
	}
	before := r.now.Load()
	next := &snapshot{keys: map[string]*Key{}, active: map[store.Use]*Key{}}
	if !all {
		maps.Copy(next.keys, before.keys)
	}
	for _, stored := range changed {
		next.keys[stored.KID] = r.take(stored, before.keys[stored.KID], all)
	}
	for _, key := range next.keys {
		if key.State == store.KeyActive {
			next.active[key.Use] = key
		}
	}
	r.complete(next)
	r.now.Store(next)
}

// take makes a stored key ready. One that is open already is not opened again: it may have been sealed anew since, under
// a key-encryption key that this replica does not have. What a store was told that has been replaced since, as after a
// restore, does not count.
func (r *Ring) take(stored store.SigningKey, known *Key, anew bool) *Key {
	key := &Key{SigningKey: stored, ends: &atomic.Int64{}}
	if known != nil {
		key.public, key.signer = known.public, known.signer
	}
	if known != nil && !anew {
		key.ends = known.ends
	}
	key.NoteEnd(stored.LastTokenEnds)
	switch {
	case stored.State == store.KeyRetired:
		key.public, key.signer = nil, nil
		return key
	case stored.State == store.KeyOld && stored.Use != store.UseWidget: // what is symmetric verifies with the secret
		key.signer = nil
	case key.signer == nil:
		if key.signer, key.err = r.vault.open(stored); key.err != nil {
			r.logger.Error("a signing key cannot be used", "key", stored.KID, "use", stored.Use, "error", key.err)
		}
	}
	if key.public == nil && stored.Use != store.UseOperatorCA {
		var err error
		if key.public, err = x509.ParsePKIXPublicKey(stored.Public); err != nil {
			r.logger.Error("a public key cannot be read", "key", stored.KID, "use", stored.Use, "error", err)
		}
	}
	return key
}

// complete adds to a snapshot what follows from its keys.
func (r *Ring) complete(s *snapshot) {
	var err error
	if s.access, err = keySet(s.keys, access()...); err != nil {
		r.logger.Error("the set of access keys cannot be written", "error", err)
	}
	if s.internal, err = keySet(s.keys, store.UseInternal); err != nil {
		r.logger.Error("the set of internal keys cannot be written", "error", err)
	}
	if key := s.active[store.UseOperatorCA]; key != nil && key.signer != nil {
		if s.authority, err = r.vault.authority(key.signer, key.Public); err != nil {
			r.logger.Error("the operators' authority cannot be used", "error", err)
		}
	}
}

// Check fails when an active key is missing or cannot be opened.
func (r *Ring) Check() error {
	for _, use := range all() {
		if _, err := r.Active(use); err != nil {
			return err
		}
	}
	_, err := r.Operators()
	return err
}

// Active is the key that signs now.
func (r *Ring) Active(use store.Use) (*Key, error) {
	key := r.now.Load().active[use]
	switch {
	case key == nil:
		return nil, fmt.Errorf("there is no active key for %s", use)
	case key.err != nil:
		return nil, key.err
	}
	return key, nil
}

// Log is the key that signs checkpoints of the admin log. It is Ed25519.
func (r *Ring) Log() (jws.Key, error) {
	key, err := r.Active(store.UseLog)
	if err != nil {
		return jws.Key{}, err
	}
	return key.Signing(), nil
}

// Operators is the authority of operators' certificates. It fails when its key could not be opened.
func (r *Ring) Operators() (*pki.CA, error) {
	if _, err := r.Active(store.UseOperatorCA); err != nil {
		return nil, err
	}
	if authority := r.now.Load().authority; authority != nil {
		return authority, nil
	}
	return nil, errors.New("the operators' authority cannot be used")
}

// Known tells whether the ring has a key, in whichever state.
func (r *Ring) Known(id string) bool { return r.now.Load().keys[id] != nil }

// Superseded is when a key became old; false for one that is not, or not known.
func (r *Ring) Superseded(id string) (time.Time, bool) {
	key := r.now.Load().keys[id]
	if key == nil || key.State != store.KeyOld {
		return time.Time{}, false
	}
	return key.SupersededAt, true
}

// Access finds the public key of access tokens by its identifier, nil when none verifies them.
func (r *Ring) Access(id string) crypto.PublicKey {
	key := r.now.Load().keys[id]
	if key == nil || !key.forAccess() {
		return nil
	}
	return key.public
}

// Widget is the secret that those of widget tokens are derived from, by its identifier; nil when none verifies them. It fails when
// the secret cannot be opened here.
func (r *Ring) Widget(id string) ([]byte, error) {
	key := r.now.Load().keys[id]
	if key == nil || key.Use != store.UseWidget || key.State == store.KeyRetired {
		return nil, nil
	}
	if key.err != nil {
		return nil, key.err
	}
	return key.Secret()
}

// AccessSet is the JSON Web Key Set (RFC 7517) that verifies access tokens.
func (r *Ring) AccessSet() []byte { return r.now.Load().access }

// InternalSet is the one that verifies internal tokens.
func (r *Ring) InternalSet() []byte { return r.now.Load().internal }

// Signing is the private key.
func (k *Key) Signing() jws.Key { return jws.Key{ID: k.KID, Signer: k.signer} }

// Secret is the secret half of a widget key.
func (k *Key) Secret() ([]byte, error) {
	private, ok := k.signer.(ed25519.PrivateKey)
	if !ok || k.Use != store.UseWidget {
		return nil, fmt.Errorf("the key %s of %s is no secret", k.KID, k.Use)
	}
	return private.Seed(), nil
}

func (k *Key) forAccess() bool {
	return k.Use == store.UseAccess || k.Use == store.UseAccessES256 || k.Use == store.UseAccessEdDSA
}

// Noted tells whether the store knows that a token signed with the key ends as late as the given time.
func (k *Key) Noted(end time.Time) bool { return end.UnixMilli() <= k.ends.Load() }

// NoteEnd remembers what the store was told.
func (k *Key) NoteEnd(end time.Time) {
	if end.IsZero() {
		return
	}
	for at, known := end.UnixMilli(), k.ends.Load(); known < at && !k.ends.CompareAndSwap(known, at); {
		known = k.ends.Load()
	}
}
