package e2e

import (
	"context"
	"errors"
	"net/http"
	"testing"
)

// callers are many more than a pool of one has connections.
const callers = 100

// poolOfOne gives auth one connection to its database and a hundred callers at a time: each is answered, and none waits
// for a second connection while it holds the first.
func poolOfOne(t *testing.T, c *cluster) {
	narrow := c.newRole(t, "auth", "--set", "auth.store.max_open=1", "--set", "discovery.prefix=narrow")
	narrow.start(t, c)
	g := c.newRole(t, "gateway", "--set", "discovery.prefix=narrow")
	g.start(t, c)
	lives := begin(t, "token lives", callers, func(ctx context.Context) error { return c.wholeLife(ctx, g.edge) })
	lives.more(t, 3*callers)
	lives.ended(t, 0)
	for _, r := range []*role{g, narrow} {
		if code := r.terminate(t); code != 0 {
			t.Errorf("%s: exit code %d after SIGTERM", r.name, code)
		}
	}
}

// wholeLife issues a token, asks about it, ends it and asks again.
func (c *cluster) wholeLife(ctx context.Context, e edge) error {
	issued, err := e.try(ctx, issuing(c.partner))
	if err != nil {
		return err
	}
	token, err := issued.accessToken()
	if err != nil {
		return err
	}
	if active, err := e.tryActive(ctx, token, c.resource); err != nil || !active {
		return errors.Join(errors.New("a new token is not active"), err)
	}
	revoked, err := e.try(ctx, revoking(token, c.partner))
	if err != nil || revoked.status != http.StatusOK {
		return errors.Join(errors.New("not revoked: "+revoked.body), err)
	}
	if active, err := e.tryActive(ctx, token, c.resource); err != nil || active {
		return errors.Join(errors.New("a revoked token is active"), err)
	}
	return nil
}
