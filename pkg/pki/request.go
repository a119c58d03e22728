package pki

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/x509"
	"errors"
	"fmt"
	"time"
)

// ErrRequest is wrapped by errors of SignClient that are the requester's fault.
var ErrRequest = errors.New("certificate request cannot be signed")

// SignClient signs a PKCS #10 request (DER, RFC 2986) for a client that is called name, valid for life or
// less where the CA ends before. Only the public key is taken from the request: ECDSA of 256 bits or more, or
// Ed25519. The certificate has no DNS name, hence no role.
func (ca *CA) SignClient(request []byte, name string, life time.Duration) (*x509.Certificate, error) {
	csr, err := x509.ParseCertificateRequest(request)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrRequest, err)
	}
	if err := csr.CheckSignature(); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrRequest, err)
	}
	switch key := csr.PublicKey.(type) {
	case ed25519.PublicKey:
	case *ecdsa.PublicKey:
		if key.Curve.Params().BitSize < 256 {
			return nil, fmt.Errorf("%w: its ECDSA key has fewer than 256 bits", ErrRequest)
		}
	default:
		return nil, fmt.Errorf("%w: its key is neither ECDSA nor Ed25519", ErrRequest)
	}
	return ca.sign(ca.template(name, life, x509.ExtKeyUsageClientAuth), csr.PublicKey)
}
