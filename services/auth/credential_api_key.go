package auth

import (
	"context"
	"crypto/subtle"
	"errors"

	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
	"github.com/ventanilla/ventanilla/services/auth/internal/apikey"
	"github.com/ventanilla/ventanilla/services/auth/internal/directory"
	"github.com/ventanilla/ventanilla/services/auth/internal/store"
)

// authenticateByKey finds the client of those served that an API key belongs to, which must be the named one
// unless id is empty. The key has what both it and the client have now. It fails with CREDENTIAL_INVALID.
func (s *tokenService) authenticateByKey(ctx context.Context, text, id string, of served) (proven, error) {
	keyID, hash, ok := apikey.Parse(text)
	if !ok {
		return proven{}, refused() // the form of keys is no secret
	}
	now := s.now()
	key, err := s.store.APIKey(ctx, keyID)
	if errors.Is(err, sqlstore.ErrNotFound) {
		key = store.APIKey{SecretHash: store.NoSecret()}
	} else if err != nil {
		return proven{}, sqlstore.Failure(err, "looking up an API key")
	}
	right := subtle.ConstantTimeCompare(key.SecretHash, hash) == 1
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
