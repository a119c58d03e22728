package auth

import (
	"context"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
	"github.com/ventanilla/ventanilla/services/auth/internal/accesstoken"
)

// IssueToken answers the client-credentials grant.
func (s *tokenService) IssueToken(ctx context.Context, req *authv1.IssueTokenRequest) (*authv1.IssueTokenResponse, error) {
	who, err := s.authenticateAsked(ctx, req)
	if err != nil {
		return nil, err
	}
	client := who.client
	scopes, err := grant(who.scopes, req.GetScopes())
	if err != nil {
		return nil, err
	}
	now := s.now()
	issued := now.Truncate(time.Second)
	claims := accesstoken.Claims{
		ClientID: client.ID,
		ID:       accesstoken.NewID(client.Epoch),
		IssuedAt: issued,
		Expires:  issued.Add(client.TokenLife),
		Scopes:   scopes,
	}
	token, err := accesstoken.Sign(claims, s.keys.Access.ID, s.keys.Access.Key)
	if err != nil {
		return nil, err
	}
	s.tokens.issued(token, claims, client.Epoch)
	return &authv1.IssueTokenResponse{
		AccessToken: token,
		ExpiresAt:   timestamppb.New(claims.Expires),
		ExpiresIn:   secondsLeft(now, claims.Expires),
		Scopes:      scopes,
	}, nil
}

// secondsLeft counts whole seconds. The one under way is gone before the answer
// arrives, so that a year is announced as 31535999 seconds.
func secondsLeft(now, end time.Time) int64 {
	return max(0, int64((end.Sub(now)-1)/time.Second))
}
