package authn

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/maypok86/otter/v2"

	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
)

// maxVerified bounds the verified tokens that are remembered.
const maxVerified = 10_000

// View tells what has been revoked, as far as it has heard.
type View interface {
	// Fresh tells whether the view may be relied on.
	Fresh() bool
	// Revoked tells whether the view knows that the principal's credential is void.
	Revoked(*authv1.Principal) bool
}

// Checker asks whether a principal's credential is void when the view may not be relied on.
type Checker func(ctx context.Context, p *authv1.Principal) (revoked bool, err error)

// VerifierOptions is what a Verifier works with. Checker may be nil, all else is needed.
type VerifierOptions struct {
	// Issuer is who must have made the tokens.
	Issuer string
	// Audience is the role that verifies.
	Audience string
	Keys     KeySource
	View     View
	Checker  Checker
	Now      func() time.Time
}

// Verifier checks internal tokens. Its methods may be called concurrently.
type Verifier struct {
	opts   VerifierOptions
	parser *jwt.Parser
	keys   *keyCache
	// verified remembers tokens by their SHA-256, so that the cache holds no credential.
	verified *otter.Cache[[sha256.Size]byte, verified]
}

type verified struct {
	claims *Claims
	// Neither may be revoked: the caller, and the key that signed the internal token itself.
	caller, signer *authv1.Principal
}

// NewVerifier makes a verifier; it fails when an option is missing.
func NewVerifier(opts VerifierOptions) (*Verifier, error) {
	if opts.Issuer == "" || opts.Audience == "" || opts.Keys == nil || opts.View == nil || opts.Now == nil {
		return nil, errors.New("verifier of internal tokens: issuer, audience, keys, view and clock are all needed")
	}
	cache, err := otter.New(&otter.Options[[sha256.Size]byte, verified]{
		MaximumSize: maxVerified,
		// Upkeep runs in the caller, so that no goroutine is left to nobody.
		Executor: func(task func()) { task() },
	})
	if err != nil {
		return nil, fmt.Errorf("making the cache of verified tokens: %w", err)
	}
	return &Verifier{
		opts:     opts,
		parser:   parser(opts.Issuer, opts.Audience, opts.Now),
		keys:     newKeyCache(opts.Keys, opts.Now),
		verified: cache,
	}, nil
}

// Verify tells who the caller is. It fails with CREDENTIAL_INVALID, and with UNAVAILABLE when neither
// view nor checker can tell whether the token is revoked or the keys cannot be had.
func (v *Verifier) Verify(ctx context.Context, token string) (*Claims, error) {
	var buffer [2 << 10]byte // a usual token fits, and need not go to the heap
	sum := sha256.Sum256(append(buffer[:0], token...))
	known, ok := v.verified.GetIfPresent(sum)
	if !ok {
		claims, kid, err := v.parse(ctx, token)
		if err != nil {
			return nil, err
		}
		known = verified{claims, claims.Principal(), &authv1.Principal{KeyId: kid}}
		v.verified.Set(sum, known)
	}
	if v.opts.Now().Unix() >= known.claims.ExpiresAt {
		v.verified.Invalidate(sum)
		return nil, invalid(errors.New("expired"))
	}
	for _, p := range []*authv1.Principal{known.caller, known.signer} {
		if err := v.checkRevoked(ctx, p); err != nil {
			return nil, err
		}
	}
	return known.claims, nil
}

func (v *Verifier) parse(ctx context.Context, token string) (_ *Claims, kid string, err error) {
	if !compact(token) {
		return nil, "", invalid(errMalformed)
	}
	var claims tokenClaims
	var keyErr error
	_, err = v.parser.ParseWithClaims(token, &claims, func(t *jwt.Token) (any, error) {
		var err error
		if kid, err = keyID(t); err != nil {
			return nil, err
		}
		key, err := v.keys.key(ctx, kid)
		if err != nil && !errors.Is(err, errUnknownKey) {
			keyErr = err
		}
		return key, err
	})
	if keyErr != nil {
		return nil, "", unavailable(keyErr)
	}
	if err != nil {
		return nil, "", invalid(err)
	}
	if err := claims.checkLife(v.opts.Now()); err != nil {
		return nil, "", invalid(err)
	}
	return &claims.Claims, kid, nil
}

func (v *Verifier) checkRevoked(ctx context.Context, p *authv1.Principal) error {
	// Asked first: a view that goes stale meanwhile was still good at this moment.
	fresh := v.opts.View.Fresh()
	revoked := v.opts.View.Revoked(p)
	if !revoked && !fresh {
		if v.opts.Checker == nil {
			return unavailable(errors.New("revocations have not been heard of lately"))
		}
		var err error
		if revoked, err = v.opts.Checker(ctx, p); err != nil {
			return unavailable(fmt.Errorf("asking whether the credential is revoked: %w", err))
		}
	}
	if revoked {
		return invalid(errors.New("revoked"))
	}
	return nil
}
