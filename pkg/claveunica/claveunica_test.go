package claveunica_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/ventanilla/ventanilla/pkg/claveunica"
	"github.com/ventanilla/ventanilla/pkg/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }

var start = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

const back = "https://partner.example/back?keep=1"

// world is an emulator, its clock, and a browser that follows no redirect.
type world struct {
	*claveunica.Emulator
	t     *testing.T
	clock *testkit.Clock
	url   string
	http  *http.Client
}

func emulator(t *testing.T) *world {
	t.Helper()
	clock := testkit.NewClock(start)
	e, err := claveunica.New(claveunica.Options{Now: clock.Now})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(e)
	t.Cleanup(server.Close)
	client := &http.Client{Transport: &http.Transport{}, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	t.Cleanup(client.CloseIdleConnections)
	return &world{e, t, clock, server.URL, client}
}

func (w *world) do(method, path string, form url.Values, header ...string) (*http.Response, string) {
	w.t.Helper()
	request, err := http.NewRequestWithContext(w.t.Context(), method, w.url+path, strings.NewReader(form.Encode()))
	if err != nil {
		w.t.Fatal(err)
	}
	if form != nil {
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for i := 0; i < len(header); i += 2 {
		request.Header.Set(header[i], header[i+1])
	}
	answer, err := w.http.Do(request)
	if err != nil {
		w.t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		w.t.Fatal(err)
	}
	return answer, string(body)
}

// asking is an authorization request.
func asking(more ...string) url.Values {
	form := url.Values{
		"client_id": {"a-client"}, "redirect_uri": {back}, "response_type": {"code"}, "scope": {"openid run name"}, "state": {"a&b"}, "nonce": {"n1"},
	}
	for i := 0; i < len(more); i += 2 {
		form.Set(more[i], more[i+1])
	}
	return form
}

// code logs a person in.
func (w *world) code(run string) string {
	w.t.Helper()
	answer, body := w.do("POST", claveunica.AuthorizePath, asking("run", run))
	target, err := answer.Location()
	if err != nil || answer.StatusCode != http.StatusSeeOther {
		w.t.Fatalf("%d %s, %v", answer.StatusCode, body, err)
	}
	if query := target.Query(); target.Host != "partner.example" || query.Get("state") != "a&b" || query.Get("keep") != "1" {
		w.t.Errorf("sent to %s", target)
	}
	return target.Query().Get("code")
}

func redeeming(code string) url.Values {
	return url.Values{
		"grant_type": {"authorization_code"}, "code": {code}, "client_id": {"a-client"}, "client_secret": {"s3cret"}, "redirect_uri": {back},
	}
}

func (w *world) userinfo(token string) (int, string) {
	w.t.Helper()
	answer, body := w.do("POST", claveunica.UserinfoPath, nil, "Authorization", "Bearer "+token)
	return answer.StatusCode, strings.TrimSpace(body)
}

const marisol = `{"sub":"emulated-44444444","RolUnico":{"numero":44444444,"DV":"4","tipo":"RUN"},` +
	`"name":{"nombres":["Marisol","Inés"],"apellidos":["Quilodrán","Pizarro"]},"email":"marisol@persona.example"}`

func TestThePageShowsTheTestPersons(t *testing.T) {
	w := emulator(t)
	for _, slash := range []string{"", "/"} {
		answer, body := w.do("GET", claveunica.AuthorizePath+slash+"?"+asking("state", `"><script>`).Encode(), nil)
		if answer.StatusCode != 200 || !strings.Contains(body, "Marisol Inés Quilodrán Pizarro") || !strings.Contains(body, "44444444-4") ||
			strings.Contains(body, "<script>") || !strings.Contains(answer.Header.Get("Content-Security-Policy"), "default-src 'none'") {
			t.Errorf("%d %v %s", answer.StatusCode, answer.Header, body)
		}
	}
	if answer, body := w.do("POST", claveunica.AuthorizePath, asking("run", "11111111-1")); answer.StatusCode != 422 || !strings.Contains(body, "no es de una persona de prueba") {
		t.Errorf("nobody logs in: %d %s", answer.StatusCode, body)
	}
	for name, form := range map[string]url.Values{
		"no redirect_uri": asking("redirect_uri", ""), "a relative one": asking("redirect_uri", "/back"), "a script": asking("redirect_uri", "javascript:alert(1)"),
		"no client": asking("client_id", ""), "another flow": asking("response_type", "token"),
	} {
		if answer, _ := w.do("GET", claveunica.AuthorizePath+"?"+form.Encode(), nil); answer.StatusCode != 400 {
			t.Errorf("%s: %d", name, answer.StatusCode)
		}
		form.Set("run", "44444444-4")
		if answer, _ := w.do("POST", claveunica.AuthorizePath, form); answer.StatusCode != 400 {
			t.Errorf("%s, logging in: %d", name, answer.StatusCode)
		}
	}
}

func TestTheCodeFlow(t *testing.T) {
	w := emulator(t)
	for _, slash := range []string{"", "/"} {
		answer, body := w.do("POST", claveunica.TokenPath+slash, redeeming(w.code("44.444.444-4")))
		var given struct {
			AccessToken string `json:"access_token"`
			TokenType   string `json:"token_type"`
			ExpiresIn   int    `json:"expires_in"`
			IDToken     string `json:"id_token"`
		}
		if err := json.Unmarshal([]byte(body), &given); err != nil || answer.StatusCode != 200 || given.TokenType != "bearer" || given.ExpiresIn != 3600 {
			t.Fatalf("%d %s, %v", answer.StatusCode, body, err)
		}
		id, err := jwt.Parse(given.IDToken, func(*jwt.Token) (any, error) { return []byte("s3cret"), nil },
			jwt.WithValidMethods([]string{"HS256"}), jwt.WithTimeFunc(w.clock.Now), jwt.WithAudience("a-client"))
		if err != nil || id.Claims.(jwt.MapClaims)["nonce"] != "n1" || id.Claims.(jwt.MapClaims)["sub"] != "emulated-44444444" {
			t.Errorf("%v, %v", id, err)
		}
		if status, body := w.userinfo(given.AccessToken); status != 200 || body != marisol {
			t.Errorf("%d %s", status, body)
		}
		w.clock.Advance(time.Hour)
		if status, _ := w.userinfo(given.AccessToken); status != 401 {
			t.Errorf("after an hour: %d", status)
		}
	}
}

func TestCodesThatAreNotGood(t *testing.T) {
	w := emulator(t)
	change := func(form url.Values, name, value string) url.Values {
		form.Set(name, value)
		return form
	}
	used := w.code("44444444-4")
	if answer, _ := w.do("POST", claveunica.TokenPath, redeeming(used)); answer.StatusCode != 200 {
		t.Fatal(answer.Status)
	}
	old := w.code("44444444-4")
	w.clock.Advance(time.Minute)
	for says, form := range map[string]url.Values{
		"used, invalid_grant":         redeeming(used),
		"old, invalid_grant":          redeeming(old),
		"unknown, invalid_grant":      redeeming("nothing"),
		"another's, invalid_grant":    change(redeeming(w.code("44444444-4")), "client_id", "another"),
		"elsewhere, invalid_grant":    change(redeeming(w.code("44444444-4")), "redirect_uri", "https://other.example"),
		"nobody's, invalid_client":    change(redeeming(w.code("44444444-4")), "client_secret", ""),
		"odd, unsupported_grant_type": change(redeeming(w.code("44444444-4")), "grant_type", "password"),
		"too long, invalid_request":   change(redeeming("a"), "filler", strings.Repeat("a", 64<<10)),
	} {
		name, code, _ := strings.Cut(says, ", ")
		if answer, body := w.do("POST", claveunica.TokenPath, form); answer.StatusCode < 400 || !strings.Contains(body, `"error":"`+code+`"`) {
			t.Errorf("%s: %d %s", name, answer.StatusCode, body)
		}
	}
}

func TestUserinfoIsAskedByPostOnly(t *testing.T) {
	w := emulator(t)
	token, err := w.Issue("44.444.444-4")
	if err != nil {
		t.Fatal(err)
	}
	for _, slash := range []string{"", "/"} {
		answer, _ := w.do("GET", claveunica.UserinfoPath+slash, nil, "Authorization", "Bearer "+token)
		if answer.StatusCode != 405 || answer.Header.Get("Allow") != "POST" {
			t.Errorf("%d, Allow %q", answer.StatusCode, answer.Header.Get("Allow"))
		}
		if answer, body := w.do("POST", claveunica.UserinfoPath+slash, nil, "Authorization", "bearer "+token); answer.StatusCode != 200 || strings.TrimSpace(body) != marisol {
			t.Errorf("%d %s", answer.StatusCode, body)
		}
	}
	other, err := w.Issue("44444444-4")
	if err != nil {
		t.Fatal(err)
	}
	w.Revoke(other)
	if status, _ := w.userinfo(other); status != 401 {
		t.Errorf("a revoked token: %d", status)
	}
	if status, _ := w.userinfo(token); status != 200 {
		t.Errorf("after another was revoked: %d", status)
	}
	for _, header := range []string{"", "Bearer", "Bearer nothing", "Basic " + token, token} {
		if answer, _ := w.do("POST", claveunica.UserinfoPath, nil, "Authorization", header); answer.StatusCode != 401 || answer.Header.Get("WWW-Authenticate") == "" {
			t.Errorf("%d", answer.StatusCode)
		}
	}
	w.clock.Advance(1000 * time.Hour)
	if status, _ := w.userinfo(token); status != 200 {
		t.Errorf("a token of the demo ended: %d", status)
	}
	for _, rut := range []string{"11111111-1", "44444444-5", ""} {
		if token, err := w.Issue(rut); err == nil {
			t.Errorf("%s: %q", rut, token)
		}
	}
}

func TestFaults(t *testing.T) {
	w := emulator(t)
	token, err := w.Issue("55555555-5")
	if err != nil {
		t.Fatal(err)
	}
	for fault, want := range map[claveunica.Fault]struct {
		status int
		says   string
	}{
		claveunica.Away:       {503, "offline"},
		claveunica.NoRUT:      {200, `{"sub":"emulated-55555555","name":{`},
		claveunica.WrongDigit: {200, `"RolUnico":{"numero":55555555,"DV":"K",`},
		claveunica.Garbage:    {200, `<html>`},
		claveunica.Huge:       {200, `{"filler":"aaaa`},
		claveunica.Redirect:   {307, ``},
		claveunica.NoFault:    {200, `"RolUnico":{"numero":55555555,"DV":"5",`},
	} {
		w.SetFault(fault)
		if status, body := w.userinfo(token); status != want.status || !strings.Contains(body, want.says) {
			t.Errorf("%d: %d %.80s", fault, status, body)
		}
	}
	for _, fault := range []claveunica.Fault{claveunica.Reset, claveunica.Slow} {
		w.SetFault(fault)
		ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
		request, err := http.NewRequestWithContext(ctx, http.MethodPost, w.url+claveunica.UserinfoPath, http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Authorization", "Bearer "+token)
		if answer, err := w.http.Do(request); err == nil {
			answer.Body.Close()
			t.Errorf("%d: answered %d", fault, answer.StatusCode)
		}
		cancel()
	}
}

func TestPersonsThatCannotBe(t *testing.T) {
	for _, ruts := range [][]string{{"44444444-5"}, {"44444444-4", "44.444.444-4"}, {""}} {
		var persons []claveunica.Person
		for _, rut := range ruts {
			persons = append(persons, claveunica.Person{RUT: rut})
		}
		if _, err := claveunica.New(claveunica.Options{Persons: persons}); err == nil || strings.Contains(err.Error(), "444") {
			t.Errorf("%v: %v", ruts, err)
		}
	}
}

func TestItListensOnLoopbackOnly(t *testing.T) {
	for _, address := range []string{"0.0.0.0:0", "[::]:0", ":0", "192.0.2.1:0", "localhost:0", "example.org:1", "127.0.0.1"} {
		if listener, err := claveunica.Listen(t.Context(), address); !errors.Is(err, claveunica.ErrAddress) {
			t.Errorf("%s: %v, %v", address, listener, err)
		}
	}
	listener, err := claveunica.Listen(t.Context(), "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	w := emulator(t)
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- w.Serve(ctx, listener) }()
	w.url = "http://" + listener.Addr().String()
	if status, _ := w.userinfo("nothing"); status != 401 {
		t.Errorf("served: %d", status)
	}
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}
