package edgetest

import (
	"context"
	"encoding/base64"
	"slices"
	"strings"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"
	"google.golang.org/protobuf/types/known/structpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
)

// Issuer is the platform's identifier in tests.
const Issuer = "https://partners.example.org"

// Auth is an auth service that follows a script. It knows
//   - the client "1" with the secret "s3cret" of every family, whose scopes are "read" and "write", and the like "1-staging" of
//     the staging data set;
//   - its assertions "1@" with the audience that they name, and its API key "vtk_1_s3cret" for the scope "read", which has a quota of tokens;
//   - the access tokens "caller.of.tuidd" (of a tuidd client), "active", "bare" (active, with the least said), "unsigned"
//     (active, and not signed when asked) and "foreign" (which client 1 may not revoke);
//   - the access token "evaluator.of.cmp" of a cmp client, for the benefits service;
//   - the access tokens "provider.of.tuidd" and "program.of.tuidd" of tuidd clients of the kinds PARTNER and INTERNAL, for the
//     notifications service, which "caller.of.tuidd" calls as a RESOURCE_SERVER;
//   - the API keys of developers, "vtk_iddi_basic" (which may not have extended profiles), "vtk_iddi_extended",
//     "vtk_iddi_nothing" (without scopes) and "vtk_iddi_staging", and an access token for each, such as "iddi.basic.token";
//   - the client tokens of mosia, "client.of.mosia.all", "client.of.mosia.nothing" (which names no API) and "client.of.mosia.sandbox", for
//     the session service;
//   - cmp's widgets and citizens (see citizen.go).
type Auth struct {
	authv1.UnimplementedTokenServiceServer
	// Fails is why calls fail that are no exchanges; REASON_UNSPECIFIED for none.
	Fails errorsv1.Reason
	// ExchangeFails is why exchanges fail; REASON_UNSPECIFIED for none.
	ExchangeFails errorsv1.Reason
	// Field is the field that failures name, if any.
	Field string
}

// internalToken is what exchanges give; a citizen's RUT follows it, after a dot.
const internalToken = "internal.token.1"

// Serve runs the service until the test ends and returns a client of it.
func (a *Auth) Serve(t testing.TB) authv1.TokenServiceClient {
	t.Helper()
	return authv1.NewTokenServiceClient(serve(t, func(server *grpc.Server) { authv1.RegisterTokenServiceServer(server, a) }))
}

func fails(reason errorsv1.Reason, field string) error {
	switch {
	case reason == errorsv1.Reason_REASON_UNSPECIFIED:
		return nil
	case field != "":
		return rpcerr.New(reason, "scripted", rpcerr.Field(field, "scripted"))
	}
	return rpcerr.New(reason, "scripted")
}

// clients are those with a secret, with their data sets.
var clients = map[string]authv1.DataSet{
	"1": authv1.DataSet_DATA_SET_PRODUCTION, "1-staging": authv1.DataSet_DATA_SET_STAGING,
}

// IssueToken issues to the clients 1 and 1-staging.
func (a *Auth) IssueToken(_ context.Context, in *authv1.IssueTokenRequest) (*authv1.IssueTokenResponse, error) {
	if err := fails(a.Fails, a.Field); err != nil {
		return nil, err
	}
	granted := []string{"read", "write"}
	_, scopes, developer := developerOf(in.GetApiKey(), in)
	switch {
	case developer:
		granted = scopes
	case in.GetApiKey() == apiKey:
		granted = granted[:1]
	case asserted(in.GetClientAssertion()):
	case clients[in.GetClientId()] != 0 && in.GetClientSecret() == "s3cret" && serves(in, clients[in.GetClientId()]):
	default:
		return nil, rpcerr.New(errorsv1.Reason_REASON_CREDENTIAL_INVALID, "scripted")
	}
	if clients[in.GetClientId()] == 0 && in.GetClientId() != "" {
		return nil, rpcerr.New(errorsv1.Reason_REASON_CREDENTIAL_INVALID, "scripted")
	}
	scopes = nil
	for _, scope := range in.GetScopes() {
		switch {
		case scope == "none": // is granted, and is nothing
		case scope == "*":
			scopes = granted
		case slices.Contains(granted, scope):
			scopes = append(scopes, scope)
		default:
			return nil, rpcerr.New(errorsv1.Reason_REASON_SCOPE_INVALID, "scripted", rpcerr.Meta("scope", scope))
		}
	}
	if len(in.GetScopes()) == 0 {
		scopes = granted
	}
	issued := &authv1.IssueTokenResponse{AccessToken: "header.claims.signature", ExpiresIn: 31535999, Scopes: scopes}
	if in.GetApiKey() == apiKey {
		issued.Quota = &authv1.Quota{Limit: 20, Remaining: 7, ResetSeconds: 2, WindowSeconds: 3}
	}
	if in.GetLife() != nil {
		issued.ExpiresIn = in.GetLife().GetSeconds()
	}
	if form := in.GetAuthorizedPartyForm(); form != nil {
		issued.AccessToken = "for." + form.GetSubjectRealm() + "." + base64.RawURLEncoding.EncodeToString([]byte(form.GetAudience()))
	}
	return issued, nil
}

const apiKey = "vtk_1_s3cret"

// callersOfTuidd are the access tokens of tuidd clients that call the notifications service, with their kinds.
var callersOfTuidd = map[string]authv1.ClientKind{
	"provider.of.tuidd": authv1.ClientKind_CLIENT_KIND_PARTNER,
	"program.of.tuidd":  authv1.ClientKind_CLIENT_KIND_INTERNAL,
	"caller.of.tuidd":   authv1.ClientKind_CLIENT_KIND_RESOURCE_SERVER,
}

// asserted tells whether an assertion is client 1's, and for one of the audiences that the gateway serves.
func asserted(a *authv1.ClientAssertion) bool {
	audience, ok := strings.CutPrefix(a.GetAssertion(), "1@")
	return ok && slices.Contains(a.GetAudiences(), audience) && len(a.GetAttempt()) >= 16
}

// Exchange knows client 1, in all ways that it authenticates, one token of it, and developers.
func (a *Auth) Exchange(_ context.Context, in *authv1.ExchangeRequest) (*authv1.ExchangeResponse, error) {
	if err := fails(a.ExchangeFails, a.Field); err != nil {
		return nil, err
	}
	principal := &authv1.Principal{ClientId: "1"}
	client := in.GetClientSecret()
	known := in.GetAudience() == "auth" && (client.GetClientId() == "1" && client.GetClientSecret() == "s3cret" ||
		asserted(in.GetClientAssertion()) || in.GetApiKey() == apiKey ||
		in.GetBearerToken() == "caller.of.tuidd" && slices.Contains(in.GetFamilies(), "tuidd"))
	if in.GetAudience() == "benefits" && in.GetBearerToken() == "evaluator.of.cmp" {
		known = slices.Contains(in.GetFamilies(), "cmp")
	}
	if kind, ok := callersOfTuidd[in.GetBearerToken()]; ok && in.GetAudience() == "notifications" {
		known, principal.Kind = slices.Contains(in.GetFamilies(), "tuidd") && serves(in, authv1.DataSet_DATA_SET_PRODUCTION), kind
	}
	if set, scopes, ok := developerOf(in.GetApiKey()+in.GetBearerToken(), in); ok && in.GetAudience() == "identity" {
		known, principal.DataSet, principal.Scopes = true, set, scopes
	}
	if of := clientOfMosia(in); of != nil {
		known, principal = true, of
	}
	if of, err := exchangeCMP(in); err != nil {
		return nil, err
	} else if of != nil {
		known, principal = true, of
	}
	if !known {
		return nil, rpcerr.New(errorsv1.Reason_REASON_CREDENTIAL_INVALID, "scripted")
	}
	token := internalToken
	if principal.GetCitizen() != "" {
		token += "." + principal.GetCitizen()
	}
	return &authv1.ExchangeResponse{
		InternalToken: token,
		ExpiresAt:     never,
		Principal:     principal,
	}, nil
}

// authenticated tells whether a call comes with the internal token of an exchange.
func authenticated(ctx context.Context) bool {
	token := metadata.ValueFromIncomingContext(ctx, "authorization")
	return len(token) == 1 && (token[0] == "Bearer "+internalToken || strings.HasPrefix(token[0], "Bearer "+internalToken+"."))
}

// called checks what every call by a client needs.
func (a *Auth) called(ctx context.Context, token string) error {
	if err := fails(a.Fails, a.Field); err != nil {
		return err
	}
	if !authenticated(ctx) {
		return rpcerr.New(errorsv1.Reason_REASON_CREDENTIAL_MISSING, "scripted")
	}
	if len(token) > 16384 {
		return rpcerr.New(errorsv1.Reason_REASON_FIELD_INVALID, "scripted", rpcerr.Field("token", "too long"))
	}
	return nil
}

// Introspect knows the tokens "active", "bare" and "unsigned". A signed answer is scripted too.
func (a *Auth) Introspect(ctx context.Context, in *authv1.IntrospectRequest) (*authv1.IntrospectResponse, error) {
	if err := a.called(ctx, in.GetToken()); err != nil {
		return nil, err
	}
	if in.GetSigned() && in.GetToken() != "unsigned" {
		return signed(in.GetToken()), nil
	}
	extra, err := structpb.NewStruct(map[string]any{
		"tenant": "Ñuñoa <1>", "active": false, "levels": []any{1.0, 2.5, nil, map[string]any{"b": true, "a": "x"}},
	})
	if err != nil {
		return nil, err
	}
	switch in.GetToken() {
	case "active":
		return &authv1.IntrospectResponse{
			Active: true, Scopes: []string{"read", "write"}, ClientId: "1", Username: "María", Subject: "p-7", TokenType: "Bearer",
			ExpiresAt: &timestamppb.Timestamp{Seconds: 1580833602}, IssuedAt: &timestamppb.Timestamp{Seconds: 1549297602},
			NotBefore: &timestamppb.Timestamp{Seconds: 1549297602}, Audience: []string{"1"}, Issuer: "https://issuer.example",
			TokenId: "fd087c96", ExtraMembers: extra, MaxAge: 30,
		}, nil
	case "bare", "unsigned":
		return &authv1.IntrospectResponse{
			Active: true, ClientId: "1", TokenType: "Bearer", ExpiresAt: &timestamppb.Timestamp{Seconds: 1580833602}, MaxAge: 5,
		}, nil
	}
	return &authv1.IntrospectResponse{}, nil
}

// signed is the answer about a token with the JWT that stands for it.
func signed(token string) *authv1.IntrospectResponse {
	if token == "active" || token == "bare" {
		return &authv1.IntrospectResponse{Active: true, ClientId: "1", MaxAge: 30, SignedResponse: "signed." + token + ".answer"}
	}
	return &authv1.IntrospectResponse{SignedResponse: "signed.inactive.answer"}
}

// Revoke ends every token but "foreign".
func (a *Auth) Revoke(ctx context.Context, in *authv1.RevokeRequest) (*authv1.RevokeResponse, error) {
	if err := a.called(ctx, in.GetToken()); err != nil {
		return nil, err
	}
	if in.GetToken() == "foreign" {
		return nil, rpcerr.New(errorsv1.Reason_REASON_TOKEN_NOT_OWNED, "scripted")
	}
	return &authv1.RevokeResponse{}, nil
}

// keySet has a key of each kind, with a member that none of ours has.
const keySet = `{"keys":[` +
	`{"use":"sig","kty":"RSA","kid":"k1","alg":"RS256","n":"AQAB_-","e":"AQAB","x5t":"AQAB"},` +
	`{"use":"sig","kty":"EC","kid":"k2","alg":"ES256","crv":"P-256","x":"AQ-_","y":"_-AQ"},` +
	`{"use":"sig","kty":"OKP","kid":"k3","alg":"EdDSA","crv":"Ed25519","x":"AQAB"}]}`

// GetKeySet has one key of each kind.
func (a *Auth) GetKeySet(_ context.Context, in *authv1.GetKeySetRequest) (*authv1.GetKeySetResponse, error) {
	if err := fails(a.Fails, a.Field); err != nil {
		return nil, err
	}
	if in.GetUse() != authv1.KeyUse_KEY_USE_ACCESS {
		return nil, rpcerr.New(errorsv1.Reason_REASON_INTERNAL, "these keys are for nobody outside")
	}
	return &authv1.GetKeySetResponse{Jwks: []byte(keySet)}, nil
}

// Nothing is a fresh view in which nothing is revoked.
type Nothing struct{}

// Fresh is true.
func (Nothing) Fresh() bool { return true }

// Revoked is false.
func (Nothing) Revoked(*authv1.Principal) bool { return false }

// Changed is never so.
func (Nothing) Changed(*authv1.Principal, time.Time) bool { return false }
