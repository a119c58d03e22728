package native

import (
	"context"

	"github.com/ventanilla/ventanilla/gateway/credential"
	"github.com/ventanilla/ventanilla/gateway/dialect"
	"github.com/ventanilla/ventanilla/gateway/oauth"
	nativev1 "github.com/ventanilla/ventanilla/proto/gen/go/native/v1"
)

const (
	tokenPath      = oauth.TokenPath
	introspectPath = "/oauth2/introspect"
	revokePath     = "/oauth2/revoke"
)

// clientSchemes are the credentials that clients have of their own: none of these needs a token first.
var clientSchemes = []credential.Scheme{credential.Basic, credential.Assertion, credential.APIKey}

// oauthAdapter serves the OAuth endpoints from the auth service.
type oauthAdapter struct {
	nativev1.UnimplementedOAuthServiceServer
	auth          Auth
	issuer        string
	served        credential.Clients
	introspection oauth.Introspection
	revokers      oauth.Clients
}

func newOAuthAdapter(auth Auth, exchanger oauth.Exchanger, issuer string, served credential.Clients) *oauthAdapter {
	clients := func(path string, schemes ...credential.Scheme) oauth.Clients {
		return oauth.Clients{Exchanger: exchanger, Served: served, Audiences: oauth.Audiences(issuer, path), Schemes: schemes}
	}
	return &oauthAdapter{
		auth:   auth,
		issuer: issuer,
		served: served,
		introspection: oauth.Introspection{
			Introspector: auth,
			Clients:      clients(introspectPath, append(clientSchemes, credential.Bearer)...),
		},
		revokers: clients(revokePath, clientSchemes...),
	}
}

// parameters are what the requests of the OAuth endpoints have in common.
type parameters interface {
	GetClientId() string
	GetClientSecret() string
	GetClientAssertionType() string
	GetClientAssertion() string
}

func authentication(ctx context.Context, in parameters) oauth.Authentication {
	return oauth.Authentication{
		Authorization: dialect.Authorization(ctx),
		ClientID:      in.GetClientId(), ClientSecret: in.GetClientSecret(),
		AssertionType: in.GetClientAssertionType(), Assertion: in.GetClientAssertion(),
	}
}
