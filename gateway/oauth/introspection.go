package oauth

import (
	"context"
	"strconv"
	"strings"

	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"
	"google.golang.org/protobuf/types/known/structpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/ventanilla/ventanilla/gateway/dialect"
	"github.com/ventanilla/ventanilla/gateway/edge"
	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
)

// SignedMediaType is that of a signed introspection answer (RFC 9701, 5).
const SignedMediaType = "application/token-introspection+jwt"

// introspectFields names the fields of the domain request as RFC 7662 does.
var introspectFields = dialect.Fields{
	Request: (*authv1.IntrospectRequest)(nil),
	Names:   map[string]string{"token": "token"},
}

// Introspector is what the auth service does for introspection.
type Introspector interface {
	Introspect(ctx context.Context, in *authv1.IntrospectRequest, opts ...grpc.CallOption) (*authv1.IntrospectResponse, error)
}

// Introspection is an endpoint of RFC 7662, which answers as RFC 9701 has it where its route produces SignedMediaType.
type Introspection struct {
	// Introspector answers.
	Introspector Introspector
	// Clients may ask.
	Clients Clients
}

// Members are those of an answer (RFC 7662, 2.2). Absent ones are nil. In a signed answer, and in that about an
// inactive token, all others are.
type Members struct {
	// Active is whether the token is valid, and the caller's business.
	Active bool
	// Scope to TokenID are named as in RFC 7662; TokenID is jti.
	Scope, ClientID, Username, TokenType, Subject, Audience, Issuer, TokenID *string
	// Expires, Issued and NotBefore are Unix seconds.
	Expires, Issued, NotBefore *int64
	// Extra are registered for the token's client.
	Extra *structpb.Struct
	// Signed is the whole answer as a JWT.
	Signed *string
}

// Answer checks the form, then the caller, and returns what this caller may know. It says on the HTTP answer how long it
// may be kept.
func (i Introspection) Answer(ctx context.Context, by Authentication, token, hint string) (Members, error) {
	if err := by.Check(); err != nil {
		return Members{}, err
	}
	if err := Require("token", token); err != nil {
		return Members{}, err
	}
	caller, err := i.Clients.Authenticate(ctx, by)
	if err != nil {
		return Members{}, err
	}
	var known *authv1.IntrospectResponse
	err = caller.Call(ctx, func(ctx context.Context) (err error) {
		known, err = i.ask(ctx, &authv1.IntrospectRequest{
			Token: strings.TrimSpace(token), TokenTypeHint: hint, Signed: edge.MediaType(ctx) == SignedMediaType,
		})
		return err
	})
	if err != nil {
		return Members{}, introspectFields.Translate(err)
	}
	var age int64
	if known.GetActive() {
		age = max(known.GetMaxAge(), 0)
	}
	keep := "private, max-age=" + strconv.FormatInt(age, 10)
	return members(known), grpc.SetHeader(ctx, metadata.Pairs("Cache-Control", keep, "Vary", "Authorization"))
}

func (i Introspection) ask(ctx context.Context, request *authv1.IntrospectRequest) (*authv1.IntrospectResponse, error) {
	known, err := i.Introspector.Introspect(ctx, request)
	if rpcerr.Reason(err) == errorsv1.Reason_REASON_FIELD_INVALID {
		request.Token = "-" // too long to be a token: auth answers, and signs, as for any other that is none
		known, err = i.Introspector.Introspect(ctx, request)
	}
	if err == nil && request.GetSigned() && known.GetSignedResponse() == "" {
		// A replica of the release before is still in service. An unsigned answer is not what was asked for.
		return nil, rpcerr.New(errorsv1.Reason_REASON_UNAVAILABLE, "auth did not sign the answer")
	}
	return known, err
}

func members(known *authv1.IntrospectResponse) Members {
	if signed := known.GetSignedResponse(); signed != "" {
		return Members{Signed: &signed}
	}
	if !known.GetActive() {
		return Members{}
	}
	return Members{
		Active:    true,
		Scope:     unlessEmpty(strings.Join(known.GetScopes(), " ")),
		ClientID:  unlessEmpty(known.GetClientId()),
		Username:  unlessEmpty(known.GetUsername()),
		TokenType: unlessEmpty(known.GetTokenType()),
		Subject:   unlessEmpty(known.GetSubject()),
		Audience:  unlessEmpty(strings.Join(known.GetAudience(), " ")),
		Issuer:    unlessEmpty(known.GetIssuer()),
		TokenID:   unlessEmpty(known.GetTokenId()),
		Expires:   seconds(known.GetExpiresAt()),
		Issued:    seconds(known.GetIssuedAt()),
		NotBefore: seconds(known.GetNotBefore()),
		Extra:     known.GetExtraMembers(),
	}
}

func unlessEmpty(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

func seconds(t *timestamppb.Timestamp) *int64 {
	if t == nil {
		return nil
	}
	return new(t.GetSeconds())
}
