package auth_test

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ventanilla/ventanilla/pkg/testkit"
	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
)

// Tokens are issued on each of two replicas and used on both at once, while keys of both kinds are rotated. None is
// refused. Then old keys are retired: their tokens die on both replicas, and no other token does.
func TestKeysRotateUnderLoad(t *testing.T) {
	for name, open := range map[string]func(*testing.T) *platform{
		"SQLite":     func(t *testing.T) *platform { return newPlatform(t) },
		"PostgreSQL": func(t *testing.T) *platform { return openPlatform(t, testkit.Postgres(t), 8) },
	} {
		t.Run(name, func(t *testing.T) {
			p := open(t)
			p.now = time.Now
			replicas := [2]*replica{p.replica(true), p.replica(true)}
			by := replicas[0].security()
			client := replicas[0].register(partner("a"))
			replicas[0].published(by, access, rs256)
			replicas[0].published(by, internal, es256)
			load := begin(replicas, client)

			var doomed []string
			for round := range 4 {
				load.more(t, 10)
				doomed = append(doomed, replicas[round%2].force(by, access, rs256))
				load.more(t, 10)
				if round%2 == 0 {
					replicas[1].force(by, internal, es256)
				}
			}
			load.more(t, 10)
			for i, id := range doomed[:2] {
				replicas[i].retire(by, id)
				load.died(t, id)
			}
			load.more(t, 10)
			load.end(t, doomed[:2])
		})
	}
}

// keyLoad issues tokens and uses them.
type keyLoad struct {
	replicas [2]*replica
	client   registered
	calls    [2]authv1.TokenServiceClient
	callers  [2]context.Context
	stop     context.CancelFunc
	workers  sync.WaitGroup
	done     atomic.Int64

	mu       sync.Mutex
	issued   map[string][]string // tokens by key
	failures []string
}

func begin(replicas [2]*replica, client registered) *keyLoad {
	ctx, stop := context.WithCancel(replicas[0].t.Context())
	l := &keyLoad{replicas: replicas, client: client, stop: stop, issued: map[string][]string{}}
	for i, r := range replicas {
		l.calls[i], l.callers[i] = r.tokens(), r.by(client)
	}
	for i := range replicas {
		l.workers.Go(func() {
			for ctx.Err() == nil {
				l.once(ctx, i)
				l.done.Add(1)
			}
		})
	}
	return l
}

// once issues a token on a replica and uses it on both, as the token asked about and as a credential.
func (l *keyLoad) once(ctx context.Context, on int) {
	issued, err := l.calls[on].IssueToken(ctx, issueRequest(l.client))
	if err != nil {
		l.failed(ctx, "issuing: %v", err)
		return
	}
	token := issued.GetAccessToken()
	for i, calls := range l.calls {
		answer, err := calls.Introspect(l.callers[i], &authv1.IntrospectRequest{Token: token})
		if err != nil || !answer.GetActive() {
			l.failed(ctx, "on replica %d, of replica %d, key %s: %v, %v", i, on, kid(token), answer, err)
		}
		request := byToken(token)
		request.Audience, request.Families = "auth", []string{"cmp"}
		if _, err := calls.Exchange(ctx, request); err != nil {
			l.failed(ctx, "exchanged on replica %d: %v", i, err)
		}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.issued[kid(token)] = append(l.issued[kid(token)], token)
}

func (l *keyLoad) failed(ctx context.Context, format string, args ...any) {
	if ctx.Err() != nil {
		return // the call was under way at the end
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.failures = append(l.failures, fmt.Sprintf(format, args...))
}

// more waits until the load has gone round so many times again.
func (l *keyLoad) more(t *testing.T, rounds int64) {
	t.Helper()
	want := l.done.Load() + rounds
	testkit.Eventually(t, time.Minute, func() error {
		if done := l.done.Load(); done < want {
			return fmt.Errorf("%d rounds of %d", done, want)
		}
		return nil
	})
}

func (l *keyLoad) of(id string) []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return append([]string(nil), l.issued[id]...)
}

// died waits until neither replica takes any token of a retired key.
func (l *keyLoad) died(t *testing.T, id string) {
	t.Helper()
	tokens := l.of(id)
	if len(tokens) == 0 {
		t.Errorf("the key %s signed nothing", id)
	}
	answered := time.Now()
	testkit.Eventually(t, patience, func() error { return l.alive(t, tokens) })
	t.Logf("%d tokens dead on both replicas %v after the answer", len(tokens), time.Since(answered))
}

// alive tells of a token that a replica takes for good.
func (l *keyLoad) alive(t *testing.T, tokens []string) error {
	t.Helper()
	for i, calls := range l.calls {
		for _, token := range tokens {
			answer, err := calls.Introspect(l.callers[i], &authv1.IntrospectRequest{Token: token})
			check(t, err)
			if answer.GetActive() {
				return fmt.Errorf("replica %d takes a token of the key %s for good", i, kid(token))
			}
		}
	}
	return nil
}

// end stops the load, and checks every token once more.
func (l *keyLoad) end(t *testing.T, dead []string) {
	t.Helper()
	l.stop()
	l.workers.Wait()
	for _, failure := range l.failures {
		t.Error(failure)
	}
	if len(l.issued) != 5 {
		t.Errorf("%d keys have signed, want 5", len(l.issued))
	}
	for _, id := range dead {
		check(t, l.alive(t, l.issued[id]))
		delete(l.issued, id)
	}
	for id, tokens := range l.issued {
		for _, token := range tokens {
			for i, calls := range l.calls {
				answer, err := calls.Introspect(l.callers[i], &authv1.IntrospectRequest{Token: token})
				if err != nil || !answer.GetActive() {
					t.Errorf("replica %d refuses a token of the key %s: %v", i, id, err)
				}
			}
		}
	}
}
