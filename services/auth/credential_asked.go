package auth

import (
	"context"

	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
)

// authenticateAsked finds the client that asks for a token by the one credential of the request. It fails with
// FIELD_MISSING without a credential, with FIELD_INVALID for more than one, and with CREDENTIAL_INVALID.
func (s *tokenService) authenticateAsked(ctx context.Context, req *authv1.IssueTokenRequest) (proven, error) {
	id, of := req.GetClientId(), servedBy(req)
	switch assertion, key := req.GetClientAssertion(), req.GetApiKey(); {
	case req.GetClientSecret() != "" && assertion != nil, key != "" && assertion != nil:
		return proven{}, rpcerr.Invalid("client_assertion", "there is another credential: exactly one is taken")
	case req.GetClientSecret() != "" && key != "":
		return proven{}, rpcerr.Invalid("api_key", "there is another credential: exactly one is taken")
	case assertion != nil:
		return s.authenticateByAssertion(ctx, assertion, id, of)
	case key != "":
		return s.authenticateByKey(ctx, key, id, of)
	}
	var absent []rpcerr.Option
	if id == "" {
		absent = append(absent, rpcerr.Field("client_id", "required with a secret"))
	}
	if req.GetClientSecret() == "" {
		absent = append(absent, rpcerr.Field("client_secret", "required, or another credential"))
	}
	if len(absent) > 0 {
		return proven{}, rpcerr.New(errorsv1.Reason_REASON_FIELD_MISSING, "a credential is missing", absent...)
	}
	return s.authenticate(ctx, id, req.GetClientSecret(), of)
}
