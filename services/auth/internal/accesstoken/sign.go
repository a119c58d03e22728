package accesstoken

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/ventanilla/ventanilla/services/auth/internal/jws"
)

// The header's typ: that of partners, and that of RFC 9068.
const (
	partnerType  = "JWT"
	internalType = "at+jwt"
)

// Partners know the members of header and payload in this order and form: one
// audience as a string, times as whole numbers, scopes always an array.
type (
	partnerHeader struct {
		Type      string `json:"typ"`
		Algorithm string `json:"alg"`
		ID        string `json:"jti"`
		KeyID     string `json:"kid"`
	}
	partnerPayload struct {
		Audience  string   `json:"aud"`
		ID        string   `json:"jti"`
		IssuedAt  int64    `json:"iat"`
		NotBefore int64    `json:"nbf"`
		Expires   int64    `json:"exp"`
		Subject   string   `json:"sub"`
		Scopes    []string `json:"scopes"`
	}
)

// Internal tokens have the header and payload of RFC 9068, 2.
type (
	internalHeader struct {
		Type      string `json:"typ"`
		Algorithm string `json:"alg"`
		KeyID     string `json:"kid"`
	}
	internalPayload struct {
		Issuer    string   `json:"iss"`
		Subject   string   `json:"sub"`
		ClientID  string   `json:"client_id"`
		Audience  audience `json:"aud"`
		Expires   int64    `json:"exp"`
		IssuedAt  int64    `json:"iat"`
		NotBefore int64    `json:"nbf"`
		ID        string   `json:"jti"`
		Scope     string   `json:"scope,omitempty"`
	}
)

// audience is a string when it is one, and else an array (RFC 7519, 4.1.3).
type audience []string

func (a audience) MarshalJSON() ([]byte, error) {
	if len(a) == 1 {
		return json.Marshal(a[0])
	}
	return json.Marshal([]string(a))
}

func (a *audience) UnmarshalJSON(text []byte) error {
	if len(text) > 0 && text[0] == '"' {
		*a = audience{""}
		return json.Unmarshal(text, &(*a)[0])
	}
	return json.Unmarshal(text, (*[]string)(a))
}

// Sign writes the token in compact form, with the key's algorithm.
func Sign(claims Claims, key jws.Key) (string, error) {
	var header, payload any
	algorithm := jws.Algorithm(key.Signer.Public())
	switch claims.Form {
	case InternalForm:
		header = internalHeader{internalType, algorithm, key.ID}
		payload = internalPayload{
			Issuer:    claims.Issuer,
			Subject:   claims.ClientID,
			ClientID:  claims.ClientID,
			Audience:  claims.Audience,
			Expires:   claims.Expires.Unix(),
			IssuedAt:  claims.IssuedAt.Unix(),
			NotBefore: claims.IssuedAt.Unix(),
			ID:        claims.ID,
			Scope:     strings.Join(claims.Scopes, " "),
		}
	case PartyForm:
		header = partnerHeader{partnerType, algorithm, claims.ID, key.ID}
		payload = newPartyPayload(claims)
	default:
		header = partnerHeader{partnerType, algorithm, claims.ID, key.ID}
		payload = partnerPayload{
			Audience:  claims.ClientID,
			ID:        claims.ID,
			IssuedAt:  claims.IssuedAt.Unix(),
			NotBefore: claims.IssuedAt.Unix(),
			Expires:   claims.Expires.Unix(),
			Scopes:    append([]string{}, claims.Scopes...),
		}
	}
	token, err := jws.Sign(header, payload, key.Signer)
	if err != nil {
		return "", fmt.Errorf("signing an access token: %w", err)
	}
	return token, nil
}
