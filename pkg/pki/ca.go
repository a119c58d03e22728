package pki

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"fmt"
	"time"
)

// skew is how far certificates are dated back, for peers whose clocks are behind.
const skew = 5 * time.Minute

// CA signs certificates with an ECDSA P-256 key. Its methods may be called concurrently.
type CA struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
	now  func() time.Time
}

// NewCA makes a self-signed authority that is valid for life from now.
func NewCA(commonName string, life time.Duration, now func() time.Time) (*CA, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("generating CA key: %w", err)
	}
	start := now()
	template := &x509.Certificate{
		Subject:               pkix.Name{CommonName: commonName},
		NotBefore:             start.Add(-skew),
		NotAfter:              start.Add(life),
		KeyUsage:              x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
		BasicConstraintsValid: true,
		IsCA:                  true,
		MaxPathLenZero:        true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return nil, fmt.Errorf("signing CA certificate: %w", err)
	}
	return newCA(der, key, now)
}

// ParseCA restores an authority from what CA.DER returned.
func ParseCA(certificate, key []byte, now func() time.Time) (*CA, error) {
	parsed, err := x509.ParsePKCS8PrivateKey(key)
	if err != nil {
		return nil, fmt.Errorf("parsing CA key: %w", err)
	}
	ecKey, ok := parsed.(*ecdsa.PrivateKey)
	if !ok {
		return nil, fmt.Errorf("CA key is a %T, want an ECDSA key", parsed)
	}
	return newCA(certificate, ecKey, now)
}

func newCA(certificate []byte, key *ecdsa.PrivateKey, now func() time.Time) (*CA, error) {
	cert, err := x509.ParseCertificate(certificate)
	if err != nil {
		return nil, fmt.Errorf("parsing CA certificate: %w", err)
	}
	if !cert.IsCA {
		return nil, errors.New("certificate is not a CA's")
	}
	if !key.PublicKey.Equal(cert.PublicKey) {
		return nil, errors.New("CA certificate and CA key do not belong together")
	}
	return &CA{cert: cert, key: key, now: now}, nil
}

// DER returns the certificate and the private key (PKCS #8). The key is secret: seal it before storing it.
func (ca *CA) DER() (certificate, key []byte, err error) {
	key, err = x509.MarshalPKCS8PrivateKey(ca.key)
	if err != nil {
		return nil, nil, fmt.Errorf("marshalling CA key: %w", err)
	}
	return ca.cert.Raw, key, nil
}

// Certificate returns the authority's own certificate, to be read only.
func (ca *CA) Certificate() *x509.Certificate { return ca.cert }

// Pool returns a new pool that trusts this authority only.
func (ca *CA) Pool() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(ca.cert)
	return pool
}
