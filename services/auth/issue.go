package auth

import (
	"cmp"
	"context"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
	"github.com/ventanilla/ventanilla/services/auth/internal/accesstoken"
	"github.com/ventanilla/ventanilla/services/auth/internal/directory"
	"github.com/ventanilla/ventanilla/services/auth/internal/keys"
	"github.com/ventanilla/ventanilla/services/auth/internal/store"
)

// IssueToken answers the client-credentials grant. The issue is in the admin log before the answer leaves.
func (s *tokenService) IssueToken(ctx context.Context, req *authv1.IssueTokenRequest) (*authv1.IssueTokenResponse, error) {
	who, err := s.authenticateAsked(ctx, req)
	if err != nil {
		return nil, s.refusals.note(err)
	}
	client := who.client
	if client.Kind == store.KindWidget { // it acts for the citizen who looks at it, never in its own name
		return nil, rpcerr.New(errorsv1.Reason_REASON_GRANT_NOT_ALLOWED, "widgets get no tokens by client credentials")
	}
	quota, err := s.charge(ctx, client)
	if err != nil {
		return nil, err
	}
	scopes, err := grant(who.scopes, s.config.FamilyScopes[client.Family], req.GetScopes())
	if err != nil {
		return nil, err
	}
	now := s.now()
	claims := s.claims(client, req, now.Truncate(time.Second))
	claims.Scopes = scopes
	recording, err := s.recordIssue(ctx, &claims, cmp.Or(client.TokenAlgorithm, "RS256"), who.keyID)
	if err != nil {
		return nil, err
	}
	token, err := s.signAccess(ctx, &claims, keys.AccessUse(client.TokenAlgorithm))
	if err != nil {
		return nil, err
	}
	if err := recording.Wait(); err != nil {
		return nil, unrecorded(err)
	}
	s.tokens.issued(token, claims, client.Epoch)
	return &authv1.IssueTokenResponse{
		AccessToken: token,
		ExpiresAt:   timestamppb.New(claims.Expires),
		ExpiresIn:   secondsLeft(now, claims.Expires),
		Scopes:      scopes,
		Quota:       quota,
	}, nil
}

// claims are those of a new token, but for its scopes.
func (s *tokenService) claims(client *directory.Client, req *authv1.IssueTokenRequest, issued time.Time) accesstoken.Claims {
	life := client.TokenLife
	if req.GetLife() != nil {
		life = req.GetLife().AsDuration().Truncate(time.Second)
	}
	claims := accesstoken.Claims{
		Issuer:   s.config.Issuer,
		ClientID: client.ID,
		Audience: s.audience(client),
		ID:       accesstoken.NewID(client.Epoch),
		IssuedAt: issued,
		Expires:  issued.Add(life),
	}
	switch form := req.GetAuthorizedPartyForm(); {
	case form != nil:
		claims.Form, claims.Audience = accesstoken.PartyForm, []string{form.GetAudience()}
		claims.Subject = client.ID + "@" + form.GetSubjectRealm()
	case client.Kind == store.KindInternal:
		claims.Form = accesstoken.InternalForm
	}
	return claims
}

// audience is whom a client's tokens are meant for. Those of partners name the client itself; internal ones the resource
// servers of its registration, or the platform when there are none.
func (s *tokenService) audience(client *directory.Client) []string {
	switch {
	case client.Kind != store.KindInternal:
		return []string{client.ID}
	case len(client.Audiences) == 0:
		return []string{s.config.Issuer}
	}
	return client.Audiences
}

// secondsLeft counts whole seconds. The one under way is gone before the answer
// arrives, so that a year is announced as 31535999 seconds.
func secondsLeft(now, end time.Time) int64 {
	return max(0, int64((end.Sub(now)-1)/time.Second))
}
