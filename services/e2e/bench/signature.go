package main

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"fmt"
	"runtime"
)

// signatureName stands in for a server in the rows of token issue.
const signatureName = "raw signature"

// signer makes one signature.
type signer func() error

// newSigners makes a key of each algorithm that tokens are signed with, by the name of the work.
func newSigners() (map[string]signer, error) {
	message := []byte("header.payload")
	digest := sha256.Sum256(message)
	rsaKey, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return nil, fmt.Errorf("making a signing key: %w", err)
	}
	ecKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("making a signing key: %w", err)
	}
	_, edKey, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("making a signing key: %w", err)
	}
	by := func(key crypto.Signer, what []byte, hash crypto.Hash) signer {
		return func() error {
			_, err := key.Sign(rand.Reader, what, hash)
			return err
		}
	}
	return map[string]signer{
		issueWork:  by(rsaKey, digest[:], crypto.SHA256),
		issueES256: by(ecKey, digest[:], crypto.SHA256),
		issueEdDSA: by(edKey, message, 0),
	}, nil
}

// signatures makes n signatures, on all cores as a loaded server does, and gives their figures.
func signatures(ctx context.Context, sign signer, n int) (sample, error) {
	figures, err := clocked(ctx, ownCPU, each(ctx, runtime.GOMAXPROCS(0), n, func(context.Context, int) error { return sign() }))
	if err != nil {
		return sample{}, fmt.Errorf("signing: %w", err)
	}
	return figures, nil
}
