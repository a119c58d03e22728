package auth_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	"github.com/ventanilla/ventanilla/pkg/testkit"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
)

func TestAClientRevokesItsOwnTokensOnly(t *testing.T) {
	p := newPlatform(t)
	r := p.replica(false)
	owner, other := r.register(partner()), r.register(partner())
	token, kept := r.issue(owner), r.issue(owner)
	wantReason(t, r.revoke(r.by(other), token), errorsv1.Reason_REASON_TOKEN_NOT_OWNED)
	if !r.introspect(r.by(owner), token).GetActive() {
		t.Fatal("a stranger revoked it")
	}
	for range 2 {
		check(t, r.revoke(r.by(owner), token))
		if r.introspect(r.by(owner), token).GetActive() {
			t.Error("a revoked token is active")
		}
	}
	if !r.introspect(r.by(owner), kept).GetActive() {
		t.Error("another token died with it")
	}
	check(t, r.revoke(r.by(other), token)) // dead already, so nobody's
	check(t, r.revoke(r.by(owner), "malformed"))
	p.clock.Advance(2 * time.Hour)
	check(t, r.revoke(r.by(owner), kept))
}

func TestRotationEndsWhatWasBefore(t *testing.T) {
	p := newPlatform(t)
	r, behind := p.replica(false), p.replica(false)
	before := r.register(partner())
	old := r.issue(before)
	if !behind.introspect(behind.by(before), old).GetActive() {
		t.Fatal("the token is inactive on another replica")
	}
	// The clock stands still: order, not time, tells old from new.
	after := r.rotate(before)
	fresh := r.issue(after)
	// A replica that has not heard of the new secret looks it up before it refuses.
	elsewhere := behind.issue(after)
	for _, replica := range []*replica{r, behind} {
		if replica.introspect(replica.by(after), old).GetActive() {
			t.Error("a token of the old secret is active")
		}
		for _, token := range []string{fresh, elsewhere} {
			if !replica.introspect(replica.by(after), token).GetActive() {
				t.Error("a token of the new secret is inactive")
			}
		}
		_, err := replica.tokens().IssueToken(t.Context(), issueRequest(before))
		wantReason(t, err, errorsv1.Reason_REASON_CREDENTIAL_INVALID)
	}
}

func TestReplicasHearOfRevocations(t *testing.T) {
	for name, open := range map[string]func(*testing.T) *platform{
		"SQLite":     func(t *testing.T) *platform { return newPlatform(t) },
		"PostgreSQL": func(t *testing.T) *platform { return openPlatform(t, testkit.Postgres(t), 8) },
	} {
		t.Run(name, func(t *testing.T) {
			p := open(t)
			first, second := p.replica(true), p.replica(true)
			owner, doomed := first.register(partner()), first.register(partner())
			token, lost := first.issue(owner), first.issue(doomed)
			ctx := second.by(owner)
			if !second.introspect(ctx, token).GetActive() || !second.introspect(second.by(doomed), lost).GetActive() {
				t.Fatal("inactive on the other replica")
			}
			check(t, first.revoke(first.by(owner), token))
			first.disable(doomed)
			testkit.Eventually(t, 10*time.Second, func() error {
				if second.introspect(ctx, token).GetActive() {
					return errors.New("the revoked token is still active")
				}
				if _, err := second.exchange(byToken(lost)); rpcerr.Reason(err) != errorsv1.Reason_REASON_CREDENTIAL_INVALID {
					return fmt.Errorf("the disabled client's token: %w", err)
				}
				return second.service.Ready(t.Context())
			})
		})
	}
}

func TestAStaleViewAsksTheStore(t *testing.T) {
	p := newPlatform(t)
	r, deaf := p.replica(false), p.replica(false)
	owner := r.register(partner())
	token := r.issue(owner)
	ctx := deaf.by(owner)
	check(t, r.revoke(r.by(owner), token))
	if !deaf.introspect(ctx, token).GetActive() {
		t.Fatal("it heard of the revocation: the test shows nothing")
	}
	p.clock.Advance(2 * time.Second)
	if deaf.service.Ready(t.Context()) == nil {
		t.Error("ready with a stale view")
	}
	if deaf.introspect(ctx, token).GetActive() {
		t.Error("a stale view was relied on")
	}
}
