package authn

import (
	"time"

	"github.com/golang-jwt/jwt/v5"

	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
)

// TokenType is the JOSE header "typ" of internal tokens. It tells them from every token that a partner holds.
const TokenType = "at+ventanilla"

// MaxLife is the longest that an internal token may live.
const MaxLife = 5 * time.Minute

// Claims is what an internal token says. It is shared between calls: do not change it.
type Claims struct {
	// Issuer is the platform's auth (RFC 7519, 4.1.1).
	Issuer string `json:"iss"`
	// Subject is the person for whom the client acts; empty when there is none.
	Subject string `json:"sub,omitempty"`
	// Audience is the one role that is to be called.
	Audience string `json:"aud"`
	// Citizen is the RUT of the citizen for whom the client calls, as auth has it; empty for none. It is personal data.
	Citizen string `json:"citizen,omitempty"`
	// ClientID is the client; empty for peers and operators.
	ClientID string `json:"client_id,omitempty"`
	// Family is the client's partner family.
	Family string `json:"family,omitempty"`
	// Kind is the client's kind.
	Kind authv1.ClientKind `json:"kind,omitempty"`
	// Scopes are those of the credential that was exchanged.
	Scopes []string `json:"scopes,omitempty"`
	// TokenID is the identifier of the access token that was exchanged; empty for other credentials.
	TokenID string `json:"token_id,omitempty"`
	// KeyID is the key that signed that token.
	KeyID string `json:"key_id,omitempty"`
	// Epoch is the client's or the operator's when the credential was issued; see authv1.Revocation.
	Epoch int64 `json:"epoch,omitempty"`
	// DataSet is the client's; unspecified for peers and operators.
	DataSet authv1.DataSet `json:"data_set,omitempty"`
	// Operator is the operator's name; empty for others.
	Operator string `json:"operator,omitempty"`
	// Roles are the operator's roles.
	Roles []string `json:"roles,omitempty"`
	// Peer is the role that asked for a token of its own; empty for others.
	Peer string `json:"peer,omitempty"`
	// IssuedAt and ExpiresAt are Unix seconds, at most MaxLife apart.
	IssuedAt  int64 `json:"iat"`
	ExpiresAt int64 `json:"exp"`
	// ID is the internal token's own identifier.
	ID string `json:"jti"`
}

// Principal is the caller as revocations know it.
func (c *Claims) Principal() *authv1.Principal {
	return &authv1.Principal{
		ClientId: c.ClientID,
		Family:   c.Family,
		Kind:     c.Kind,
		Scopes:   c.Scopes,
		TokenId:  c.TokenID,
		KeyId:    c.KeyID,
		Epoch:    c.Epoch,
		DataSet:  c.DataSet,
		Operator: c.Operator,
		Roles:    c.Roles,
		Peer:     c.Peer,
		Citizen:  c.Citizen,
	}
}

// tokenClaims is Claims as the JWT library validates them.
type tokenClaims struct{ Claims }

func (c *tokenClaims) GetExpirationTime() (*jwt.NumericDate, error) { return date(c.ExpiresAt), nil }
func (c *tokenClaims) GetIssuedAt() (*jwt.NumericDate, error)       { return date(c.IssuedAt), nil }
func (c *tokenClaims) GetNotBefore() (*jwt.NumericDate, error)      { return nil, nil }
func (c *tokenClaims) GetIssuer() (string, error)                   { return c.Issuer, nil }
func (c *tokenClaims) GetSubject() (string, error)                  { return c.Subject, nil }
func (c *tokenClaims) GetAudience() (jwt.ClaimStrings, error) {
	return jwt.ClaimStrings{c.Audience}, nil
}

func date(seconds int64) *jwt.NumericDate {
	if seconds == 0 {
		return nil
	}
	return jwt.NewNumericDate(time.Unix(seconds, 0))
}
