package integration_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/ventanilla/ventanilla/pkg/egress"
	"github.com/ventanilla/ventanilla/services/session/internal/integration"
)

// raw answers with bytes of its own.
func raw(t *testing.T, answer string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		conn, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		_, _ = io.WriteString(conn, answer)
		conn.Close()
	}
}

func TestAnswersThatAreNone(t *testing.T) {
	p := newPartner(t)
	for what, test := range map[string]struct {
		answer http.HandlerFunc
		kind   integration.Kind
		why    string
	}{
		"400":             {status(400), integration.Refused, "400"},
		"401":             {status(401), integration.Refused, "401"},
		"403":             {status(403), integration.Refused, "403"},
		"404":             {status(404), integration.Refused, "404"},
		"405":             {status(405), integration.Rejected, "405"},
		"408":             {status(408), integration.Away, "408"},
		"429":             {status(429), integration.Away, "429"},
		"500":             {status(500), integration.Away, "500"},
		"503":             {status(503), integration.Away, "503"},
		"nothing":         {status(204), integration.Rejected, "no JSON"},
		"a redirect":      {func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/elsewhere", http.StatusFound) }, integration.Rejected, "302"},
		"half":            {raw(t, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"a\":"), integration.Away, "no answer"},
		"no word":         {raw(t, ""), integration.Away, "no answer"},
		"no HTTP":         {raw(t, "220 mail\r\n\r\n"), integration.Away, "no answer"},
		"half an object":  {says(`{"a":`), integration.Rejected, "no JSON"},
		"a page":          {says(`<html>`), integration.Rejected, "no JSON"},
		"a list":          {says(`[{"a":1}]`), integration.Rejected, "no JSON object"},
		"a text":          {says(`"a"`), integration.Rejected, "no JSON object"},
		"null":            {says(`null`), integration.Rejected, "no JSON object"},
		"two objects":     {says(`{}{}`), integration.Rejected, "no JSON"},
		"other bytes":     {says("{\"a\":\"\xff\"}"), integration.Rejected, "no JSON"},
		"huge":            {says(`{"a":"` + strings.Repeat("x", 256<<10) + `"}`), integration.Rejected, "256 KiB"},
		"deep":            {says(strings.Repeat(`{"a":`, 33) + "1" + strings.Repeat("}", 33)), integration.Rejected, "32 deep"},
		"deep in a list":  {says(`{"a":` + strings.Repeat("[", 40) + strings.Repeat("]", 40) + "}"), integration.Rejected, "32 deep"},
		"a member twice":  {says(`{"a":1,"b":{"c":1,"c":2}}`), integration.Rejected, "twice"},
		"twice, escaped":  {says(`{"cpf":1,"\u0063pf":2}`), integration.Rejected, "twice"},
		"a broken header": {raw(t, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-Session: a\x01b\r\n\r\n{}"), integration.Away, "no answer"},
		"a long header":   {raw(t, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-Session: "+strings.Repeat("x", 5000)+"\r\n\r\n{}"), integration.Rejected, "security header"},
	} {
		p.login = test.answer
		in := p.simple()
		in.SecurityHeaders = []string{"X-Session"}
		t.Run(what, func(t *testing.T) {
			_, err := client(t, p.options(t)).LogIn(t.Context(), in, "ana", "pass-word")
			wantFault(t, err, test.kind, test.why)
		})
	}
	if got := len(p.came("/elsewhere")); got != 0 {
		t.Error("the redirect was followed")
	}
}

func TestWhatIsAsDeepAndLongAsItMay(t *testing.T) {
	p := newPartner(t)
	in := p.simple()
	deep := strings.Repeat(`{"a":`, 32) + "1" + strings.Repeat("}", 32)
	p.login = says(deep + strings.Repeat(" ", 256<<10-len(deep)))
	told, err := client(t, p.options(t)).LogIn(t.Context(), in, "ana", "pass-word")
	if err != nil || string(told.Attributes) != deep {
		t.Error(err)
	}
	for pointer, answer := range map[string]string{"/x": `{"data":{}}`, "/data": `{"data":[1]}`, "/data/0": `{"data":[null]}`} {
		in.Login.Attributes, p.login = pointer, says(answer)
		_, err := client(t, p.options(t)).LogIn(t.Context(), in, "ana", "pass-word")
		wantFault(t, err, integration.Rejected, "no JSON object where")
	}
}

func TestSlowEndpointsAreNotWaitedFor(t *testing.T) {
	p := newPartner(t)
	p.login = func(_ http.ResponseWriter, r *http.Request) {
		<-r.Context().Done() // until the caller has left
		panic(http.ErrAbortHandler)
	}
	options := p.options(t)
	options.Timeout = 100 * time.Millisecond
	_, err := client(t, options).LogIn(t.Context(), p.simple(), "ana", "pass-word")
	wantFault(t, err, integration.Away, "time ran out")
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	_, err = client(t, p.options(t)).LogIn(ctx, p.simple(), "ana", "pass-word")
	wantFault(t, err, integration.Away, "time ran out")
}

func TestAnEndpointThatIsAwayIsLeftAlone(t *testing.T) {
	p := newPartner(t)
	p.login = status(http.StatusServiceUnavailable)
	c, in := client(t, p.options(t)), p.authorized()
	in.Refresh = &integration.Endpoint{URL: p.URL + "/me"}
	for range 5 {
		_, err := c.LogIn(t.Context(), in, "ana", "pass-word")
		wantFault(t, err, integration.Away, "503")
	}
	_, err := c.LogIn(t.Context(), in, "ana", "pass-word")
	if fault := wantFault(t, err, integration.Away, "did not answer the last calls"); fault.RetryAfter <= 0 || len(p.came("/login")) != 5 {
		t.Errorf("%+v after %d logins", fault, len(p.came("/login")))
	}
	p.login = says(`{}`)
	if _, err := c.Refresh(t.Context(), in, "ana", nil); err != nil {
		t.Errorf("another step: %v", err)
	}
	if steps, _ := c.Try(t.Context(), in, "ana", "pass-word"); steps[len(steps)-1].Failure != "" {
		t.Errorf("tried: %+v", steps)
	}
	in.Changed = p.clock.Advance(time.Second)
	if _, err := c.LogIn(t.Context(), in, "ana", "pass-word"); err != nil {
		t.Errorf("when it was changed: %v", err)
	}
}

func TestNothingIsBegunForACallerWhoHasGone(t *testing.T) {
	p := newPartner(t)
	ctx, leave := context.WithCancel(t.Context())
	p.token = func(w http.ResponseWriter, r *http.Request) {
		leave()
		says(`{"access_token":"t","expires_in":60}`)(w, r)
	}
	c := client(t, p.options(t))
	if _, err := c.LogIn(ctx, p.authorized(), "ana", "pass-word"); !errors.Is(err, context.Canceled) || len(p.came("/login")) != 0 {
		t.Errorf("%v after %d logins", err, len(p.came("/login")))
	}
	if _, err := c.LogIn(t.Context(), p.authorized(), "ana", "pass-word"); err != nil || len(p.came("/token")) != 1 {
		t.Errorf("the next one: %v after %d tokens", err, len(p.came("/token")))
	}
}

func TestAnIntegrationHasSoManyTurns(t *testing.T) {
	p := newPartner(t)
	c, in := client(t, p.options(t)), p.simple()
	var done []func()
	for range 32 {
		back, err := c.Turn(t.Context(), in)
		if err != nil {
			t.Fatal(err)
		}
		done = append(done, back)
	}
	gone, leave := context.WithCancel(t.Context())
	leave()
	_, err := c.Turn(gone, in)
	wantFault(t, err, integration.Away, "too many")
	waited := make(chan error)
	go func() {
		back, err := c.Turn(t.Context(), in)
		if err == nil {
			back()
		}
		waited <- err
	}()
	for _, back := range done {
		back()
	}
	if err := <-waited; err != nil {
		t.Error(err)
	}
}

func TestRefusalsShutNobodyOut(t *testing.T) {
	p := newPartner(t)
	p.login = status(http.StatusUnauthorized)
	c := client(t, p.options(t))
	for range 8 {
		_, err := c.LogIn(t.Context(), p.simple(), "ana", "pass-word")
		wantFault(t, err, integration.Refused, "401")
	}
}

// inside is a resolver for which every name leads to the loopback.
type inside struct{}

func (inside) LookupNetIP(_ context.Context, _, host string) ([]netip.Addr, error) {
	if _, err := netip.ParseAddr(host); err == nil {
		return []netip.Addr{netip.MustParseAddr(host)}, nil
	}
	return []netip.Addr{netip.MustParseAddr("127.0.0.1")}, nil
}

func TestTheLoopbackIsRefusedByDefault(t *testing.T) {
	p := newPartner(t)
	calls, err := egress.New(egress.Config{CAFile: p.config.CAFile}, inside{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { calls.Close() })
	options := p.options(t)
	options.Egress = calls
	_, port, err := net.SplitHostPort(p.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	for _, url := range []string{p.URL, "https://example.com:" + port, "https://[::ffff:127.0.0.1]:" + port, "http://example.com:" + port} {
		in := p.authorized()
		in.Authorization.URL = url
		_, err := client(t, options).LogIn(t.Context(), in, "ana", "pass-word")
		wantFault(t, err, integration.Rejected, "may not be called")
	}
	if got := len(p.came("")); got != 0 {
		t.Errorf("it was called %d times", got)
	}
}
