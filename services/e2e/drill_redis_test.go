package e2e

import (
	"net/http"
	"testing"

	"github.com/ventanilla/ventanilla/pkg/testkit"
)

// redisAway has two gateways draw from one bucket, and each from its own once Redis is gone: no call fails for it.
func redisAway(t *testing.T, c *cluster) {
	const burst = 6
	redis := testkit.RedisServer(t)
	var gateways [2]*role
	for i := range gateways {
		gateways[i] = c.newRole(t, "gateway", "--set", "limits.redis.url="+redis.URL, "--set", "limits.redis.timeout=1s",
			"--set", "edge.rate.per_second=0.001", "--set", "edge.rate.burst=6")
		gateways[i].start(t, c)
		defer gateways[i].terminate(t)
	}
	served := func() (count [2]int) {
		for i := range 4 * burst {
			switch a := gateways[i%2].send(t, issuing(c.partner)); a.status {
			case http.StatusOK:
				count[i%2]++
			case http.StatusTooManyRequests:
			default:
				t.Errorf("got %d, %s", a.status, a.body)
			}
		}
		return count
	}
	if got := served(); got[0]+got[1] != burst {
		t.Errorf("with Redis the two served %v calls, want %d together", got, burst)
	}
	redis.Stop()
	for i := range gateways { // another family, whose buckets are untouched
		a := gateways[i].send(t, introspecting("x", c.resource))
		if a.status != http.StatusOK {
			t.Errorf("without Redis: %d, %s", a.status, a.body)
		}
	}
}
