package admin

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"time"

	"github.com/google/renameio/v2"
	"google.golang.org/protobuf/types/known/durationpb"

	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
)

// WriteCredential makes a key, has the platform sign a certificate for it, and writes both to
// a file that its owner alone can read. The key never leaves this machine.
func WriteCredential(ctx context.Context, operators authv1.OperatorServiceClient, name string, life time.Duration, path string) (*authv1.IssueCredentialResponse, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("making a key: %w", err)
	}
	request, err := x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{}, key)
	if err != nil {
		return nil, fmt.Errorf("making a certificate request: %w", err)
	}
	answer, err := operators.IssueCredential(ctx, &authv1.IssueCredentialRequest{
		Name: name, CertificateRequest: request, Life: durationpb.New(life),
	})
	if err != nil {
		return nil, err
	}
	keyDER, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, fmt.Errorf("writing the key: %w", err)
	}
	var bundle bytes.Buffer
	for _, block := range []*pem.Block{{Type: "CERTIFICATE", Bytes: answer.GetCertificate()}, {Type: "PRIVATE KEY", Bytes: keyDER}} {
		if err := pem.Encode(&bundle, block); err != nil {
			return nil, fmt.Errorf("writing the credential: %w", err)
		}
	}
	if err := renameio.WriteFile(path, bundle.Bytes(), 0o600); err != nil {
		return nil, fmt.Errorf("writing the credential: %w", err)
	}
	return answer, nil
}
