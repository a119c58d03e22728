package edge_test

import (
	"net/http"
	"net/http/httputil"
	"testing"
	"time"

	"github.com/ventanilla/ventanilla/gateway/credential"
	"github.com/ventanilla/ventanilla/gateway/dialect/cmp"
	"github.com/ventanilla/ventanilla/gateway/dialect/tuidd"
	"github.com/ventanilla/ventanilla/gateway/edge"
	"github.com/ventanilla/ventanilla/gateway/edgetest"
	"github.com/ventanilla/ventanilla/pkg/ratelimit"
	"github.com/ventanilla/ventanilla/pkg/testkit"
)

// paced is an edge behind a proxy, with the families of real dialects over a scripted auth, of whose clients only
// "1" exists. An address may present four wrong credentials at once.
func paced(t *testing.T, clock *testkit.Clock) client {
	t.Helper()
	auth := (&edgetest.Auth{}).Serve(t)
	exchanger, err := credential.NewExchanger(auth, edgetest.Nothing{}, edge.Callers{}, clock.Now)
	check(t, err)
	issuer, err := credential.NewPaced(auth, edge.Callers{}, clock.Now)
	check(t, err)
	tokens, err := cmp.New(issuer, nil, nil, nil)
	check(t, err)
	introspection, err := tuidd.New(auth, exchanger, nil, edgetest.Issuer)
	check(t, err)
	return start(t, func(cfg *edge.Config, opts *edge.Options) {
		cfg.Rate.Failures = ratelimit.Limit{PerSecond: 1, Burst: 4}
		cfg.TrustedProxies = []string{"127.0.0.0/8"}
		opts.Clock = clock.Now
	}, tokens, introspection, edgetest.Fallback())
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// ways are the calls that a credential can be tried out with.
var ways = map[string]func(t *testing.T, c client, from, id, secret string) (*http.Response, string){
	"token": func(t *testing.T, c client, from, id, secret string) (*http.Response, string) {
		return c.do(t, "POST", cmp.TokenPath, "grant_type=client_credentials&client_id="+id+"&client_secret="+secret,
			"Content-Type", "application/x-www-form-urlencoded", "X-Forwarded-For", from)
	},
	"introspection": func(t *testing.T, c client, from, id, secret string) (*http.Response, string) {
		r := &http.Request{Header: http.Header{}}
		r.SetBasicAuth(id, secret)
		return c.do(t, "POST", tuidd.TokenInfoPath, "token=active",
			"Content-Type", "application/x-www-form-urlencoded", "X-Forwarded-For", from, "Authorization", r.Header.Get("Authorization"))
	},
}

func TestAnAddressThatGuessesIsSlowed(t *testing.T) {
	for name, try := range ways {
		t.Run(name, func(t *testing.T) {
			clock := testkit.NewClock(time.Unix(1e9, 0))
			c := paced(t, clock)
			expect := func(from, secret string, status int) {
				t.Helper()
				if got, _ := try(t, c, from, "1", secret); got.StatusCode != status {
					t.Errorf("%s from %s: got %d, want %d", secret, from, got.StatusCode, status)
				}
			}
			expect("192.0.2.1", "s3cret", 200)
			for range 4 {
				expect("192.0.2.1", "guess", 401)
			}
			expect("192.0.2.1", "guess", 429)
			expect("192.0.2.1", "another", 429)
			expect("192.0.2.1", "s3cret", 200) // which is known to be good
			expect("192.0.2.2", "guess", 401)  // another address
			clock.Advance(time.Second)
			expect("192.0.2.1", "guess", 401) // the one that was restored
			expect("192.0.2.1", "guess", 429)
			clock.Advance(10 * time.Second)
			for range 4 {
				expect("192.0.2.1", "guess", 401)
			}
			expect("192.0.2.1", "guess", 429)
		})
	}
}

// A right credential that nobody knows yet is refused as a wrong one is.
func TestASlowedAddressDoesNotLearnWhatIsRight(t *testing.T) {
	for name, try := range ways {
		t.Run(name, func(t *testing.T) {
			c := paced(t, testkit.NewClock(time.Unix(1e9, 0)))
			for range 4 {
				try(t, c, "192.0.2.1", "1", "guess")
			}
			answer, _ := try(t, c, "192.0.2.1", "1", "s3cret")
			h := answer.Header
			if answer.StatusCode != 429 || h.Get("Retry-After") != "1" ||
				h.Get("RateLimit-Policy") != `"default";q=100;w=1, "failures";q=4;w=4` || h.Get("RateLimit") != `"default";r=95;t=1, "failures";r=0;t=4` {
				t.Errorf("got %d %v", answer.StatusCode, h)
			}
		})
	}
}

// Every answer to a guess has the same bytes whether or not the client exists.
func TestAnswersDoNotTellWhetherAClientExists(t *testing.T) {
	for name, try := range ways {
		t.Run(name, func(t *testing.T) {
			c := paced(t, testkit.NewClock(time.Unix(1e9, 0)))
			for i := range 6 {
				bytes := func(from, id string) string {
					answer, body := try(t, c, from, id, "guess")
					answer.Header.Del("Date")
					head, err := httputil.DumpResponse(answer, false)
					check(t, err)
					return string(head) + body
				}
				if one, other := bytes("192.0.2.1", "1"), bytes("192.0.2.2", "2"); one != other {
					t.Errorf("answer %d:\n%s\n%s", i, one, other)
				}
			}
		})
	}
}
