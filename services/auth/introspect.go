package auth

import (
	"context"
	"errors"
	"slices"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/ventanilla/ventanilla/pkg/authn"
	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
	"github.com/ventanilla/ventanilla/services/auth/internal/accesstoken"
	"github.com/ventanilla/ventanilla/services/auth/internal/directory"
)

// tokenType is how access tokens are used (RFC 6750).
const tokenType = "Bearer"

// Introspect tells what the calling client may know of a token.
func (s *tokenService) Introspect(ctx context.Context, req *authv1.IntrospectRequest) (*authv1.IntrospectResponse, error) {
	caller, err := s.caller(ctx)
	if err != nil {
		return nil, err
	}
	answer, err := s.introspect(ctx, caller, req.GetToken())
	if err != nil || !req.GetSigned() {
		return answer, err
	}
	answer.SignedResponse, err = s.signIntrospection(ctx, caller, answer)
	if err != nil {
		return nil, err
	}
	return answer, nil
}

func (s *tokenService) introspect(ctx context.Context, caller *directory.Client, text string) (*authv1.IntrospectResponse, error) {
	token, err := s.tokens.inForce(ctx, text)
	if errors.Is(err, errVoid) || err == nil && !maySee(caller, token.client) {
		return &authv1.IntrospectResponse{}, nil
	}
	if err != nil {
		return nil, err
	}
	issued := timestamppb.New(token.IssuedAt)
	var subject string
	if token.Form == accesstoken.InternalForm {
		subject = token.ClientID // RFC 9068, 2.2
	}
	// Client credentials have no person behind them: username stays empty, and the subject of other tokens, whatever the
	// caller may know. What a token of PartyForm calls its subject is the client.
	return &authv1.IntrospectResponse{
		Active:       true,
		Scopes:       scopesFor(caller, token),
		ClientId:     token.ClientID,
		Subject:      subject,
		TokenType:    tokenType,
		ExpiresAt:    timestamppb.New(token.Expires),
		IssuedAt:     issued,
		NotBefore:    issued,
		Audience:     token.Audience,
		Issuer:       s.config.Issuer,
		TokenId:      token.ID,
		ExtraMembers: token.client.Members,
		MaxAge:       min(int64(s.config.IntrospectionMaxAge/time.Second), secondsLeft(s.now(), token.Expires)),
	}, nil
}

// caller is the client named by the internal token of the call.
func (s *tokenService) caller(ctx context.Context) (*directory.Client, error) {
	claims, ok := authn.FromContext(ctx)
	if !ok || claims.ClientID == "" {
		return nil, rpcerr.New(errorsv1.Reason_REASON_CREDENTIAL_MISSING, "the call names no client")
	}
	client, err := clientInForce(ctx, s.view, claims.ClientID, claims.Epoch)
	if errors.Is(err, errVoid) {
		return nil, refused()
	}
	return client, err
}

// maySee tells whether the caller may know of the tokens of a client: its own, those
// meant for it by the client's registration, or all. None are of another data set.
func maySee(caller, owner *directory.Client) bool {
	return caller.DataSet == owner.DataSet &&
		(caller.ID == owner.ID || caller.IntrospectsAll || slices.Contains(owner.Audiences, caller.ID))
}

// scopesFor is what concerns the caller of a token's scopes.
func scopesFor(caller *directory.Client, token accessToken) []string {
	if caller.ID == token.ClientID || caller.IntrospectsAll {
		return token.Scopes
	}
	return intersect(token.Scopes, caller.ResourceScopes)
}
