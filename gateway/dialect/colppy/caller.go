package colppy

import (
	"context"
	"crypto/md5" //nolint:gosec // of the document, and nothing is stored under it
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"strings"

	"golang.org/x/text/unicode/norm"

	"github.com/ventanilla/ventanilla/gateway/credential"
	"github.com/ventanilla/ventanilla/gateway/dialect"
	"github.com/ventanilla/ventanilla/gateway/oauth"
	"github.com/ventanilla/ventanilla/gateway/wirejson"
	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	colppyv1 "github.com/ventanilla/ventanilla/proto/gen/go/colppy/v1"
	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
	sessionv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/session/v1"
)

const (
	// stagingHosts is how the names of hosts begin that serve the staging data set.
	stagingHosts = "staging."
	// maxCredential is the contract's bound on logins, passwords and keys, in bytes: what is longer is nobody's.
	maxCredential = 128
)

// Limits bound what callers do, and know their addresses. They find the caller by the context of its request.
type Limits interface {
	credential.Limits
	// Address is the caller's, empty for unknown.
	Address(ctx context.Context) string
}

// caller is who calls: a developer, perhaps with a user's session.
type caller struct {
	developer *sessionv1.DeveloperCredential
	session   *sessionv1.UserSession
}

type callerKey struct{}

// callerOf is who calls an operation.
func callerOf(ctx context.Context) caller {
	of, _ := ctx.Value(callerKey{}).(caller)
	return of
}

// callers are those who have their credentials looked at by the session service.
type callers struct {
	sessions sessionv1.SessionServiceClient
	limits   Limits
	pacer    *credential.Pacer
}

// developer is the developer of a request, whose credential is not looked at yet.
func (c callers) developer(r *http.Request, auth map[string]any) (*sessionv1.DeveloperCredential, error) {
	login, password := text(auth["usuario"]), text(auth["password"])
	if oauth.Blank(login) || oauth.Blank(password) {
		return nil, rpcerr.New(errorsv1.Reason_REASON_CREDENTIAL_MISSING, "there is no developer's credential")
	}
	if len(login) > maxCredential || len(password) > maxCredential {
		return nil, rpcerr.New(errorsv1.Reason_REASON_CREDENTIAL_INVALID, "the developer's credential is too long")
	}
	set := authv1.DataSet_DATA_SET_PRODUCTION
	if strings.HasPrefix(dialect.HostName(r.Host), stagingHosts) {
		set = authv1.DataSet_DATA_SET_STAGING
	}
	return &sessionv1.DeveloperCredential{Login: login, Password: digest(password), DataSet: set, Address: c.limits.Address(r.Context())}, nil
}

// digest is a password as clients present it: an MD5 is the same in capital hex digits.
func digest(password string) string {
	if sum, err := hex.DecodeString(password); err == nil && len(sum) == md5.Size {
		return hex.EncodeToString(sum)
	}
	return password
}

// newCaller is the developer with the session of the parameters, where the operation needs one.
func newCaller(developer *sessionv1.DeveloperCredential, op *operation, parameters map[string]any) (caller, error) {
	if op.GetAccess() != colppyv1.Access_ACCESS_SESSION {
		return caller{developer: developer}, nil
	}
	var in colppyv1.Sesion
	presented, ok := parameters[sessionField].(map[string]any)
	if !ok || wirejson.Assign(&in, loosen(in.ProtoReflect().Descriptor(), presented)) != nil ||
		oauth.Blank(in.GetUsuario()) || oauth.Blank(in.GetClaveSesion()) {
		return caller{}, refusal(errorsv1.Reason_REASON_CREDENTIAL_MISSING, EstadoSinSesion, "there is no session")
	}
	if len(in.GetUsuario()) > maxCredential || len(in.GetClaveSesion()) > maxCredential {
		return caller{}, rpcerr.New(errorsv1.Reason_REASON_SESSION_INVALID, "the session is too long")
	}
	return caller{developer, &sessionv1.UserSession{Developer: developer, User: in.GetUsuario(), SessionKey: in.GetClaveSesion()}}, nil
}

// call carries out an operation as the caller. A caller whose credentials fail too often has to wait; one whose
// credentials do not hold is told so, and nothing of the parameters.
func (c callers) call(ctx context.Context, of caller, parameters map[string]any, serve func(context.Context) error) error {
	ctx = context.WithValue(ctx, callerKey{}, of)
	principal := &authv1.Principal{ClientId: of.account()}
	presented, err := of.credential(parameters)
	if err != nil {
		return err
	}
	served := credential.Clients{Families: []string{Name}, DataSets: []authv1.DataSet{of.developer.GetDataSet()}}
	return c.pacer.Call(ctx, presented, served, func(known bool) error {
		if known {
			if err := c.limits.Charge(ctx, principal); err != nil {
				return err
			}
		}
		err := serve(ctx)
		if aboutParameters(err) {
			if denied := c.check(ctx); denied != nil {
				err = denied
			}
		}
		if !known && rpcerr.Reason(err) != errorsv1.Reason_REASON_CREDENTIAL_INVALID {
			// The call is made: if it was one too many, the next is refused.
			_ = c.limits.Charge(ctx, principal)
		}
		return err
	})
}

// refuse answers what there is no use in carrying out with why, or with what is wrong about the developer's credential.
func (c callers) refuse(ctx context.Context, developer *sessionv1.DeveloperCredential, why error) error {
	return c.call(ctx, caller{developer: developer}, nil, func(ctx context.Context) error {
		if err := checkDeveloper(ctx, c.sessions); err != nil {
			return err
		}
		return why
	})
}

// aboutParameters tells whether a failure says something of the parameters.
func aboutParameters(err error) bool {
	switch rpcerr.Reason(err) {
	case errorsv1.Reason_REASON_FIELD_MISSING, errorsv1.Reason_REASON_FIELD_INVALID, errorsv1.Reason_REASON_FIELD_REPEATED:
		return true
	}
	return false
}

// check asks whether the caller's credentials hold.
func (c callers) check(ctx context.Context) error {
	session := callerOf(ctx).session
	if session == nil {
		return checkDeveloper(ctx, c.sessions)
	}
	_, err := c.sessions.CheckSession(ctx, &sessionv1.CheckSessionRequest{Session: session})
	return translate(checkFields, err)
}

// account names the developer's account among those whose calls are counted. Spellings of one login have one name.
func (c caller) account() string {
	login := strings.ToLower(norm.NFKC.String(c.developer.GetLogin()))
	sum := sha256.Sum256([]byte(c.developer.GetDataSet().String() + " " + login))
	return Name + "." + hex.EncodeToString(sum[:16])
}

// credential is what was presented, and from where: a caller who has to wait is not to find out passwords by those being let through that are good from
// another address. Where no session is, parameters may have a user's password.
func (c caller) credential(parameters map[string]any) (credential.Credential, error) {
	presented := credential.Credential{
		Scheme: credential.Basic, ClientID: c.developer.GetLogin(), Secret: c.developer.GetPassword(), Token: c.developer.GetAddress(),
	}
	if c.session == nil {
		more, err := json.Marshal(parameters)
		if err != nil {
			return presented, rpcerr.Wrap(errorsv1.Reason_REASON_INTERNAL, err, "naming a credential")
		}
		presented.Token += " " + string(more)
	}
	return presented, nil
}
