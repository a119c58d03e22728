package mosia

import (
	"context"
	"slices"
	"strings"

	"github.com/ventanilla/ventanilla/gateway/credential"
	"github.com/ventanilla/ventanilla/gateway/dialect"
	"github.com/ventanilla/ventanilla/gateway/oauth"
	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
)

// sessionRole is the role that is called: the audience of internal tokens.
const sessionRole = "session"

// Scopes of client tokens: what their claim "apis" names, without accents.
const (
	scopePassKey  = "chavePasse"
	scopeSecurity = "seguranca"
	scopeMessages = "mensageria"
)

// clients are the partners whose tokens the API takes.
type clients struct {
	exchanger oauth.Exchanger
}

// own are the family's clients, of both data sets.
var own = credential.Clients{
	Families: []string{Name}, DataSets: []authv1.DataSet{authv1.DataSet_DATA_SET_PRODUCTION, authv1.DataSet_DATA_SET_STAGING},
}

// caller is the client whose token the request carries. It fails with PERMISSION_DENIED when the token does not name the API.
func (c clients) caller(ctx context.Context, scope string) (credential.Caller, error) {
	presented, err := token(ctx)
	if err != nil {
		return credential.Caller{}, err
	}
	// A client token is one of auth's API keys, whatever it looks like.
	presented.Scheme = credential.APIKey
	caller, err := c.exchanger.Exchange(ctx, presented, sessionRole, own)
	if err != nil {
		return credential.Caller{}, err
	}
	if !slices.Contains(caller.Principal.GetScopes(), scope) {
		return credential.Caller{}, rpcerr.Forbidden("the token does not name the API " + scope)
	}
	return caller, nil
}

// token is what the request carries in Authorization: alone, as the document has it, or as a bearer's.
func token(ctx context.Context) (credential.Credential, error) {
	values := dialect.Authorization(ctx)
	if len(values) == 1 && values[0] != "" && !strings.Contains(values[0], " ") {
		values = []string{bearer + values[0]}
	}
	return oauth.Authentication{Authorization: values}.Credential(nil, credential.Bearer, credential.APIKey)
}

const bearer = "Bearer "
