package oauth

import (
	"context"
	"strings"

	"github.com/ventanilla/ventanilla/gateway/credential"
)

// authRole is the role that introspects and revokes: the audience of the internal token.
const authRole = "auth"

// Exchanger turns a client's credential into an internal token.
type Exchanger interface {
	Exchange(ctx context.Context, c credential.Credential, audience string, of credential.Clients) (credential.Caller, error)
}

// Clients are those that may call an endpoint which the auth service answers.
type Clients struct {
	// Exchanger knows them.
	Exchanger Exchanger
	// Served are they.
	Served credential.Clients
	// Audiences are what their assertions may name.
	Audiences []string
	// Schemes are the credentials that they may have.
	Schemes []credential.Scheme
}

// Authenticate returns the client with an internal token for the auth service. It fails as Credential and Exchange do,
// and with CREDENTIAL_INVALID when the parameter client_id names another client.
func (c Clients) Authenticate(ctx context.Context, a Authentication) (credential.Caller, error) {
	presented, err := a.Credential(c.Audiences, c.Schemes...)
	if err != nil {
		return credential.Caller{}, err
	}
	caller, err := c.Exchanger.Exchange(ctx, presented, authRole, c.Served)
	if err != nil {
		return credential.Caller{}, err
	}
	return caller, a.names(caller.Principal.GetClientId())
}

// Audiences are what a client's assertion for the endpoint at path may name: the issuer, and, where that is an https
// URL, the endpoint or the token endpoint, which some clients name wherever they send it (RFC 7523, 3).
func Audiences(issuer, path string) []string {
	if !strings.HasPrefix(issuer, "https://") {
		return []string{issuer}
	}
	base := strings.TrimSuffix(issuer, "/")
	audiences := []string{issuer, base + path}
	if path != TokenPath {
		audiences = append(audiences, base+TokenPath)
	}
	return audiences
}
