package authn

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/go-jose/go-jose/v4"
	"golang.org/x/sync/semaphore"
	"golang.org/x/time/rate"
)

const (
	// keySetAge is how long a key set is relied on: a key that auth withdraws verifies no other token from then on.
	keySetAge = 5 * time.Minute
	// keySetPause is the least time between two fetches, whoever sends tokens of unknown keys.
	keySetPause = time.Second
	// keySetTimeout bounds a fetch.
	keySetTimeout = 2 * time.Second
	// maxKeySet bounds a key set, in bytes.
	maxKeySet = 64 << 10
)

// KeySource fetches the JSON Web Key Set (RFC 7517) that verifies internal tokens, as auth's GetKeySet gives it.
type KeySource func(ctx context.Context) (jwks []byte, err error)

var errUnknownKey = errors.New("unknown key id")

// keyCache keeps the last key set and fetches it anew when it is old or lacks a key.
type keyCache struct {
	source KeySource
	now    func() time.Time
	pause  *rate.Limiter
	// turn is held by whoever reads or replaces the set; fetching is rare and short.
	turn    *semaphore.Weighted
	keys    map[string]*ecdsa.PublicKey
	fetched time.Time
	failure error
}

func newKeyCache(source KeySource, now func() time.Time) *keyCache {
	return &keyCache{
		source: source, now: now,
		pause: rate.NewLimiter(rate.Every(keySetPause), 1),
		turn:  semaphore.NewWeighted(1),
	}
}

// key is the public key of kid: errUnknownKey when a set not older than keySetPause lacks it, and another error when
// no set could be had.
func (c *keyCache) key(ctx context.Context, kid string) (*ecdsa.PublicKey, error) {
	if err := c.turn.Acquire(ctx, 1); err != nil {
		return nil, fmt.Errorf("waiting for the key set: %w", err)
	}
	defer c.turn.Release(1)
	now := c.now()
	fresh := c.keys != nil && now.Sub(c.fetched) < keySetAge
	if key, ok := c.keys[kid]; ok && fresh {
		return key, nil
	}
	if c.pause.AllowN(now, 1) {
		c.fetch(ctx, now)
	}
	if c.failure != nil {
		return nil, c.failure
	}
	if key, ok := c.keys[kid]; ok {
		return key, nil
	}
	return nil, errUnknownKey
}

// fetch outlives the caller's ctx: others wait for the same keys.
func (c *keyCache) fetch(ctx context.Context, now time.Time) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), keySetTimeout)
	defer cancel()
	jwks, err := c.source(ctx)
	if err != nil {
		c.failure = fmt.Errorf("fetching the key set: %w", err)
		return
	}
	keys, err := parseKeySet(jwks)
	if err != nil {
		c.failure = fmt.Errorf("reading the key set: %w", err)
		return
	}
	c.keys, c.fetched, c.failure = keys, now, nil
}

// parseKeySet takes the ES256 verification keys; keys for other uses are passed over.
func parseKeySet(jwks []byte) (map[string]*ecdsa.PublicKey, error) {
	if len(jwks) > maxKeySet {
		return nil, fmt.Errorf("%d bytes, more than %d", len(jwks), maxKeySet)
	}
	var set jose.JSONWebKeySet
	if err := json.Unmarshal(jwks, &set); err != nil {
		return nil, err
	}
	keys := make(map[string]*ecdsa.PublicKey, len(set.Keys))
	for _, k := range set.Keys {
		public, ok := k.Key.(*ecdsa.PublicKey)
		if !ok || public.Curve != elliptic.P256() || k.KeyID == "" {
			continue
		}
		if (k.Use == "" || k.Use == "sig") && (k.Algorithm == "" || k.Algorithm == string(jose.ES256)) {
			keys[k.KeyID] = public
		}
	}
	if len(keys) == 0 {
		return nil, errors.New("it holds no ES256 key")
	}
	return keys, nil
}
