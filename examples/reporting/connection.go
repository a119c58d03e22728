package main

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"os"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
)

// identityFiles are who this program is among the roles: a certificate for its name, of the roles' authority.
type identityFiles struct{ ca, cert, key string }

// dial connects to a role over mutual TLS. A role is known by its name in the certificate, whatever its address.
func (f identityFiles) dial(address, role string, options ...grpc.DialOption) (*grpc.ClientConn, error) {
	authority, err := os.ReadFile(f.ca)
	if err != nil {
		return nil, fmt.Errorf("reading the roles' authority: %w", err)
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(authority) {
		return nil, fmt.Errorf("%s has no certificate", f.ca)
	}
	own, err := tls.LoadX509KeyPair(f.cert, f.key)
	if err != nil {
		return nil, fmt.Errorf("reading this program's certificate: %w", err)
	}
	secured := credentials.NewTLS(&tls.Config{
		MinVersion: tls.VersionTLS13, RootCAs: roots, Certificates: []tls.Certificate{own},
		ServerName: role + ".ventanilla.internal",
	})
	return grpc.NewClient(address, append(options, grpc.WithTransportCredentials(secured))...)
}
