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
	"github.com/ventanilla/ventanilla/services/auth/internal/widgettoken"
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

// signing is the active key, after the store knows when the token ends that it is to sign. A key that was retired since this
// replica last looked signs nothing: the one after it does.
func (s *Service) signing(ctx context.Context, use store.Use, issued, expires time.Time) (*keys.Key, error) {
	key, err := s.active(ctx, use)
	if err != nil {
		return nil, err
	}
	err = s.noteEnd(ctx, key, issued, expires)
	if errors.Is(err, store.ErrKeyRetired) {
		if err = s.view.Poll(ctx); err != nil {
			return nil, sqlstore.Failure(err, "following the store")
		}
		if key, err = s.active(ctx, use); err != nil {
			return nil, err
		}
		err = s.noteEnd(ctx, key, issued, expires)
	}
	if err != nil {
		return nil, sqlstore.Failure(err, "noting the end of a token")
	}
	return key, nil
}

// signAccess signs an access token and notes the key in its claims.
func (s *Service) signAccess(ctx context.Context, claims *accesstoken.Claims, use store.Use) (string, error) {
	key, err := s.signing(ctx, use, claims.IssuedAt, claims.Expires)
	if err != nil {
		return "", err
	}
	claims.KeyID = key.KID
	return accesstoken.Sign(*claims, key.Signing())
}

// signWidget signs a widget's token with its client's own key.
func (s *Service) signWidget(ctx context.Context, claims widgettoken.Claims, clientID string) (string, error) {
	key, err := s.signing(ctx, store.UseWidget, claims.IssuedAt, claims.Expires)
	if err != nil {
		return "", err
	}
	secret, err := key.Secret()
	if err != nil {
		return "", err
	}
	own, err := widgettoken.DeriveKey(secret, clientID)
	if err != nil {
		return "", err
	}
	claims.KeyID = key.KID
	return widgettoken.Sign(claims, own)
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
func (s *Service) noteEnd(ctx context.Context, key *keys.Key, issued, expires time.Time) error {
	if key.Noted(expires) {
		return nil
	}
	end := expires.Add(max(time.Minute, expires.Sub(issued)/8))
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
