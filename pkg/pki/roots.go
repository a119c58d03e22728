package pki

import (
	"crypto/x509"
	"errors"
	"fmt"
	"os"
)

// Roots are the authorities to trust outside the platform: the system's, and those whose certificates (PEM) are in a file. They are nil,
// which stands for the system's, when file is empty. Its errors fit behind the name of the setting.
func Roots(file string) (*x509.CertPool, error) {
	if file == "" {
		return nil, nil
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	roots, err := x509.SystemCertPool()
	if err != nil {
		return nil, fmt.Errorf("reading the system's certificates: %w", err)
	}
	if !roots.AppendCertsFromPEM(text) {
		return nil, errors.New("has no certificate in PEM")
	}
	return roots, nil
}
