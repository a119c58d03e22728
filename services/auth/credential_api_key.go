package auth

import (
	"context"
	"crypto/subtle"
	"errors"

	"github.com/ventanilla/ventanilla/pkg/opaquejwt"
	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
	"github.com/ventanilla/ventanilla/services/auth/internal/apikey"
	"github.com/ventanilla/ventanilla/services/auth/internal/directory"
	"github.com/ventanilla/ventanilla/services/auth/internal/store"
)

// authenticateByKey finds the client of those served that an API key belongs to, which must be the named one
// unless id is empty. The key has what both it and the client have now. It fails with CREDENTIAL_INVALID.
func (s *tokenService) authenticateByKey(ctx context.Context, text, id string, of served) (proven, error) {
	now := s.now()
	key, right, err := s.findKey(ctx, text)
	if err != nil {
		return proven{}, err
	}
	client, err := s.view.StoredClient(ctx, key.ClientID)
	if errors.Is(err, sqlstore.ErrNotFound) {
		client = &directory.Client{Client: store.Client{Disabled: true}}
	} else if err != nil {
		return proven{}, sqlstore.Failure(err, "looking up a client")
	}
	over := !key.ExpiresAt.IsZero() && !now.Before(key.ExpiresAt)
	if !right || over || !takesKeys(client.Client) || client.Disabled ||
		!of.has(client.Client) || id != "" && id != client.ID {
		return proven{}, refusedKey(client, right, over)
	}
	s.keyUse.note(key.ID, now)
	scopes := s.scopes(client.Client)
	if len(key.Scopes) > 0 {
		scopes = intersect(scopes, union(s.config.FamilyScopes[client.Family], key.Scopes))
	}
	return proven{client: client, scopes: scopes, keyID: key.ID, expires: key.ExpiresAt}, nil
}

// findKey finds the API key of a text, whatever its form, and tells whether the text is right; a key that is nobody's when there is
// none. It fails with CREDENTIAL_INVALID for what has the form of no key.
func (s *tokenService) findKey(ctx context.Context, text string) (key store.APIKey, right bool, err error) {
	var hash []byte
	if id, secret, ok := apikey.Parse(text); ok {
		hash = secret
		key, err = s.store.APIKey(ctx, id)
	} else if whole, ok := opaquejwt.Hash(text); ok {
		hash = whole[:]
		key, err = s.store.APIKeyOfText(ctx, hash)
	} else {
		return store.APIKey{}, false, refused() // the forms of keys are no secret
	}
	if errors.Is(err, sqlstore.ErrNotFound) {
		key, err = store.APIKey{SecretHash: store.NoSecret()}, nil
	}
	return key, subtle.ConstantTimeCompare(key.SecretHash, hash) == 1, sqlstore.Failure(err, "looking up an API key")
}

// refusedKey is refusedFor an API key, of a client that is nobody when there is no such key.
func refusedKey(client *directory.Client, right, over bool) error {
	switch {
	case client.ID == "" || !right:
		return refusedFor(unknownClient, reasonKey)
	case over:
		return refusedFor(client.ID, reasonKeyOver)
	case client.Disabled:
		return refusedFor(client.ID, reasonDisabled)
	}
	return refusedFor(client.ID, reasonOther)
}

// takesKeys tells whether a client may have API keys: one with keys of its own authenticates with them alone.
func takesKeys(client store.Client) bool { return len(client.PublicKeys) == 0 }
