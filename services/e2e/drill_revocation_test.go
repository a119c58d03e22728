package e2e

import (
	"errors"
	"net/http"
	"syscall"
	"testing"
	"time"

	"github.com/ventanilla/ventanilla/pkg/testkit"
)

// revokedElsewhere ends tokens on one gateway and uses them on the other, at rest and while it loses the replica that
// tells it of revocations: one of the two is that.
func revokedElsewhere(t *testing.T, c *cluster) {
	nothing := func() {}
	for range rounds(1, 20) {
		c.endsEverywhere(t, c.gateway[0].edge, c.gateway[1].edge, nothing, nothing)
	}
	for _, victim := range c.auth {
		c.endsEverywhere(t, c.gateway[0].edge, c.gateway[1].edge, victim.kill, func() { victim.start(t, c) })
		c.endsEverywhere(t, c.gateway[0].edge, c.gateway[1].edge,
			func() { victim.signal(syscall.SIGSTOP) }, func() { victim.signal(syscall.SIGCONT) })
	}
}

// watchCut ends tokens while the other gateway is cut off from auth.
func watchCut(t *testing.T, c *cluster) {
	cable := newCable(t, c.auth[0].rpc)
	b := c.newRole(t, "gateway", "--set", "discovery.targets.auth=static:///"+cable.address())
	b.start(t, c)
	c.endsEverywhere(t, c.gateway[0].edge, b.edge, func() { cable.cut(t) }, func() { cable.mend(t) })
	if code := b.terminate(t); code != 0 {
		t.Errorf("exit code %d after SIGTERM", code)
	}
}

// endsEverywhere revokes two tokens on one gateway and uses them on another, both before and after: one as the
// token asked about, one as the caller's own credential, which gateways remember. The disturbance comes before the
// revocation and is mended when the documented second is over.
func (c *cluster) endsEverywhere(t *testing.T, a, on edge, disturb, mend func()) {
	t.Helper()
	asked, caller := a.issue(t, c.partner), a.issue(t, c.resource)
	u := use{edge: on, calls: []call{
		introspecting(asked, c.resource),
		{path: introspectPath, form: map[string]string{"token": a.issue(t, c.partner)}, bearer: caller},
	}}
	for _, call := range u.calls {
		testkit.Eventually(t, patience, func() error { return expect(t, on, call, http.StatusOK) })
	}

	disturb()
	for token, owner := range map[string]credentials{asked: c.partner, caller: c.resource} {
		testkit.Eventually(t, patience, func() error { return expect(t, a, revoking(token, owner), http.StatusOK) })
	}
	u.revoked = time.Now()
	for time.Since(u.revoked) < honoured*5/4 {
		_ = u.ended(t)
	}
	mend()
	testkit.Eventually(t, patience, func() error { return u.ended(t) })
	for range 20 { // Enough to be answered by every replica.
		_ = u.ended(t)
	}
	t.Logf("taken for good until %v after the revocation, known to be dead after %v", u.good, time.Since(u.revoked))
}

// use is the use of two revoked tokens.
type use struct {
	edge
	calls   []call
	revoked time.Time
	good    time.Duration // How long after their revocation one was last taken for good.
}

// ended makes the calls and tells of an answer that is not yet the one for a revoked token: while auth is away, that is
// a refusal. It fails the test when a token is taken for good later than documented.
func (u *use) ended(t *testing.T) error {
	t.Helper()
	want := []answer{{status: http.StatusOK, body: inactive}, {status: http.StatusUnauthorized}}
	var result error
	for i, c := range u.calls {
		asked := time.Since(u.revoked)
		got, err := u.try(t.Context(), c)
		switch {
		case err != nil:
			result = err
		case got.status == http.StatusOK && got.body != inactive:
			u.good = time.Since(u.revoked)
			if asked > honoured {
				t.Fatalf("taken for good %v after its revocation: %s", asked, got.body)
			}
			result = errors.New(got.body)
		case got.status != want[i].status:
			result = errors.New(got.body)
		}
	}
	return result
}
