package integration

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"sync/atomic"
	"time"

	"golang.org/x/net/http/httpguts"

	"github.com/ventanilla/ventanilla/pkg/egress"
)

const (
	// maxToken bounds a token, in bytes, and maxTokenLife how long it is used.
	maxToken     = 8 << 10
	maxTokenLife = 24 * time.Hour
)

// token is one of the authorization step, as its header carries it.
type token struct {
	value string
	until time.Time // zero for one that is used once
}

// tokens keeps the token of an integration. Who needs one while another fetches it waits for that.
type tokens struct {
	turn chan struct{} // full while somebody has it
	kept token         // to be touched by who has the turn
	// single says that tokens are used once: nobody need wait.
	single *atomic.Bool
}

func newTokens() tokens { return tokens{turn: make(chan struct{}, 1), single: new(atomic.Bool)} }

// token is one to call with, other than the one that is stale; shared tells whether it was there before. It is empty when the integration has no such step.
func (r *run) token(ctx context.Context, stale string) (value string, shared bool, err error) {
	if r.in.Authorization == nil {
		return "", false, nil
	}
	t := &r.line.tokens
	if t.single.Load() {
		fetched, err := r.fetch(ctx)
		if err == nil {
			t.single.Store(fetched.until.IsZero())
		}
		return fetched.value, false, err
	}
	select {
	case t.turn <- struct{}{}:
		defer func() { <-t.turn }()
	case <-ctx.Done():
		return "", false, &Fault{Kind: Away, Step: stepAuthorization, Why: "time ran out"}
	}
	if t.kept.value != stale && t.kept.until.After(r.now()) {
		return t.kept.value, true, nil
	}
	fetched, err := r.fetch(ctx)
	if err != nil {
		return "", false, err
	}
	t.kept = fetched
	t.single.Store(fetched.until.IsZero())
	return fetched.value, false, nil
}

// fetch gets a token.
func (r *run) fetch(ctx context.Context) (token, error) {
	step := r.in.Authorization
	request, err := r.authorizing(ctx, step)
	if err != nil {
		return token{}, err
	}
	began := r.now()
	got, err := r.call(ctx, stepAuthorization, request)
	if err != nil {
		return token{}, err
	}
	header, prefix := step.carried()
	value, ok := textAt(got.object, step.pointer())
	if !ok || len(value) > maxToken || !httpguts.ValidHeaderFieldValue(prefix+value) {
		return token{}, r.reject(stepAuthorization, got.status, "there is no token where the answer should have it, or none that "+header+" can carry")
	}
	fetched := token{value: prefix + value}
	if life := min(step.life(got.object), maxTokenLife); life > 0 {
		fetched.until = began.Add(life)
	}
	return fetched, nil
}

func (r *run) authorizing(ctx context.Context, step *Authorization) (*http.Request, error) {
	body, kind := []byte(asForm(step.Parameters)), "application/x-www-form-urlencoded"
	if step.JSON {
		var err error
		if body, err = asObject(step.Parameters); err != nil {
			return nil, err
		}
		kind = jsonType
	}
	request, err := egress.NewRequest(ctx, http.MethodPost, step.URL, body)
	if err != nil {
		return nil, unanswered(stepAuthorization, err)
	}
	request.Header.Set("Content-Type", kind)
	request.Header.Set("Accept", jsonType)
	carry(request, step.Headers)
	return request, nil
}

// carried is the header of the token, and what comes before it there.
func (a *Authorization) carried() (header, prefix string) {
	switch {
	case a.Header == "" && a.Prefix == "", http.CanonicalHeaderKey(a.Header) == authorizationHeader && a.Prefix == "":
		return authorizationHeader, "Bearer "
	case a.Header == "":
		return authorizationHeader, a.Prefix
	}
	return a.Header, a.Prefix
}

func (a *Authorization) pointer() string {
	if a.Token == "" {
		return "/access_token"
	}
	return a.Token
}

// life is how long a token is used; 0 for once. expires_in is a number of seconds (RFC 6749, 5.1), or the same in quotes.
func (a *Authorization) life(object json.RawMessage) time.Duration {
	if a.LifeSeconds > 0 {
		return time.Duration(a.LifeSeconds) * time.Second
	}
	raw, ok := member(object, "expires_in")
	if !ok {
		return 0
	}
	var seconds json.Number
	if json.Unmarshal(raw, &seconds) != nil {
		return 0
	}
	whole, err := strconv.ParseUint(seconds.String(), 10, 31)
	if err != nil {
		return 0
	}
	return time.Duration(whole) * time.Second
}
