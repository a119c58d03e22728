package auth

import (
	"context"
	"crypto/ecdsa"
	"errors"
	"fmt"
	"time"

	sqlstore "github.com/ventanilla/ventanilla/pkg/store"

	"github.com/ventanilla/ventanilla/pkg/authn"
	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
	"github.com/ventanilla/ventanilla/services/auth/internal/accesstoken"
	"github.com/ventanilla/ventanilla/services/auth/internal/keys"
	"github.com/ventanilla/ventanilla/services/auth/internal/store"
)

// active is the key that signs now, for all that a replica can know: as of a second ago at most.
func (s *Service) active(ctx context.Context, use store.Use) (*keys.Key, error) {
	if err := s.view.Ensure(ctx); err != nil {
		return nil, sqlstore.Failure(err, "following the store")
	}
	key, err := s.ring.Active(use)
	if err != nil {
		return nil, keyAway(err)
	}
	return key, nil
}

// signAccess signs an access token, after the store knows when it ends, and notes the key in its claims. A key that was
// retired since this replica last looked signs nothing: the one after it does.
func (s *Service) signAccess(ctx context.Context, claims *accesstoken.Claims, use store.Use) (string, error) {
	key, err := s.active(ctx, use)
	if err != nil {
		return "", err
	}
	err = s.noteEnd(ctx, key, *claims)
	if errors.Is(err, store.ErrKeyRetired) {
		if err = s.view.Poll(ctx); err != nil {
			return "", sqlstore.Failure(err, "following the store")
		}
		if key, err = s.active(ctx, use); err != nil {
			return "", err
		}
		err = s.noteEnd(ctx, key, *claims)
	}
	if err != nil {
		return "", sqlstore.Failure(err, "noting the end of a token")
	}
	claims.KeyID = key.KID
	return accesstoken.Sign(*claims, key.Signing())
}

// signInternal signs an internal token.
func (s *Service) signInternal(ctx context.Context, claims authn.Claims) (string, error) {
	key, err := s.active(ctx, store.UseInternal)
	if err != nil {
		return "", err
	}
	private, ok := key.Signing().Signer.(*ecdsa.PrivateKey)
	if !ok {
		return "", fmt.Errorf("the key %s signs with %s, not with ES256", key.KID, key.Alg)
	}
	return authn.Sign(private, key.KID, claims)
}

// noteEnd tells the store when a key's last token ends, and then some: the tokens after this one need not be told of.
func (s *Service) noteEnd(ctx context.Context, key *keys.Key, claims accesstoken.Claims) error {
	if key.Noted(claims.Expires) {
		return nil
	}
	life := claims.Expires.Sub(claims.IssuedAt)
	end := claims.Expires.Add(max(time.Minute, life/8))
	if err := s.store.NoteTokenEnd(ctx, key.KID, end); err != nil {
		return err
	}
	key.NoteEnd(end)
	return nil
}

// keyAway is the answer when a private key cannot be opened, as while replicas are given a new key-encryption key:
// another replica may do better.
func keyAway(err error) error {
	return rpcerr.Wrap(errorsv1.Reason_REASON_UNAVAILABLE, fmt.Errorf("finding a signing key: %w", err),
		"a signing key is not available", rpcerr.RetryAfter(retryAfter))
}
