package assertion

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"unicode/utf8"

	"github.com/go-jose/go-jose/v4"
	"github.com/golang-jwt/jwt/v5"
)

const (
	// maxKeys bounds a key set, and so the signatures that one assertion costs.
	maxKeys = 10
	// maxKeyID bounds a key's identifier, in characters.
	maxKeyID = 128
	// minRSA and maxRSA bound an RSA modulus, in bits: a longer one takes long to verify.
	minRSA, maxRSA = 2048, 8192
)

// Keys are a client's public keys. The zero value has none.
type Keys struct{ keys []key }

type key struct {
	id         string // empty for the only key of a set
	algorithms []string
	public     crypto.PublicKey
}

// ParseKeys reads a JSON Web Key Set (RFC 7517) that a client registers: one to ten public keys for RSA, P-256 or
// Ed25519. It returns the set as it is to be stored, with what matters alone. Its errors are for people, and
// repeat nothing of the keys.
func ParseKeys(text []byte) (Keys, json.RawMessage, error) {
	var set struct {
		Keys []json.RawMessage `json:"keys"`
	}
	if err := json.Unmarshal(text, &set); err != nil {
		return Keys{}, nil, errors.New(`is no JSON Web Key Set (RFC 7517), a JSON object with the member "keys"`)
	}
	if len(set.Keys) == 0 || len(set.Keys) > maxKeys {
		return Keys{}, nil, fmt.Errorf("must have 1 to %d keys", maxKeys)
	}
	var parsed Keys
	var stored jose.JSONWebKeySet
	for i, member := range set.Keys {
		web, algorithms, err := parseKey(member)
		if err == nil {
			err = parsed.checkID(web.KeyID, len(set.Keys))
		}
		if err != nil {
			return Keys{}, nil, fmt.Errorf("keys[%d] %w", i, err)
		}
		parsed.keys = append(parsed.keys, key{web.KeyID, algorithms, web.Key})
		stored.Keys = append(stored.Keys, jose.JSONWebKey{Key: web.Key, KeyID: web.KeyID, Algorithm: web.Algorithm, Use: "sig"})
	}
	canonical, err := json.Marshal(stored)
	if err != nil {
		return Keys{}, nil, errors.New("cannot be written as a key set")
	}
	return parsed, canonical, nil
}

// parseKey reads one key, and the algorithms that it verifies.
func parseKey(text json.RawMessage) (jose.JSONWebKey, []string, error) {
	var members map[string]json.RawMessage
	if err := json.Unmarshal(text, &members); err != nil {
		return jose.JSONWebKey{}, nil, errors.New("is no JSON object")
	}
	for _, private := range []string{"d", "p", "q", "dp", "dq", "qi", "oth", "k"} {
		if _, has := members[private]; has {
			return jose.JSONWebKey{}, nil, fmt.Errorf("has the private member %q: make another key, and send its public half alone", private)
		}
	}
	var web jose.JSONWebKey
	if err := json.Unmarshal(text, &web); err != nil {
		return jose.JSONWebKey{}, nil, errors.New("is no public key of RFC 7518, 6, or RFC 8037")
	}
	if web.Use != "" && web.Use != "sig" {
		return jose.JSONWebKey{}, nil, errors.New("is not for signatures: use must be sig")
	}
	algorithms, err := algorithmsOf(web.Key)
	if err != nil {
		return jose.JSONWebKey{}, nil, err
	}
	if web.Algorithm != "" {
		if !slices.Contains(algorithms, web.Algorithm) {
			return jose.JSONWebKey{}, nil, fmt.Errorf("has an alg that does not fit it: it verifies %v", algorithms)
		}
		algorithms = []string{web.Algorithm}
	}
	return web, algorithms, nil
}

func algorithmsOf(public crypto.PublicKey) ([]string, error) {
	switch public := public.(type) {
	case *rsa.PublicKey:
		if bits := public.N.BitLen(); bits < minRSA || bits > maxRSA {
			return nil, fmt.Errorf("must have a modulus of %d to %d bits", minRSA, maxRSA)
		}
		if public.E < 3 || public.E%2 == 0 || public.N.Bit(0) == 0 {
			return nil, errors.New("is no RSA key: modulus and exponent must be odd")
		}
		return []string{jwt.SigningMethodRS256.Alg(), jwt.SigningMethodPS256.Alg()}, nil
	case *ecdsa.PublicKey:
		if public.Curve != elliptic.P256() {
			return nil, errors.New("must be on the curve P-256")
		}
		return []string{jwt.SigningMethodES256.Alg()}, nil
	case ed25519.PublicKey:
		return []string{jwt.SigningMethodEdDSA.Alg()}, nil
	}
	return nil, errors.New("must be an RSA, P-256 or Ed25519 key")
}

// checkID sees to it that assertions can tell the keys of a set apart.
func (k Keys) checkID(id string, keys int) error {
	switch {
	case utf8.RuneCountInString(id) > maxKeyID:
		return fmt.Errorf("has a kid of more than %d characters", maxKeyID)
	case keys > 1 && id == "":
		return errors.New("needs a kid, since there are several keys")
	case slices.ContainsFunc(k.keys, func(other key) bool { return other.id == id }):
		return errors.New("has the kid of another key")
	}
	return nil
}

// fit lists the keys that an assertion's header may mean.
func (k Keys) fit(id, algorithm string) []jwt.VerificationKey {
	var fitting []jwt.VerificationKey
	for _, one := range k.keys {
		if slices.Contains(one.algorithms, algorithm) && (id == one.id || id == "" || one.id == "") {
			fitting = append(fitting, one.public)
		}
	}
	return fitting
}
