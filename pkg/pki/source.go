package pki

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
)

// Source gives a role's certificate and the roots that it trusts. It is asked at every handshake, from
// several goroutines, and the answers are read only.
type Source interface {
	Certificate() (*tls.Certificate, error)
	Roots() (*x509.CertPool, error)
}

// Static is a source that never changes. A certificate without a key, or nil roots, are refused at the
// handshake.
func Static(certificate tls.Certificate, roots *x509.CertPool) Source {
	return static{certificate: certificate, roots: roots}
}

type static struct {
	certificate tls.Certificate
	roots       *x509.CertPool
}

func (s static) Certificate() (*tls.Certificate, error) {
	if len(s.certificate.Certificate) == 0 || s.certificate.PrivateKey == nil {
		return nil, errors.New("certificate source: no certificate with its key")
	}
	return &s.certificate, nil
}

func (s static) Roots() (*x509.CertPool, error) {
	if s.roots == nil {
		return nil, errors.New("certificate source: no roots")
	}
	return s.roots, nil
}
