package e2e

import (
	"net/http"
	"strings"
	"testing"
)

// probes reads what monitoring reads.
func probes(t *testing.T, p *platform) {
	admin := edge{base: p.demo.AdminURL, client: p.client}
	for path, want := range map[string]string{"/livez": "", "/readyz": `"ready":true`, "/metrics": "# TYPE "} {
		a := admin.send(t, call{method: "GET", path: path})
		if a.status != http.StatusOK || !strings.Contains(a.body, want) {
			t.Errorf("%s: %d, %.200s", path, a.status, a.body)
		}
	}
	if a := admin.send(t, call{method: "GET", path: "/debug/pprof/"}); a.status != http.StatusNotFound {
		t.Errorf("profiles that nobody asked for: %d", a.status)
	}
}

// requestIDs sends one that is kept and some that are not.
func requestIDs(t *testing.T, p *platform) {
	for id, kept := range map[string]bool{"order-17.a_B": true, "": false, "two words": false, strings.Repeat("x", 129): false} {
		c := issuing(p.partner)
		c.header = http.Header{"X-Request-Id": {id}}
		a := p.send(t, c)
		if got := a.header.Get("X-Request-Id"); got == "" || (got == id) != kept {
			t.Errorf("%q came back as %q", id, got)
		}
	}
}
