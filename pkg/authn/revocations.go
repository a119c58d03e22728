package authn

import (
	"fmt"
	"log/slog"
	"maps"
	"sync"
	"time"

	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
)

const (
	// silence is how long the view may be relied on after the last message.
	silence = 3 * time.Second
	// sweepEvery is how often revocations of tokens that have ended by themselves are forgotten.
	sweepEvery = time.Minute
	// sweepGrace keeps them a little longer, for a verifier whose clock is behind.
	sweepGrace = time.Minute
)

// Revocations is a view of what auth has revoked, fed by its WatchRevocations stream (see Run).
// Its size is that of the revocations of tokens and keys still alive, and one entry for each client and operator cut off.
// Its methods may be called concurrently.
type Revocations struct {
	client RevocationWatcher
	now    func() time.Time
	logger *slog.Logger

	mu sync.RWMutex
	// heard is when the last message of a stream that had caught up came.
	heard    time.Time
	caughtUp bool
	cursor   int64
	swept    time.Time
	// tokens holds the ends of life of revoked tokens, keys those of the last tokens of retired keys; zero for none known.
	tokens    map[string]time.Time
	keys      map[string]time.Time
	clients   map[string]int64
	operators map[string]int64
	// changed holds when a client was last heard of.
	changed map[string]time.Time
}

// NewRevocations makes a view that knows nothing and is not fresh until Run has heard from auth.
func NewRevocations(client RevocationWatcher, now func() time.Time, logger *slog.Logger) *Revocations {
	r := &Revocations{client: client, now: now, logger: logger, swept: now()}
	r.forget()
	return r
}

// Fresh tells whether the view was complete and heard from within the last three seconds.
func (r *Revocations) Fresh() bool {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return !r.heard.IsZero() && r.now().Sub(r.heard) < silence
}

// Revoked tells whether the principal's token is revoked, was signed with a key that is retired, or was issued before
// its client's or operator's cut-off.
func (r *Revocations) Revoked(p *authv1.Principal) bool {
	r.mu.RLock()
	defer r.mu.RUnlock()
	if id := p.GetTokenId(); id != "" {
		if _, revoked := r.tokens[id]; revoked {
			return true
		}
	}
	if id := p.GetKeyId(); id != "" {
		if _, retired := r.keys[id]; retired {
			return true
		}
	}
	if id := p.GetClientId(); id != "" && p.GetEpoch() < r.clients[id] {
		return true
	}
	name := p.GetOperator()
	return name != "" && p.GetEpoch() < r.operators[name]
}

// Changed tells whether the client behind a principal has been heard of since a time: its registration changed, and
// what was learnt of its credentials before may hold no more, though they may be in force. Changes are remembered for a
// minute.
func (r *Revocations) Changed(p *authv1.Principal, since time.Time) bool {
	r.mu.RLock()
	defer r.mu.RUnlock()
	last, ok := r.changed[p.GetClientId()]
	return ok && !last.Before(since)
}

// begin is called for each new stream: until it has caught up, only what an earlier one told keeps the view fresh.
func (r *Revocations) begin() (cursor int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.caughtUp = false
	return r.cursor
}

// apply takes one message of the stream. A heartbeat ends the snapshot: the messages before it may be parts
// of one, and a view that has only some of them must not be called fresh. On an error the stream must be given
// up: a revocation that is not understood cannot be honoured.
func (r *Revocations) apply(m *authv1.WatchRevocationsResponse) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	now := r.now()
	if m.GetReset_() {
		r.forget()
		r.caughtUp, r.heard = false, time.Time{}
	}
	for _, revocation := range m.GetRevocations() {
		if err := r.add(revocation, now); err != nil {
			return err
		}
	}
	r.cursor = m.GetCursor()
	if len(m.GetRevocations()) == 0 && !m.GetReset_() {
		r.caughtUp = true
	}
	if r.caughtUp {
		r.heard = now
	}
	r.sweep(now)
	return nil
}

func (r *Revocations) forget() {
	r.tokens = make(map[string]time.Time)
	r.keys = make(map[string]time.Time)
	r.clients = make(map[string]int64)
	r.operators = make(map[string]int64)
	r.changed = make(map[string]time.Time)
}

func (r *Revocations) add(revocation *authv1.Revocation, now time.Time) error {
	key, epoch := revocation.GetKey(), revocation.GetEpoch()
	switch revocation.GetKind() {
	case authv1.RevocationKind_REVOCATION_KIND_TOKEN:
		remember(r.tokens, revocation, now)
	case authv1.RevocationKind_REVOCATION_KIND_KEY:
		remember(r.keys, revocation, now)
	case authv1.RevocationKind_REVOCATION_KIND_CLIENT:
		r.changed[key] = now
		if epoch > 0 {
			r.clients[key] = max(r.clients[key], epoch)
		}
	case authv1.RevocationKind_REVOCATION_KIND_OPERATOR:
		r.operators[key] = max(r.operators[key], epoch)
	default:
		return fmt.Errorf("revocation of unknown kind %v", revocation.GetKind())
	}
	return nil
}

func remember(ends map[string]time.Time, revocation *authv1.Revocation, now time.Time) {
	var end time.Time
	if revocation.GetExpiresAt() != nil {
		end = revocation.GetExpiresAt().AsTime()
	}
	if !forgettable(end, now) {
		ends[revocation.GetKey()] = end
	}
}

func (r *Revocations) sweep(now time.Time) {
	if now.Sub(r.swept) < sweepEvery {
		return
	}
	r.swept = now
	over := func(_ string, end time.Time) bool { return forgettable(end, now) }
	maps.DeleteFunc(r.tokens, over)
	maps.DeleteFunc(r.keys, over)
	maps.DeleteFunc(r.changed, func(_ string, last time.Time) bool { return now.Sub(last) > sweepEvery })
}

func forgettable(end, now time.Time) bool {
	return !end.IsZero() && now.After(end.Add(sweepGrace))
}
