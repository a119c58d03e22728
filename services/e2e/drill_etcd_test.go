package e2e

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/ventanilla/ventanilla/pkg/testkit"
)

// servedBy shows that the auth replica is registered, with a gateway that knows nothing yet and finds only what etcd
// has: the other replica is gone.
func (c *cluster) servedBy(t *testing.T, auth int) {
	t.Helper()
	other := c.auth[1-auth]
	other.terminate(t)
	fresh := c.newRole(t, "gateway")
	fresh.start(t, c)
	if !fresh.active(t, fresh.issue(t, c.partner), c.resource) {
		t.Error("a token of the only replica is not active")
	}
	fresh.terminate(t)
	other.start(t, c)
}

// etcdAway takes etcd away until every lease has ended: the last known endpoints serve on, and all register anew when
// it is back.
func etcdAway(t *testing.T, c *cluster) {
	checking, issuing := c.underLoad(t, c.gateway[0].edge)
	c.etcd.kill()
	began := time.Now()
	for time.Since(began) < 3*leaseTTL {
		checking.more(t, 100)
		issuing.more(t, 5)
	}
	c.startEtcd(t)
	checking.more(t, 200)
	checking.ended(t, 0)
	issuing.ended(t, 0)
	for i := range c.auth {
		c.servedBy(t, i)
	}
	for _, g := range c.gateway {
		testkit.Eventually(t, patience, func() error { return readiness(t.Context(), g.adminHTTP) })
	}
}

// startedWithoutEtcd starts a replica while etcd is away: it says that it is not ready, and joins when etcd is back.
func startedWithoutEtcd(t *testing.T, c *cluster) {
	c.auth[0].terminate(t)
	c.etcd.kill()
	c.auth[0].launch(t, c)
	testkit.Eventually(t, patience, func() error {
		err := readiness(t.Context(), c.auth[0].adminHTTP)
		if err == nil || !strings.Contains(err.Error(), "listing of auth") {
			return fmt.Errorf("not waiting for etcd: %v", err)
		}
		return nil
	})
	c.startEtcd(t)
	c.auth[0].ready(t, c.auth[0].adminHTTP)
	c.servedBy(t, 0)
}
