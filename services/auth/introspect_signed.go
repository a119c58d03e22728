package auth

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
	"github.com/ventanilla/ventanilla/services/auth/internal/directory"
	"github.com/ventanilla/ventanilla/services/auth/internal/jws"
	"github.com/ventanilla/ventanilla/services/auth/internal/keys"
)

// introspectionType is the header's typ of signed introspection answers (RFC 9701, 5). No reader of access tokens takes
// it for that of one.
const introspectionType = "token-introspection+jwt"

type (
	introspectionHeader struct {
		Type      string `json:"typ"`
		Algorithm string `json:"alg"`
		KeyID     string `json:"kid"`
	}
	// introspectionClaims have neither sub nor exp, so that they cannot pass for a token's (RFC 9701, 8.1).
	introspectionClaims struct {
		Issuer        string          `json:"iss"`
		Audience      string          `json:"aud"`
		IssuedAt      int64           `json:"iat"`
		Introspection json.RawMessage `json:"token_introspection"`
	}
	// introspection is the answer as RFC 7662, 2.2 has it.
	introspection struct {
		Active    bool   `json:"active"`
		Scope     string `json:"scope,omitempty"`
		ClientID  string `json:"client_id,omitempty"`
		Username  string `json:"username,omitempty"`
		TokenType string `json:"token_type,omitempty"`
		Expires   int64  `json:"exp,omitempty"`
		IssuedAt  int64  `json:"iat,omitempty"`
		NotBefore int64  `json:"nbf,omitempty"`
		Subject   string `json:"sub,omitempty"`
		Audience  any    `json:"aud,omitempty"`
		Issuer    string `json:"iss,omitempty"`
		ID        string `json:"jti,omitempty"`
	}
)

// signIntrospection writes an answer as a JWT for the caller, with the algorithm of its registration.
func (s *tokenService) signIntrospection(ctx context.Context, caller *directory.Client, answer *authv1.IntrospectResponse) (string, error) {
	key, err := s.active(ctx, keys.AccessUse(caller.IntrospectionAlgorithm))
	if err != nil {
		return "", err
	}
	members, err := introspectionOf(answer)
	if err != nil {
		return "", fmt.Errorf("encoding an introspection answer: %w", err)
	}
	signing := key.Signing()
	text, err := jws.Sign(
		introspectionHeader{introspectionType, jws.Algorithm(signing.Signer.Public()), signing.ID},
		introspectionClaims{s.config.Issuer, caller.ID, s.now().Unix(), members}, signing.Signer)
	if err != nil {
		return "", fmt.Errorf("signing an introspection answer: %w", err)
	}
	return text, nil
}

// introspectionOf writes the standard members, then those registered for the token's client.
func introspectionOf(answer *authv1.IntrospectResponse) (json.RawMessage, error) {
	if !answer.GetActive() {
		return json.Marshal(introspection{})
	}
	standard, err := json.Marshal(introspection{
		Active:    true,
		Scope:     strings.Join(answer.GetScopes(), " "),
		ClientID:  answer.GetClientId(),
		Username:  answer.GetUsername(),
		TokenType: answer.GetTokenType(),
		Expires:   answer.GetExpiresAt().GetSeconds(),
		IssuedAt:  answer.GetIssuedAt().GetSeconds(),
		NotBefore: answer.GetNotBefore().GetSeconds(),
		Subject:   answer.GetSubject(),
		Audience:  oneOrMany(answer.GetAudience()),
		Issuer:    answer.GetIssuer(),
		ID:        answer.GetTokenId(),
	})
	if err != nil || len(answer.GetExtraMembers().GetFields()) == 0 {
		return standard, err
	}
	extra, err := json.Marshal(answer.GetExtraMembers().AsMap())
	if err != nil {
		return nil, err
	}
	return append(append(standard[:len(standard)-1], ','), extra[1:]...), nil
}

// oneOrMany is a list as JSON members of JWTs have it (RFC 7519, 4.1.3).
func oneOrMany(list []string) any {
	switch len(list) {
	case 0:
		return nil
	case 1:
		return list[0]
	}
	return list
}
