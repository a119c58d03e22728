package main

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"time"

	"github.com/ventanilla/ventanilla/pkg/pki"
)

// baselineRole is the role that the one certificate of a baseline names.
const baselineRole = "bench"

// identity is a baseline's certificate, of its servers and its client alike,
// and the authority that signed it: of the same kinds as the platform's own.
type identity struct {
	leaf      tls.Certificate
	authority *x509.Certificate
	source    pki.Source
}

// newIdentity makes one that is good for a day.
func newIdentity() (*identity, error) {
	ca, err := pki.NewCA(baselineRole, 24*time.Hour, time.Now)
	if err != nil {
		return nil, fmt.Errorf("making the baseline's authority: %w", err)
	}
	leaf, err := ca.IssueRole(baselineRole)
	if err != nil {
		return nil, fmt.Errorf("making the baseline's certificate: %w", err)
	}
	return &identity{leaf: leaf, authority: ca.Certificate(), source: pki.Static(leaf, ca.Pool())}, nil
}

// edgeTLS is for the HTTPS server, whose clients show no certificate.
func (i *identity) edgeTLS() *tls.Config {
	return &tls.Config{Certificates: []tls.Certificate{i.leaf}, MinVersion: tls.VersionTLS13}
}
