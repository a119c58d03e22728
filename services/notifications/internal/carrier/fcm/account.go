package fcm

import (
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"regexp"

	"golang.org/x/oauth2/jwt"
)

// scope is what sending needs.
const scope = "https://www.googleapis.com/auth/firebase.messaging"

// account is the part of a service account's key file that is needed.
type account struct {
	Type         string `json:"type"`
	ProjectID    string `json:"project_id"`
	PrivateKeyID string `json:"private_key_id"`
	PrivateKey   string `json:"private_key"`
	ClientEmail  string `json:"client_email"`
	TokenURI     string `json:"token_uri"`
}

var project = regexp.MustCompile(`^[a-z][a-z0-9:.-]{3,62}$`)

// readAccount reads a key file. Its errors have nothing of it.
func readAccount(path string) (account, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return account{}, fmt.Errorf("credentials_file: %w", err)
	}
	var a account
	if json.Unmarshal(text, &a) != nil || a.Type != "service_account" {
		return account{}, errors.New("credentials_file: it is not the JSON key of a service account")
	}
	if !project.MatchString(a.ProjectID) || a.ClientEmail == "" {
		return account{}, errors.New("credentials_file: it has no project_id or no client_email")
	}
	if !isRSA(a.PrivateKey) {
		return account{}, errors.New("credentials_file: its private_key is no RSA key in PEM")
	}
	return a, nil
}

func isRSA(text string) bool {
	block, _ := pem.Decode([]byte(text))
	if block == nil {
		return false
	}
	if _, err := x509.ParsePKCS1PrivateKey(block.Bytes); err == nil {
		return true
	}
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	_, is := key.(*rsa.PrivateKey)
	return err == nil && is
}

// assertions asks for access tokens by signed assertions (RFC 7523).
func (a account) assertions(tokenURL string) (*jwt.Config, error) {
	if tokenURL == "" {
		tokenURL = a.TokenURI
	}
	if !isSafe(tokenURL) {
		return nil, errors.New("credentials_file: its token_uri must be an https URL, or http on a loopback host")
	}
	return &jwt.Config{Email: a.ClientEmail, PrivateKey: []byte(a.PrivateKey), PrivateKeyID: a.PrivateKeyID, Scopes: []string{scope}, TokenURL: tokenURL}, nil
}
