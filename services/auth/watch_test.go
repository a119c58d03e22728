package auth_test

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"testing"
	"time"

	"google.golang.org/grpc"

	"github.com/ventanilla/ventanilla/pkg/authn"
	"github.com/ventanilla/ventanilla/pkg/testkit"
	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
)

type stream = grpc.ServerStreamingClient[authv1.WatchRevocationsResponse]

func (r *replica) watch(ctx context.Context, cursor int64) stream {
	r.t.Helper()
	watching, err := r.tokens().WatchRevocations(ctx, &authv1.WatchRevocationsRequest{Cursor: cursor})
	check(r.t, err)
	return watching
}

// keys collects what a stream revokes up to the heartbeat, and the cursor there.
func keys(t *testing.T, watching stream) (revoked []string, cursor int64, reset bool) {
	t.Helper()
	for {
		message, err := watching.Recv()
		check(t, err)
		reset = reset || message.GetReset_()
		if len(message.GetRevocations()) == 0 && !message.GetReset_() {
			return revoked, message.GetCursor(), reset
		}
		for _, revocation := range message.GetRevocations() {
			revoked = append(revoked, revocation.GetKey())
		}
	}
}

func TestAWatchStartsWithWhatIsAfterItsCursor(t *testing.T) {
	p := newPlatform(t)
	r := p.replica(true)
	owner, disabled := r.register(partner()), r.register(partner())
	token := r.issue(owner)
	id := r.introspect(r.by(owner), token).GetTokenId()
	r.disable(disabled)
	check(t, r.revoke(r.by(owner), token))

	var cursor int64
	testkit.Eventually(t, 10*time.Second, func() error {
		revoked, at, _ := keys(t, r.watch(t.Context(), 0))
		cursor = at
		if len(revoked) != 2 || revoked[0] != disabled.id || revoked[1] != id {
			return errors.New("not in the snapshot yet")
		}
		return nil
	})
	// Other changes, such as new keys of the first minute, move the cursor too.
	if revoked, at, reset := keys(t, r.watch(t.Context(), cursor)); len(revoked) > 0 || at < cursor || reset {
		t.Errorf("at the cursor: %v, %d, %v", revoked, at, reset)
	}
	// A cursor that is ahead of the store comes from before a restore.
	if revoked, at, reset := keys(t, r.watch(t.Context(), cursor+1000)); len(revoked) != 2 || at < cursor || !reset {
		t.Errorf("ahead of the store: %v, %d, %v", revoked, at, reset)
	}
}

func TestAWatchHearsWhatAnotherReplicaRevokes(t *testing.T) {
	p := newPlatform(t)
	watched, other := p.replica(true), p.replica(false)
	client := other.register(partner("a"))
	token := other.issue(client)
	answer, err := other.exchange(byToken(token))
	check(t, err)

	view := authn.NewRevocations(watched.tokens(), p.clock.Now, slog.New(slog.DiscardHandler))
	ctx, cancel := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() {
		if err := view.Run(ctx); err != nil {
			t.Error(err)
		}
	})
	defer running.Wait()
	defer cancel()
	testkit.Eventually(t, 10*time.Second, func() error {
		if !view.Fresh() {
			return errors.New("not fresh")
		}
		return nil
	})
	if view.Revoked(answer.GetPrincipal()) {
		t.Fatal("revoked before it was")
	}
	check(t, other.revoke(other.by(client), token))
	testkit.Eventually(t, 10*time.Second, func() error {
		if !view.Revoked(answer.GetPrincipal()) {
			return errors.New("not heard of")
		}
		return nil
	})
	if view.Changed(answer.GetPrincipal(), start) {
		t.Fatal("changed before it was")
	}
	other.overlap(client, time.Hour)
	testkit.Eventually(t, 10*time.Second, func() error {
		if !view.Changed(answer.GetPrincipal(), start) {
			return errors.New("a rotation with an overlap is not heard of")
		}
		return nil
	})
}

func TestACursorOfAnotherReplicaIsOfTheSameHistory(t *testing.T) {
	p := newPlatform(t)
	ahead, behind := p.replica(false), p.replica(false)
	ahead.disable(ahead.register(partner()))
	_, cursor, _ := keys(t, ahead.watch(t.Context(), 0))
	if revoked, at, reset := keys(t, behind.watch(t.Context(), cursor)); len(revoked) > 0 || at != cursor || reset {
		t.Errorf("%v, %d, %v", revoked, at, reset)
	}
}
