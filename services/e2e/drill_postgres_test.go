package e2e

import (
	"fmt"
	"net/http"
	"strconv"
	"testing"
	"time"

	"github.com/ventanilla/ventanilla/pkg/testkit"
)

// postgresAway takes auth's database away: every call is answered 503 in its family's shape, none as if all were well,
// and all is served again soon after the database's return.
func postgresAway(t *testing.T, c *cluster) {
	gateway := c.gateway[0].edge
	token := gateway.issue(t, c.partner)
	if !gateway.active(t, token, c.resource) {
		t.Fatal("a new token is not active")
	}
	c.postgres.Stop()
	for _, r := range []refusal{
		{name: "token", call: issuing(c.partner), members: cmpOAuth},
		{name: "introspection", call: introspecting(token, c.resource), members: oauth},
		{name: "revocation", call: revoking(token, c.partner), members: oauth},
	} {
		r.status = http.StatusServiceUnavailable
		t.Run(r.name, func(t *testing.T) { r.away(t, gateway) })
	}
	for _, a := range c.auth {
		if readiness(t.Context(), a.adminHTTP) == nil {
			t.Error("an auth replica without its database says that it is ready")
		}
	}

	c.postgres.Start()
	began := time.Now()
	for name, call := range map[string]call{
		"token": issuing(c.partner), "introspection": introspecting(token, c.resource), "revocation": revoking("x", c.partner),
	} {
		testkit.Eventually(t, patience, func() error { return expect(t, gateway, call, http.StatusOK) })
		t.Logf("%s: served again %v after the return", name, time.Since(began))
	}
	for _, a := range c.auth {
		testkit.Eventually(t, patience, func() error { return readiness(t.Context(), a.adminHTTP) })
	}
}

// away waits until every replica refuses, as memory may serve for a moment, and checks the refusal's form.
func (r refusal) away(t *testing.T, e edge) {
	t.Helper()
	testkit.Eventually(t, patience, func() error {
		for range 10 {
			if err := expect(t, e, r.call, r.status); err != nil {
				return err
			}
		}
		return nil
	})
	a := e.send(t, r.call)
	r.check(t, a)
	if seconds, err := strconv.Atoi(a.header.Get("Retry-After")); err != nil || seconds < 1 {
		t.Errorf("Retry-After: %q", a.header.Get("Retry-After"))
	}
}

// expect makes a call once and tells of any other status.
func expect(t *testing.T, e edge, c call, status int) error {
	t.Helper()
	a, err := e.try(t.Context(), c)
	if err == nil && a.status != status {
		err = fmt.Errorf("status %d, want %d: %s", a.status, status, a.body)
	}
	return err
}
