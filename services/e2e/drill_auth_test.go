package e2e

import (
	"syscall"
	"testing"
)

// The workers of a drill's loads: so many calls are in flight at most.
const (
	introspectors = 4
	issuers       = 2
)

// authKilled kills each auth replica in turn under load, and brings it back. What was in flight on it is repeated at
// another.
func authKilled(t *testing.T, c *cluster) {
	for i, victim := range c.auth {
		checking, issuing := c.underLoad(t, c.gateway[0].edge)
		victim.kill()
		checking.more(t, 1000)
		issuing.more(t, 50)
		checking.ended(t, 0)
		issuing.ended(t, 0)
		victim.start(t, c)
		c.servedBy(t, i)
	}
}

// authStopped ends each auth replica in turn as an upgrade does: nobody notices.
func authStopped(t *testing.T, c *cluster) {
	for _, victim := range c.auth {
		checking, issuing := c.underLoad(t, c.gateway[0].edge)
		if code := victim.terminate(t); code != 0 {
			t.Errorf("exit code %d after SIGTERM", code)
		}
		checking.more(t, 500)
		issuing.more(t, 20)
		victim.start(t, c)
		checking.more(t, 500)
		checking.ended(t, 0)
		issuing.ended(t, 0)
	}
}

// authHung stops a replica's process in the kernel: its connections stay open and nothing answers. Calls on it may
// fail or wait until it is found out; then all are served.
func authHung(t *testing.T, c *cluster) {
	victim := c.auth[0]
	checking, issuing := c.underLoad(t, c.gateway[0].edge)
	victim.signal(syscall.SIGSTOP)
	checking.more(t, 1000)
	issuing.more(t, 50)
	victim.signal(syscall.SIGCONT)
	checking.ended(t, introspectors)
	issuing.ended(t, issuers)
	c.servedBy(t, 0)
}

// underLoad starts both loads at a gateway and waits until they run well.
func (c *cluster) underLoad(t *testing.T, e edge) (checking, issuing *load) {
	t.Helper()
	checking = introspections(t, e, introspectors, e.issue(t, c.partner), c.resource)
	issuing = tokens(t, e, issuers, c.partner)
	checking.more(t, 100)
	issuing.more(t, 10)
	return checking, issuing
}
