package credential

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"slices"
	"time"

	"github.com/maypok86/otter/v2"
	"google.golang.org/grpc"

	"github.com/ventanilla/ventanilla/pkg/authn"
	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
)

const (
	// maxKept bounds how long an exchange is used again.
	maxKept = time.Minute
	// maxEntries bounds the exchanges kept.
	maxEntries = 1 << 14
	// expiryMargin keeps an internal token from ending on its way to the service.
	expiryMargin = time.Second
	// behind is how far the replica of auth that was asked may have been behind the one that tells of changes.
	behind = time.Second
	// exchangeTimeout bounds an exchange that several callers wait for.
	exchangeTimeout = 5 * time.Second
)

// Auth is what the auth service does for this package.
type Auth interface {
	Exchange(ctx context.Context, in *authv1.ExchangeRequest, opts ...grpc.CallOption) (*authv1.ExchangeResponse, error)
}

// Revocations is a view of what is revoked.
type Revocations interface {
	// Fresh tells whether the view may be relied on now.
	Fresh() bool
	// Revoked tells whether the principal's credential is void.
	Revoked(principal *authv1.Principal) bool
	// Changed tells whether the registration of the principal's client has changed since a time of the last minute.
	Changed(principal *authv1.Principal, since time.Time) bool
}

// Limits bound what callers do. They find the caller by the context of its request.
type Limits interface {
	// Admit fails with RATE_LIMITED while too many of the caller's credentials did not hold.
	Admit(ctx context.Context) error
	// Failed counts a credential that did not hold.
	Failed(ctx context.Context)
	// Charge counts a call of a client. It fails with RATE_LIMITED beyond the client's limit.
	Charge(ctx context.Context, caller *authv1.Principal) error
}

// Caller is who a credential belongs to, with the internal token that says so to services.
type Caller struct {
	// Token is the internal token. It must not be logged.
	Token string
	// Principal is who it is.
	Principal *authv1.Principal
	// again exchanges the credential anew; nil when that was just done.
	again func(context.Context) (Caller, error)
}

// Exchanger exchanges credentials, each once: an exchange is kept for a minute
// under the credential's hash, unless the credential ends or is revoked, its client is changed, or the key of the internal
// token retired, before. Failures are not kept, so that a new client works at once; but a caller with many
// is not let ask auth for a while, other than about credentials known to be good.
// An assertion holds for one exchange, and nothing of it is kept.
type Exchanger struct {
	auth        Auth
	revocations Revocations
	limits      Limits
	clock       func() time.Time
	cache       *otter.Cache[key, entry]
}

type key [sha256.Size]byte

type entry struct {
	caller Caller
	signer *authv1.Principal // the key of the internal token
	asked  time.Time
	until  time.Time
}

// NewExchanger asks auth, bounds what it keeps by revocations, and callers by limits.
func NewExchanger(auth Auth, revocations Revocations, limits Limits, clock func() time.Time) (*Exchanger, error) {
	cache, err := newCache[entry]()
	if err != nil {
		return nil, err
	}
	return &Exchanger{auth: auth, revocations: revocations, limits: limits, clock: clock, cache: cache}, nil
}

func newCache[V any]() (*otter.Cache[key, V], error) {
	cache, err := otter.New(&otter.Options[key, V]{
		MaximumSize: maxEntries,
		// Upkeep runs in the caller, so that no goroutine is left to nobody.
		Executor: func(task func()) { task() },
	})
	if err != nil {
		return nil, fmt.Errorf("making the credential cache: %w", err)
	}
	return cache, nil
}

// Exchange returns the caller behind a credential, with an internal token for the
// role audience, and counts a call of its client. A credential of another client
// than one of those is refused as if unknown. It fails with CREDENTIAL_MISSING,
// CREDENTIAL_INVALID, RATE_LIMITED, and with UNAVAILABLE or DEADLINE_EXCEEDED when
// auth cannot be asked and has to be.
func (e *Exchanger) Exchange(ctx context.Context, c Credential, audience string, of Clients) (Caller, error) {
	request, err := newRequest(c, audience, of)
	if err != nil {
		return Caller{}, err
	}
	return e.charged(ctx, request, c, hash(c, audience, of))
}

// charged makes an exchange, or takes the one that is kept, and counts the call.
func (e *Exchanger) charged(ctx context.Context, request *authv1.ExchangeRequest, c Credential, k key) (Caller, error) {
	caller, err := e.exchange(ctx, request, c, k)
	if err != nil {
		if rpcerr.Reason(err) == errorsv1.Reason_REASON_CREDENTIAL_INVALID {
			e.limits.Failed(ctx)
		}
		return Caller{}, err
	}
	if err := e.limits.Charge(ctx, caller.Principal); err != nil {
		return Caller{}, err
	}
	return caller, nil
}

func (e *Exchanger) exchange(ctx context.Context, request *authv1.ExchangeRequest, c Credential, k key) (Caller, error) {
	kept, good := e.cache.GetIfPresent(k)
	if good && !e.holds(kept) {
		e.cache.Invalidate(k)
		good = false
	}
	fresh := e.revocations.Fresh()
	if good && fresh {
		return e.kept(kept.caller, k, request), nil
	}
	if !good {
		if err := e.limits.Admit(ctx); err != nil {
			return Caller{}, err
		}
	}
	if c.Scheme == Assertion {
		return e.once(ctx, request, c.ClientID)
	}
	if !fresh {
		asked, err := e.ask(ctx, request)
		return asked.caller, err
	}
	mine := false
	got, err := e.cache.Get(ctx, k, otter.LoaderFunc[key, entry](func(ctx context.Context, _ key) (entry, error) {
		mine = true
		// Others may be waiting for this exchange: it must not end because the first of them goes away.
		shared, cancel := context.WithTimeout(context.WithoutCancel(ctx), exchangeTimeout)
		defer cancel()
		return e.ask(shared, request)
	}))
	if err != nil {
		return Caller{}, err
	}
	if e.revocations.Revoked(got.caller.Principal) {
		e.cache.Invalidate(k)
		return Caller{}, errInvalid()
	}
	if !mine {
		return e.kept(got.caller, k, request), nil
	}
	return got.caller, nil
}

// holds tells whether a kept exchange may be used again. Its secret may have been given an end since, or its client
// another limit.
func (e *Exchanger) holds(kept entry) bool {
	p := kept.caller.Principal
	return e.clock().Before(kept.until) && !e.revocations.Revoked(p) && !e.revocations.Revoked(kept.signer) &&
		!e.revocations.Changed(p, kept.asked.Add(-behind))
}

// kept makes the caller of an exchange that was not made for it.
func (e *Exchanger) kept(caller Caller, k key, request *authv1.ExchangeRequest) Caller {
	caller.again = func(ctx context.Context) (Caller, error) {
		got, err := e.ask(ctx, request)
		if err != nil {
			e.cache.Invalidate(k)
			return Caller{}, err
		}
		e.cache.Set(k, got)
		return got.caller, nil
	}
	return caller
}

// once exchanges an assertion, of the client if one is named.
func (e *Exchanger) once(ctx context.Context, request *authv1.ExchangeRequest, clientID string) (Caller, error) {
	got, err := e.ask(ctx, request)
	if err != nil {
		return Caller{}, err
	}
	if clientID != "" && clientID != got.caller.Principal.GetClientId() || e.revocations.Revoked(got.caller.Principal) {
		return Caller{}, errInvalid()
	}
	return got.caller, nil
}

func (e *Exchanger) ask(ctx context.Context, request *authv1.ExchangeRequest) (entry, error) {
	asked := e.clock()
	response, err := e.auth.Exchange(ctx, request)
	if err != nil {
		return entry{}, failure(err)
	}
	until := response.GetExpiresAt().AsTime().Add(-expiryMargin)
	if limit := asked.Add(maxKept); limit.Before(until) {
		until = limit
	}
	token := response.GetInternalToken()
	return entry{
		Caller{Token: token, Principal: response.GetPrincipal()}, &authv1.Principal{KeyId: authn.SignedWith(token)}, asked, until,
	}, nil
}

// failure is why an exchange failed. Of the fields, only a citizen's are the caller's to mend: what else is too long or blank is
// nobody's credential.
func failure(err error) error {
	switch rpcerr.Reason(err) {
	case errorsv1.Reason_REASON_FIELD_MISSING, errorsv1.Reason_REASON_FIELD_INVALID:
		if !slices.ContainsFunc(rpcerr.Fields(err), aboutCitizen) {
			return errInvalid()
		}
	}
	return fmt.Errorf("exchanging a credential: %w", err)
}

func newRequest(c Credential, audience string, of Clients) (*authv1.ExchangeRequest, error) {
	request := &authv1.ExchangeRequest{Audience: audience, Families: of.Families, DataSets: of.DataSets}
	switch c.Scheme {
	case Bearer:
		request.Credential = &authv1.ExchangeRequest_BearerToken{BearerToken: c.Token}
	case Basic:
		request.Credential = &authv1.ExchangeRequest_ClientSecret{
			ClientSecret: &authv1.ClientSecret{ClientId: c.ClientID, ClientSecret: c.Secret},
		}
	case Assertion:
		request.Credential = &authv1.ExchangeRequest_ClientAssertion{ClientAssertion: &authv1.ClientAssertion{
			// One attempt a call: gRPC repeats the request as it is, and then it is no replay.
			Assertion: c.Assertion, Audiences: c.Audiences, Attempt: rand.Text(),
		}}
	case APIKey:
		request.Credential = &authv1.ExchangeRequest_ApiKey{ApiKey: c.Token}
	case None:
		return nil, rpcerr.New(errorsv1.Reason_REASON_CREDENTIAL_MISSING, "there is no credential")
	default:
		return nil, errInvalid()
	}
	return request, nil
}

// hash names an exchange. Each part is written with its length, so that no two exchanges share a name.
func hash(c Credential, audience string, of Clients) key { return hashFor(c, Citizen{}, audience, of) }

// hashFor is hash for a citizen.
func hashFor(c Credential, citizen Citizen, audience string, of Clients) key {
	buf := make([]byte, 0, 1024)
	buf = append(buf, byte(c.Scheme))
	for _, part := range []string{c.Token, c.ClientID, c.Secret, citizen.Token, citizen.RUT, audience} {
		buf = binary.AppendUvarint(buf, uint64(len(part)))
		buf = append(buf, part...)
	}
	buf = binary.AppendUvarint(buf, uint64(len(of.Families)))
	for _, family := range of.Families {
		buf = binary.AppendUvarint(buf, uint64(len(family)))
		buf = append(buf, family...)
	}
	for _, set := range of.DataSets {
		buf = binary.AppendUvarint(buf, uint64(set))
	}
	return sha256.Sum256(buf)
}
