package edge_test

import (
	"strings"
	"testing"

	"github.com/ventanilla/ventanilla/gateway/edge"
	"github.com/ventanilla/ventanilla/pkg/ratelimit"
)

func TestConfigErrorsNameTheKey(t *testing.T) {
	if err := edge.DefaultConfig().Validate(); err != nil {
		t.Error(err)
	}
	for key, change := range map[string]func(*edge.Config){
		"listen":                   func(c *edge.Config) { c.Listen = "x" },
		"http_listen":              func(c *edge.Config) { c.HTTPListen = "x" },
		"tls":                      func(c *edge.Config) { c.TLS.CertFile = "x" },
		"trusted_proxies":          func(c *edge.Config) { c.TrustedProxies = []string{"10.0.0.1"} },
		"origins.cmp":              func(c *edge.Config) { c.Origins = map[string][]string{"cmp": {"https://a.example/"}} },
		"limits.body_bytes":        func(c *edge.Config) { c.Limits.BodyBytes = 0 },
		"limits.concurrent":        func(c *edge.Config) { c.Limits.Concurrent = -1 },
		"rate.per_second":          func(c *edge.Config) { c.Rate.PerSecond = 0 },
		"timeouts.read":            func(c *edge.Config) { c.Timeouts.Read = 0 },
		"timeouts.drain":           func(c *edge.Config) { c.Timeouts.Drain = 0 },
		"limits.waiting":           func(c *edge.Config) { c.Limits.Waiting = -1 },
		"rate.client.burst":        func(c *edge.Config) { c.Rate.Client.PerSecond = 1 },
		"rate.failures.per_second": func(c *edge.Config) { c.Rate.Failures = ratelimit.Limit{} },
		"rate.families.cmp.burst":  func(c *edge.Config) { c.Rate.Families = map[string]ratelimit.Limit{"cmp": {PerSecond: 1}} },
		"limits.header_bytes":      func(c *edge.Config) { c.Limits.HeaderBytes = 0 },
	} {
		c := edge.DefaultConfig()
		change(&c)
		if err := c.Validate(); err == nil || !strings.HasPrefix(err.Error(), key+":") {
			t.Errorf("%s: got %v", key, err)
		}
	}
}
