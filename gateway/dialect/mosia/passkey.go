package mosia

import (
	"context"
	"net/http"

	"google.golang.org/protobuf/proto"

	"github.com/ventanilla/ventanilla/gateway/credential"
	"github.com/ventanilla/ventanilla/gateway/dialect"
	"github.com/ventanilla/ventanilla/gateway/wirejson"
	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	mosiav1 "github.com/ventanilla/ventanilla/proto/gen/go/mosia/v1"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
	sessionv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/session/v1"
)

// passKeyFields names the fields of a domain request with a pass key as the endpoints do.
func passKeyFields(request proto.Message) dialect.Fields {
	return dialect.Fields{Request: request, Names: map[string]string{
		"pass_key":                   "",
		"pass_key.pass_key":          parameterPassKey,
		"pass_key.functionality_key": parameterFunctionality,
		"pass_key.data_set":          "",
	}}
}

var (
	userFields      = passKeyFields((*sessionv1.RedeemPassKeyRequest)(nil))
	householdFields = passKeyFields((*sessionv1.GetPassKeyHouseholdRequest)(nil))
	deviceFields    = passKeyFields((*sessionv1.GetPassKeyDeviceRequest)(nil))
)

// maxKey is the contract's bound on keys, in bytes: what is longer is nobody's.
const maxKey = 64

// passKeyQuery is what the endpoints' queries have alike.
type passKeyQuery interface {
	proto.Message
	GetInstanciaApp() string
	GetChavePasse() string
	GetChaveFuncionalidade() string
}

// passKey checks the caller, its right and the parameters, in this order.
func (a *adapter) passKey(r *http.Request, in passKeyQuery) (credential.Caller, *sessionv1.PassKey, error) {
	caller, err := a.clients.caller(r.Context(), scopePassKey)
	if err != nil {
		return credential.Caller{}, nil, err
	}
	if err := wirejson.Query(in, r.URL.RawQuery); err != nil {
		return credential.Caller{}, nil, err
	}
	needed := []parameter{{parameterPassKey, in.GetChavePasse()}, {parameterFunctionality, in.GetChaveFuncionalidade()}}
	if !a.cfg.OptionalInstance {
		needed = append([]parameter{{parameterInstance, in.GetInstanciaApp()}}, needed...)
	}
	if err := require(needed...); err != nil {
		return credential.Caller{}, nil, err
	}
	set, err := dataSet(in.GetInstanciaApp())
	if err != nil {
		return credential.Caller{}, nil, err
	}
	if len(in.GetChavePasse()) > maxKey || len(in.GetChaveFuncionalidade()) > maxKey {
		return credential.Caller{}, nil, rpcerr.New(errorsv1.Reason_REASON_PASS_KEY_INVALID, "a key is too long to be one")
	}
	return caller, &sessionv1.PassKey{PassKey: in.GetChavePasse(), FunctionalityKey: in.GetChaveFuncionalidade(), DataSet: set}, nil
}

// user tells who opened the functionality.
func (a *adapter) user(r *http.Request) (proto.Message, error) {
	caller, key, err := a.passKey(r, &mosiav1.GetUserRequest{})
	if err != nil {
		return nil, err
	}
	var known *sessionv1.RedeemPassKeyResponse
	err = caller.Call(r.Context(), func(ctx context.Context) (err error) {
		known, err = a.passKeys.RedeemPassKey(ctx, &sessionv1.RedeemPassKeyRequest{PassKey: key})
		return err
	})
	if err != nil {
		return nil, userFields.Translate(err)
	}
	return &mosiav1.GetUserResponse{
		Status: true, Message: textLoaded, StatusCode: statusOK, Timestamp: a.now(),
		Data: &mosiav1.User{ChaveUnica: known.GetUniqueKey(), Integracao: known.GetAttributesJson()},
	}, nil
}
