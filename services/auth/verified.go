package auth

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"time"

	sqlstore "github.com/ventanilla/ventanilla/pkg/store"

	"github.com/maypok86/otter/v2"

	"github.com/ventanilla/ventanilla/services/auth/internal/accesstoken"
	"github.com/ventanilla/ventanilla/services/auth/internal/directory"
	"github.com/ventanilla/ventanilla/services/auth/internal/keys"
)

const (
	// maxVerified bounds the tokens whose signature is remembered to be right.
	maxVerified = 50_000
	// leeway is how far a replica's clock may be behind the one that issued a token.
	leeway = 5 * time.Second
)

// accessTokens tells which access tokens are in force. A right signature stays
// right, so it is checked once and remembered under the token's hash; everything
// that can change is checked at each call.
type accessTokens struct {
	ring     *keys.Ring
	parser   *accesstoken.Parser
	view     *directory.Directory
	now      func() time.Time
	verified *otter.Cache[[sha256.Size]byte, *signedToken]
}

// signedToken is a token whose signature is right.
type signedToken struct {
	accesstoken.Claims
	epoch int64
}

// accessToken is a token in force, and the client that it was issued to.
type accessToken struct {
	*signedToken
	client *directory.Client
}

func newAccessTokens(ring *keys.Ring, view *directory.Directory, now func() time.Time) (*accessTokens, error) {
	cache, err := otter.New(&otter.Options[[sha256.Size]byte, *signedToken]{
		MaximumSize: maxVerified,
		// Upkeep runs in the caller, so that no goroutine is left to nobody.
		Executor: func(task func()) { task() },
	})
	if err != nil {
		return nil, fmt.Errorf("making the cache of verified tokens: %w", err)
	}
	return &accessTokens{ring, accesstoken.NewParser(ring.Access), view, now, cache}, nil
}

// inForce reads a token. It fails with errVoid when the token is malformed, forged,
// over, not begun, revoked, its client's no more, or of a retired key.
func (a *accessTokens) inForce(ctx context.Context, text string) (accessToken, error) {
	if err := a.view.Ensure(ctx); err != nil { // the ring is as current as the view
		return accessToken{}, sqlstore.Failure(err, "following the store")
	}
	token, err := a.verify(ctx, text)
	if err != nil {
		return accessToken{}, err
	}
	now := a.now()
	if !now.Before(token.Expires) || now.Add(leeway).Before(token.IssuedAt) {
		return accessToken{}, errVoid
	}
	client, err := clientInForce(ctx, a.view, token.ClientID, token.epoch)
	if err != nil {
		return accessToken{}, err
	}
	revoked, err := a.view.TokenRevoked(ctx, token.ID)
	if err != nil {
		return accessToken{}, sqlstore.Failure(err, "looking up a revocation")
	}
	if revoked {
		return accessToken{}, errVoid
	}
	return accessToken{token, client}, nil
}

// forget empties the cache. What a busy replica issues and checks between two calls has room, so that the
// cache, which keeps what was asked for often, does not turn new tokens away for old ones.
func (a *accessTokens) forget() { a.verified.InvalidateAll() }

// issued remembers a token that this replica has just signed: it needs no proof.
func (a *accessTokens) issued(text string, claims accesstoken.Claims, epoch int64) {
	a.verified.Set(hashToken(text), &signedToken{claims, epoch})
}

func hashToken(text string) [sha256.Size]byte {
	var buffer [2 << 10]byte // a usual token fits, and need not go to the heap
	return sha256.Sum256(append(buffer[:0], text...))
}

func (a *accessTokens) verify(ctx context.Context, text string) (*signedToken, error) {
	if len(text) > accesstoken.MaxSize {
		return nil, errVoid
	}
	hash := hashToken(text)
	if token, ok := a.verified.GetIfPresent(hash); ok && a.ring.Access(token.KeyID) != nil {
		return token, nil
	}
	claims, err := a.parse(ctx, text)
	if err != nil && !errors.Is(err, accesstoken.ErrInvalid) {
		return nil, sqlstore.Failure(err, "looking up a signing key")
	}
	if err != nil {
		return nil, errVoid
	}
	epoch, ok := accesstoken.Epoch(claims.ID)
	if !ok {
		return nil, errVoid
	}
	token := &signedToken{claims, epoch}
	a.verified.Set(hash, token)
	return token, nil
}

// parse looks a key that the ring does not have up in the store before it calls it unknown. What many strangers can
// cost so is bounded by the view: they share its looks.
func (a *accessTokens) parse(ctx context.Context, text string) (accesstoken.Claims, error) {
	claims, err := a.parser.Parse(text)
	if !errors.Is(err, accesstoken.ErrUnknownKey) || a.ring.Known(claims.KeyID) {
		return claims, err
	}
	if err := a.view.Poll(ctx); err != nil {
		return accesstoken.Claims{}, err
	}
	return a.parser.Parse(text)
}
