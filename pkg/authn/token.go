package authn

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"errors"
	"fmt"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// maxTokenLength bounds the tokens that are looked at, in bytes.
const maxTokenLength = 16 << 10

// clockSkew is how far an issuer's clock may be ahead of ours.
const clockSkew = time.Minute

// Sign makes an internal token with a P-256 key (ES256, RFC 7518, 3.4). Kid names the key in the key set.
func Sign(key *ecdsa.PrivateKey, kid string, claims Claims) (string, error) {
	if key.Curve != elliptic.P256() {
		return "", fmt.Errorf("signing an internal token: the key is on %s, want P-256", key.Curve.Params().Name)
	}
	token := jwt.NewWithClaims(jwt.SigningMethodES256, &tokenClaims{claims})
	token.Header["typ"] = TokenType
	token.Header["kid"] = kid
	signed, err := token.SignedString(key)
	if err != nil {
		return "", fmt.Errorf("signing an internal token: %w", err)
	}
	return signed, nil
}

// SignedWith is the identifier of the key that an internal token says it was signed with; empty when it says none. It
// proves nothing: it is for those who keep tokens that auth gave them, and must know when the key is retired.
func SignedWith(token string) string {
	var claims jwt.RegisteredClaims
	parsed, _, err := jwt.NewParser().ParseUnverified(token, &claims)
	if err != nil {
		return ""
	}
	kid, _ := parsed.Header["kid"].(string)
	return kid
}

// parser is strict: one algorithm, base64url without spare bits, expiry demanded.
func parser(issuer, audience string, now func() time.Time) *jwt.Parser {
	return jwt.NewParser(
		jwt.WithValidMethods([]string{jwt.SigningMethodES256.Alg()}),
		jwt.WithStrictDecoding(),
		jwt.WithExpirationRequired(),
		jwt.WithIssuer(issuer),
		jwt.WithAudience(audience),
		jwt.WithTimeFunc(now),
	)
}

// keyID reads the header that the signature will have to confirm.
func keyID(token *jwt.Token) (string, error) {
	if token.Header["typ"] != TokenType {
		return "", errors.New("not an internal token")
	}
	if _, critical := token.Header["crit"]; critical {
		return "", errors.New("critical header parameters are not understood (RFC 7515, 4.1.11)")
	}
	kid, _ := token.Header["kid"].(string)
	if kid == "" {
		return "", errors.New("no key id")
	}
	return kid, nil
}

// checkLife refuses what Sign's callers must not make, whatever the signature says.
func (c *Claims) checkLife(now time.Time) error {
	issued, expires := time.Unix(c.IssuedAt, 0), time.Unix(c.ExpiresAt, 0)
	if issued.After(now.Add(clockSkew)) {
		return errors.New("issued in the future")
	}
	if expires.Sub(issued) > MaxLife {
		return errors.New("lives too long")
	}
	return nil
}
