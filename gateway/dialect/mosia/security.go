package mosia

import (
	"context"
	"net/http"

	"google.golang.org/protobuf/proto"

	"github.com/ventanilla/ventanilla/gateway/dialect"
	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	mosiav1 "github.com/ventanilla/ventanilla/proto/gen/go/mosia/v1"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
	sessionv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/session/v1"
)

// authenticateFields names the fields of the domain request as the endpoint does.
var authenticateFields = dialect.Fields{
	Request: (*sessionv1.AuthenticateBeneficiaryRequest)(nil),
	Names:   map[string]string{"unique_key": parameterUniqueKey},
}

// logInFields names the fields of the domain request as the endpoint does.
var logInFields = dialect.Fields{
	Request: (*sessionv1.LogInBeneficiaryRequest)(nil),
	Names:   map[string]string{"integration_key": parameterIntegration, "login": parameterLogin, "password": parameterPassword},
}

// authenticate gives a token for whom the client says that it is.
func (a *adapter) authenticate(r *http.Request) (proto.Message, error) {
	caller, err := a.clients.caller(r.Context(), scopeSecurity)
	if err != nil {
		return nil, err
	}
	in := &mosiav1.AuthenticateRequest{}
	if err := a.decode(r, in); err != nil {
		return nil, err
	}
	if err := require(parameter{parameterUniqueKey, in.GetChaveUnica()}); err != nil {
		return nil, err
	}
	var known *sessionv1.AuthenticateBeneficiaryResponse
	err = caller.Call(r.Context(), func(ctx context.Context) (err error) {
		known, err = a.beneficiaries.AuthenticateBeneficiary(ctx, &sessionv1.AuthenticateBeneficiaryRequest{UniqueKey: in.GetChaveUnica()})
		return err
	})
	if err != nil {
		return nil, authenticateFields.Translate(err)
	}
	given := known.GetToken()
	return &mosiav1.AuthenticateResponse{
		Status: true, Message: textAuthenticated, StatusCode: statusOK, Timestamp: a.now(),
		Data: &mosiav1.Session{Token: given.GetToken(), ExpireAt: given.GetExpiresAt().AsTime().UnixMilli()},
	}, nil
}

// logIn gives a token for whom an integration says that it is.
func (a *adapter) logIn(r *http.Request) (proto.Message, error) {
	caller, err := a.clients.caller(r.Context(), scopeSecurity)
	if err != nil {
		return nil, err
	}
	in := &mosiav1.LogInRequest{}
	if err := a.decode(r, in); err != nil {
		return nil, err
	}
	err = require(
		parameter{parameterIntegration, in.GetChaveIntegracao()}, parameter{parameterLogin, in.GetLogin()}, parameter{parameterPassword, in.GetSenha()},
	)
	if err != nil {
		return nil, err
	}
	var known *sessionv1.LogInBeneficiaryResponse
	err = caller.Call(r.Context(), func(ctx context.Context) (err error) {
		known, err = a.beneficiaries.LogInBeneficiary(ctx, &sessionv1.LogInBeneficiaryRequest{
			IntegrationKey: in.GetChaveIntegracao(), Login: in.GetLogin(), Password: in.GetSenha(),
		})
		return err
	})
	if err != nil {
		if rpcerr.Reason(err) == errorsv1.Reason_REASON_INTEGRATION_REJECTED {
			return nil, err // what it names are attributes of the integration's answer
		}
		return nil, logInFields.Translate(err)
	}
	given := known.GetToken()
	return &mosiav1.LogInResponse{
		Status: true, Message: textAuthenticated, StatusCode: statusOK, Timestamp: a.now(),
		Data: &mosiav1.LoggedIn{Token: given.GetToken(), ExpireAt: given.GetExpiresAt().AsTime().UnixMilli(), ChaveUnica: known.GetUniqueKey()},
	}, nil
}
