package fcm

import (
	"context"
	"net/http"
	"sync/atomic"
	"time"

	"golang.org/x/oauth2"
	"golang.org/x/oauth2/jwt"
)

// early is how long before a token's end the next is fetched.
const early = time.Minute

// tokens keeps an access token. Whoever finds none fetches one, while others wait for it, each no longer than its own context.
type tokens struct {
	source  *jwt.Config
	http    *http.Client
	now     func() time.Time
	turn    chan struct{} // of who fetches
	current atomic.Pointer[oauth2.Token]
}

func newTokens(source *jwt.Config, client *http.Client, now func() time.Time) *tokens {
	return &tokens{source: source, http: client, now: now, turn: make(chan struct{}, 1)}
}

// token returns one that is good for a while.
func (t *tokens) token(ctx context.Context) (*oauth2.Token, error) {
	if token := t.fresh(); token != nil {
		return token, nil
	}
	select {
	case t.turn <- struct{}{}:
		defer func() { <-t.turn }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if token := t.fresh(); token != nil {
		return token, nil
	}
	// The library passes no context on with its request.
	client := &http.Client{Transport: bound{ctx, t.http.Transport}, CheckRedirect: t.http.CheckRedirect}
	token, err := t.source.TokenSource(context.WithValue(ctx, oauth2.HTTPClient, client)).Token()
	if err != nil {
		return nil, err
	}
	t.current.Store(token)
	return token, nil
}

// fresh is the token that is kept, nil when there is none or it ends soon.
func (t *tokens) fresh() *oauth2.Token {
	token := t.current.Load()
	if token == nil || token.AccessToken == "" || !token.Expiry.IsZero() && t.now().Add(early).After(token.Expiry) {
		return nil
	}
	return token
}

// refused forgets a token that FCM does not take.
func (t *tokens) refused(token *oauth2.Token) { t.current.CompareAndSwap(token, nil) }

// bound gives requests a context.
type bound struct {
	ctx  context.Context
	base http.RoundTripper
}

// RoundTrip makes a request that ends with the context.
func (b bound) RoundTrip(r *http.Request) (*http.Response, error) {
	return b.base.RoundTrip(r.WithContext(b.ctx))
}
