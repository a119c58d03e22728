package integration_test

import (
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ventanilla/ventanilla/services/session/internal/integration"
)

func TestConcurrentLoginsShareAToken(t *testing.T) {
	p := newPartner(t)
	c, in := client(t, p.options(t)), p.authorized()
	var group sync.WaitGroup
	for range 10 {
		group.Go(func() {
			if _, err := c.LogIn(t.Context(), in, "ana", "pass-word"); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	if got := len(p.came("/token")); got != 1 {
		t.Errorf("%d tokens were fetched", got)
	}
	logIn := func(in integration.Integration, tokens int) {
		t.Helper()
		if _, err := c.LogIn(t.Context(), in, "ana", "pass-word"); err != nil {
			t.Error(err)
		}
		if got := len(p.came("/token")); got != tokens {
			t.Errorf("%d tokens were fetched, not %d", got, tokens)
		}
	}
	p.clock.Advance(59 * time.Second)
	logIn(in, 1)
	p.clock.Advance(time.Second)
	logIn(in, 2)
	in.Changed = p.clock.Advance(time.Millisecond)
	logIn(in, 3) // it is another integration now
}

func TestHowLongATokenIsUsed(t *testing.T) {
	for answer, kept := range map[string]bool{
		`{"access_token":"t"}`:                                      false,
		`{"access_token":"t","expires_in":0}`:                       false,
		`{"access_token":"t","expires_in":-1}`:                      false,
		`{"access_token":"t","expires_in":1.5}`:                     false,
		`{"access_token":"t","expires_in":{}}`:                      false,
		`{"access_token":"t","expires_in":99999999999999999999999}`: false,
		`{"access_token":"t","expires_in":60}`:                      true,
		`{"access_token":"t","expires_in":"60"}`:                    true,
	} {
		p := newPartner(t)
		p.token = says(answer)
		c, in := client(t, p.options(t)), p.authorized()
		for range 3 {
			if _, err := c.LogIn(t.Context(), in, "ana", "pass-word"); err != nil {
				t.Error(err)
			}
		}
		if got := len(p.came("/token")); got != map[bool]int{true: 1, false: 3}[kept] {
			t.Errorf("%s: %d tokens were fetched", answer, got)
		}
	}
}

func TestATokenIsKeptAgainOnceItsLifeIsTold(t *testing.T) {
	p := newPartner(t)
	p.token = says(`{"access_token":"t"}`)
	c, in := client(t, p.options(t)), p.authorized()
	for i := range 5 {
		if i == 2 {
			p.token = says(`{"access_token":"t","expires_in":60}`)
		}
		if _, err := c.LogIn(t.Context(), in, "ana", "pass-word"); err != nil {
			t.Fatal(err)
		}
	}
	if got := len(p.came("/token")); got != 4 { // the fourth is kept
		t.Errorf("%d tokens were fetched", got)
	}
}

func TestATokenIsRefreshedOnceWhenItIsNotTaken(t *testing.T) {
	p := newPartner(t)
	var issued atomic.Int32
	p.token = func(w http.ResponseWriter, r *http.Request) {
		says(`{"access_token":"t`+strconv.Itoa(int(issued.Add(1)))+`"}`)(w, r)
	}
	c, in := client(t, p.options(t)), p.authorized()
	in.Authorization.LifeSeconds = 3600
	if _, err := c.LogIn(t.Context(), in, "ana", "pass-word"); err != nil {
		t.Fatal(err)
	}
	taken := "Bearer t2"
	p.login = func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != taken {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		says(`{}`)(w, r)
	}
	if _, err := c.LogIn(t.Context(), in, "ana", "pass-word"); err != nil || issued.Load() != 2 {
		t.Errorf("%v after %d tokens", err, issued.Load())
	}
	taken = "none"
	_, err := c.LogIn(t.Context(), in, "ana", "pass-word")
	wantFault(t, err, integration.Refused, "401")
	if got := len(p.came("/login")); issued.Load() != 3 || got != 5 {
		t.Errorf("%d tokens, %d logins", issued.Load(), got)
	}
}

func TestWhereTheTokenIsAndHowItIsCarried(t *testing.T) {
	p := newPartner(t)
	p.token = says(`{"data":[{"jwt":"abc"}]}`)
	for _, test := range []struct{ header, prefix, got, want string }{
		{"", "", "Authorization", "Bearer abc"},
		{"", "Token ", "Authorization", "Token abc"},
		{"authorization", "", "Authorization", "Bearer abc"},
		{"X-Api-Token", "", "X-Api-Token", "abc"},
	} {
		in := p.authorized()
		a := in.Authorization
		a.Token, a.JSON, a.Header, a.Prefix = "/data/0/jwt", true, test.header, test.prefix
		a.Headers = []integration.NamedValue{{Name: "X-Key", Value: "k"}}
		if _, err := client(t, p.options(t)).LogIn(t.Context(), in, "ana", "pass-word"); err != nil {
			t.Fatal(err)
		}
		login := p.came("/login")
		if got := login[len(login)-1].header.Get(test.got); got != test.want {
			t.Errorf("%+v: %q", test, got)
		}
	}
	if c := p.came("/token")[0]; c.body != `{"grant_type":"client_credentials"}` || c.header.Get("X-Key") != "k" || c.header.Get("Content-Type") != "application/json" {
		t.Errorf("asked by %+v", c)
	}
}

func TestTokensThatCannotBeUsed(t *testing.T) {
	p := newPartner(t)
	for _, answer := range []string{
		`{}`, `{"access_token":null}`, `{"access_token":" "}`, `{"access_token":7}`, `{"access_token":{"a":"b"}}`, `{"access_token":"a\r\nX-Evil: b"}`,
		`{"access_token":"a\u0000b"}`, `{"access_token":"` + strings.Repeat("x", 9000) + `"}`,
	} {
		p.token = says(answer)
		_, err := client(t, p.options(t)).LogIn(t.Context(), p.authorized(), "ana", "pass-word")
		wantFault(t, err, integration.Rejected, "no token")
	}
	p.token = status(http.StatusUnauthorized)
	_, err := client(t, p.options(t)).LogIn(t.Context(), p.authorized(), "ana", "pass-word")
	wantFault(t, err, integration.Rejected, "401") // it is the client that is refused, not the login
	if got := len(p.came("/login")); got != 0 {
		t.Errorf("%d logins", got)
	}
}
