package accesstoken

import (
	"bytes"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"fmt"

	"github.com/golang-jwt/jwt/v5"
)

// tokenType is the header's typ.
const tokenType = "JWT"

// Partners know the members of header and payload in this order and form: one
// audience as a string, times as whole numbers, scopes always an array.
type (
	header struct {
		Type      string `json:"typ"`
		Algorithm string `json:"alg"`
		ID        string `json:"jti"`
		KeyID     string `json:"kid"`
	}
	payload struct {
		Audience  string   `json:"aud"`
		ID        string   `json:"jti"`
		IssuedAt  int64    `json:"iat"`
		NotBefore int64    `json:"nbf"`
		Expires   int64    `json:"exp"`
		Subject   string   `json:"sub"`
		Scopes    []string `json:"scopes"`
	}
)

// Sign writes the token in compact form.
func Sign(claims Claims, keyID string, key *rsa.PrivateKey) (string, error) {
	head, err := segment(header{tokenType, jwt.SigningMethodRS256.Alg(), claims.ID, keyID})
	if err != nil {
		return "", err
	}
	body, err := segment(payload{
		Audience:  claims.ClientID,
		ID:        claims.ID,
		IssuedAt:  claims.IssuedAt.Unix(),
		NotBefore: claims.IssuedAt.Unix(),
		Expires:   claims.Expires.Unix(),
		Scopes:    append([]string{}, claims.Scopes...),
	})
	if err != nil {
		return "", err
	}
	text := head + "." + body
	signature, err := jwt.SigningMethodRS256.Sign(text, key)
	if err != nil {
		return "", fmt.Errorf("signing an access token: %w", err)
	}
	return text + "." + base64.RawURLEncoding.EncodeToString(signature), nil
}

func segment(v any) (string, error) {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false) // "<", ">" and "&" may stand in a scope
	if err := encoder.Encode(v); err != nil {
		return "", fmt.Errorf("encoding an access token: %w", err)
	}
	return base64.RawURLEncoding.EncodeToString(bytes.TrimSuffix(text.Bytes(), []byte("\n"))), nil
}
