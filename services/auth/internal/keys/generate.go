package keys

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"fmt"
	"time"

	"github.com/ventanilla/ventanilla/pkg/pki"
	"github.com/ventanilla/ventanilla/services/auth/internal/jws"
	"github.com/ventanilla/ventanilla/services/auth/internal/store"
)

const (
	rsaBits = 2048
	// authorityLife is how long operators' certificates can be signed.
	authorityLife = 20 * 365 * 24 * time.Hour
)

// Rotating are the uses whose keys are replaced from time to time: those that sign tokens.
func Rotating() []store.Use { return append(access(), store.UseInternal, store.UseWidget) }

// access are the uses whose keys sign access tokens.
func access() []store.Use {
	return []store.Use{store.UseAccess, store.UseAccessES256, store.UseAccessEdDSA}
}

// all are those that have to have an active key.
func all() []store.Use { return append(Rotating(), store.UseOperatorCA, store.UseLog) }

// AccessUse is the use whose keys sign access tokens with an algorithm, RS256 when it is empty.
func AccessUse(algorithm string) store.Use {
	switch algorithm {
	case "ES256":
		return store.UseAccessES256
	case "EdDSA":
		return store.UseAccessEdDSA
	}
	return store.UseAccess
}

// generate makes a key for a use, and its public half as the store has it.
func (v *Vault) generate(use store.Use) (private crypto.Signer, public []byte, err error) {
	switch use {
	case store.UseAccess:
		private, err = rsa.GenerateKey(rand.Reader, rsaBits)
	case store.UseAccessES256, store.UseInternal:
		private, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	case store.UseAccessEdDSA, store.UseLog, store.UseWidget:
		_, private, err = ed25519.GenerateKey(rand.Reader)
	case store.UseOperatorCA:
		return v.newAuthority()
	default:
		err = fmt.Errorf("no such use")
	}
	if err != nil {
		return nil, nil, err
	}
	public, err = x509.MarshalPKIXPublicKey(private.Public())
	return private, public, err
}

// algorithm is what the keys of a use sign with.
func algorithm(use store.Use, public crypto.PublicKey) string {
	if use == store.UseWidget {
		return "HS256"
	}
	return jws.Algorithm(public)
}

// newAuthority makes the operators' CA, whose public half is its certificate.
func (v *Vault) newAuthority() (crypto.Signer, []byte, error) {
	ca, err := pki.NewCA("Ventanilla operators", authorityLife, v.now)
	if err != nil {
		return nil, nil, err
	}
	certificate, der, err := ca.DER()
	if err != nil {
		return nil, nil, err
	}
	private, err := x509.ParsePKCS8PrivateKey(der)
	if err != nil {
		return nil, nil, err
	}
	return private.(crypto.Signer), certificate, nil
}

// authority is the operators' CA of an opened key.
func (v *Vault) authority(private crypto.Signer, certificate []byte) (*pki.CA, error) {
	der, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		return nil, fmt.Errorf("encoding the key of %s: %w", store.UseOperatorCA, err)
	}
	return pki.ParseCA(certificate, der, v.now)
}
