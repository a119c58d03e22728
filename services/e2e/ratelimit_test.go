package e2e

import (
	"net/http"
	"strconv"
	"strings"
	"testing"
)

// TestRateLimit has a platform with a low limit refuse, in each family's shape, and count each family apart.
func TestRateLimit(t *testing.T) {
	const burst = 3
	p := up(t, t.TempDir(), "--set", "edge.rate.per_second=0.01", "--set", "edge.rate.burst="+strconv.Itoa(burst))
	for _, r := range []refusal{
		{name: "cmp", call: issuing(p.partner), members: cmpOAuth},
		{name: "tuidd", call: introspecting("x", p.resource), members: oauth},
		{name: "native", call: revoking("x", p.partner), members: oauth},
	} {
		t.Run(r.name, func(t *testing.T) {
			for i := range burst {
				a := p.send(t, r.call)
				common(t, a)
				if a.status != http.StatusOK {
					t.Fatalf("call %d: %d, %s", i, a.status, a.body)
				}
				if got := a.header.Get("RateLimit"); !strings.Contains(got, "r="+strconv.Itoa(burst-1-i)) {
					t.Errorf("RateLimit after call %d: %q", i, got)
				}
			}
			r.status = http.StatusTooManyRequests
			a := p.send(t, r.call)
			r.check(t, a)
			if seconds, err := strconv.Atoi(a.header.Get("Retry-After")); err != nil || seconds < 1 {
				t.Errorf("Retry-After: %q", a.header.Get("Retry-After"))
			}
			if policy := a.header.Get("RateLimit-Policy"); !strings.Contains(policy, "q="+strconv.Itoa(burst)) {
				t.Errorf("RateLimit-Policy: %q", policy)
			}
			if r.name == "cmp" && (a.header.Get("X-RateLimit-Limit") != strconv.Itoa(burst) || a.header.Get("X-RateLimit-Remaining") != "0") {
				t.Errorf("cmp's own headers: %q, %q", a.header.Get("X-RateLimit-Limit"), a.header.Get("X-RateLimit-Remaining"))
			}
		})
	}
}
