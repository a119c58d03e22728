package edge_test

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/ventanilla/ventanilla/gateway/edge"
	"github.com/ventanilla/ventanilla/gateway/edgetest"
	"github.com/ventanilla/ventanilla/pkg/ratelimit"
	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
)

// charging charges each call to the client that it names.
func charging(own *authv1.Limit) http.HandlerFunc {
	return func(_ http.ResponseWriter, r *http.Request) {
		caller := &authv1.Principal{ClientId: r.URL.Query().Get("client"), Limit: own}
		for range 2 { // which is counted once
			if err := (edge.Callers{}).Charge(r.Context(), caller); err != nil {
				edge.Fail(r, err)
				return
			}
		}
	}
}

// own shows limit and calls left in a header of the family's.
func own(f edge.Family) edge.Family {
	f.RateHeaders = func(h http.Header, limit, remaining int) { h.Set("X-Own", fmt.Sprint(limit, remaining)) }
	return f
}

func TestEveryPolicyThatAppliesIsShown(t *testing.T) {
	limited := &authv1.Limit{PerSecond: 0.5, Burst: 2}
	c := start(t, func(cfg *edge.Config, _ *edge.Options) {
		cfg.Rate.PerSecond, cfg.Rate.Burst = 1, 10
		cfg.Rate.Families = map[string]ratelimit.Limit{"own": {PerSecond: 2, Burst: 5}}
		cfg.Rate.Client = ratelimit.Limit{PerSecond: 1, Burst: 4}
		cfg.TrustedProxies = []string{"127.0.0.0/8"}
	},
		own(family("own", charging(limited), []string{""}, route("GET", "/own"))),
		family("default", charging(nil), []string{"/default"}, route("GET", "/default")))
	for _, step := range []struct{ path, from, policy, left, own, retry string }{
		{"/own?client=a", "192.0.2.1", `"default";q=10;w=10, "family";q=5;w=3, "client";q=2;w=4`, `"default";r=9;t=1, "family";r=4;t=1, "client";r=1;t=2`, "2 1", ""},
		{"/own?client=b", "192.0.2.1", `"default";q=10;w=10, "family";q=5;w=3, "client";q=2;w=4`, `"default";r=8;t=2, "family";r=3;t=1, "client";r=1;t=2`, "2 1", ""},
		{"/own?client=a", "192.0.2.2", `"default";q=10;w=10, "family";q=5;w=3, "client";q=2;w=4`, `"default";r=9;t=1, "family";r=2;t=2, "client";r=0;t=4`, "2 0", ""},
		{"/own?client=a", "192.0.2.3", `"default";q=10;w=10, "family";q=5;w=3, "client";q=2;w=4`, `"default";r=9;t=1, "family";r=1;t=2, "client";r=0;t=4`, "2 0", "2"},
		{"/own", "192.0.2.4", `"default";q=10;w=10, "family";q=5;w=3`, `"default";r=9;t=1, "family";r=0;t=3`, "5 0", ""},
		{"/own", "192.0.2.5", `"default";q=10;w=10, "family";q=5;w=3`, `"default";r=9;t=1, "family";r=0;t=3`, "5 0", "1"},
		{"/default?client=c", "192.0.2.5", `"default";q=10;w=10, "client";q=4;w=4`, `"default";r=9;t=1, "client";r=3;t=1`, "", ""},
	} {
		answer, body := c.do(t, "GET", step.path, "", "X-Forwarded-For", step.from)
		h := answer.Header
		if h.Get("RateLimit-Policy") != step.policy || h.Get("RateLimit") != step.left || h.Get("X-Own") != step.own || h.Get("Retry-After") != step.retry {
			t.Errorf("%s from %s: got %v", step.path, step.from, h)
		}
		if refused := answer.StatusCode != http.StatusOK; refused != (step.retry != "") || refused && body != "own REASON_RATE_LIMITED" {
			t.Errorf("%s from %s: got %d %s", step.path, step.from, answer.StatusCode, body)
		}
	}
}

// An address that is over its own limit takes nothing from the family's.
func TestOneAddressCannotUseUpTheFamily(t *testing.T) {
	c := start(t, func(cfg *edge.Config, _ *edge.Options) {
		cfg.Rate.PerSecond, cfg.Rate.Burst = 1, 2
		cfg.Rate.Families = map[string]ratelimit.Limit{"f": {PerSecond: 1, Burst: 3}}
		cfg.TrustedProxies = []string{"127.0.0.0/8"}
	}, family("f", echo, []string{""}, route("GET", "/")))
	for range 10 {
		c.do(t, "GET", "/", "", "X-Forwarded-For", "192.0.2.1")
	}
	if answer, _ := c.do(t, "GET", "/", "", "X-Forwarded-For", "192.0.2.2"); answer.StatusCode != http.StatusOK {
		t.Errorf("got %d, %v", answer.StatusCode, answer.Header)
	}
}

func TestAQuotaOfAnotherPartIsShown(t *testing.T) {
	c := start(t, nil, own(family("f", func(_ http.ResponseWriter, r *http.Request) {
		edge.ShowQuota(r.Context(), "client", nil)
		edge.ShowQuota(r.Context(), "client", &authv1.Quota{Limit: 9, Remaining: 7, ResetSeconds: 3, WindowSeconds: 4})
	}, []string{""}, route("GET", "/"))))
	answer, _ := c.do(t, "GET", "/", "")
	h := answer.Header
	if h.Get("RateLimit-Policy") != `"default";q=100;w=1, "client";q=9;w=4` || h.Get("RateLimit") != `"default";r=99;t=1, "client";r=7;t=3` ||
		h.Get("X-Own") != "9 7" {
		t.Errorf("got %v", h)
	}
	edge.ShowQuota(t.Context(), "client", &authv1.Quota{Limit: 1}) // of no request
}

func TestAQuotaThatAnotherPartRefusedACallForIsShown(t *testing.T) {
	c := start(t, nil, own(family("f", func(_ http.ResponseWriter, r *http.Request) {
		edge.Fail(r, rpcerr.New(errorsv1.Reason_REASON_RATE_LIMITED, "used up",
			rpcerr.Meta("limit", "9"), rpcerr.Meta("window", "4"), rpcerr.Meta("reset", "3")))
	}, []string{""}, route("GET", "/"))))
	answer, _ := c.do(t, "GET", "/", "")
	h := answer.Header
	if h.Get("RateLimit-Policy") != `"default";q=100;w=1, "client";q=9;w=4` || h.Get("RateLimit") != `"default";r=99;t=1, "client";r=0;t=3` ||
		h.Get("X-Own") != "9 0" || h.Get("Retry-After") != "1" {
		t.Errorf("got %v", h)
	}
}

func TestALimitOnAFamilyThatIsNotThere(t *testing.T) {
	opts, _ := edgetest.Options(t)
	cfg := edgetest.Config()
	cfg.Rate.Families = map[string]ratelimit.Limit{"cpm": {PerSecond: 1, Burst: 1}}
	if _, err := edge.New(cfg, opts, edgetest.Fallback()); err == nil || err.Error() != "rate.families.cpm: there is no such family" {
		t.Errorf("got %v", err)
	}
}
