package pki

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
)

// ServerTLS is the configuration of a gRPC server that talks to peers with a certificate of the source's
// roots only, over TLS 1.3. A source that fails fails the handshake.
func ServerTLS(source Source) *tls.Config {
	return &tls.Config{
		MinVersion: tls.VersionTLS13,
		ClientAuth: tls.RequireAndVerifyClientCert,
		GetConfigForClient: func(*tls.ClientHelloInfo) (*tls.Config, error) {
			certificate, err := source.Certificate()
			if err != nil {
				return nil, err
			}
			roots, err := source.Roots()
			if err != nil {
				return nil, err
			}
			return &tls.Config{
				MinVersion:             tls.VersionTLS13,
				Certificates:           []tls.Certificate{*certificate},
				ClientAuth:             tls.RequireAndVerifyClientCert,
				ClientCAs:              roots,
				NextProtos:             []string{"h2"},
				SessionTicketsDisabled: true,
			}, nil
		},
	}
}

// ClientTLS is the configuration of a client of role: it shows the source's certificate and talks, over TLS
// 1.3, to a server only whose certificate is of the source's roots and names that role, whatever address it
// was reached at.
func ClientTLS(source Source, role string) *tls.Config {
	return &tls.Config{
		MinVersion: tls.VersionTLS13,
		ServerName: RoleDNS(role),
		GetClientCertificate: func(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
			return source.Certificate()
		},
		// RootCAs cannot change in a configuration in use, so verifyServer does all of the verification.
		InsecureSkipVerify: true, //nolint:gosec // see VerifyConnection
		VerifyConnection: func(state tls.ConnectionState) error {
			return verifyServer(source, role, state.PeerCertificates)
		},
	}
}

func verifyServer(source Source, role string, chain []*x509.Certificate) error {
	if len(chain) == 0 {
		return errors.New("server showed no certificate")
	}
	roots, err := source.Roots()
	if err != nil {
		return err
	}
	intermediates := x509.NewCertPool()
	for _, cert := range chain[1:] {
		intermediates.AddCert(cert)
	}
	_, err = chain[0].Verify(x509.VerifyOptions{
		DNSName:       RoleDNS(role),
		Roots:         roots,
		Intermediates: intermediates,
		KeyUsages:     []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	})
	if err != nil {
		return fmt.Errorf("verifying the certificate of role %s: %w", role, err)
	}
	return nil
}
