package auth_test

import (
	"net/http"
	"net/http/httptest"
	"sync/atomic"

	"github.com/ventanilla/ventanilla/pkg/claveunica"
	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
	"github.com/ventanilla/ventanilla/services/auth"
)

const (
	marisol = "44444444-4"
	eliseo  = "55555555-5"
)

// citizens is a ClaveÚnica, whose persons are its test persons.
type citizens struct {
	*claveunica.Emulator
	server *httptest.Server
	// asked counts the calls.
	asked atomic.Int64
	// tokens are one of each person, by RUT.
	tokens map[string]string
}

// citizens starts a ClaveÚnica for the replicas that are started afterwards.
func (p *platform) citizens() *citizens {
	p.t.Helper()
	emulator, err := claveunica.New(claveunica.Options{Now: p.now})
	check(p.t, err)
	c := &citizens{Emulator: emulator, tokens: map[string]string{}}
	for _, rut := range []string{marisol, eliseo} {
		c.tokens[rut], err = emulator.Issue(rut)
		check(p.t, err)
	}
	c.server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c.asked.Add(1)
		emulator.ServeHTTP(w, r)
	}))
	p.t.Cleanup(c.server.Close)
	p.change = func(cfg *auth.Config) {
		cfg.ClaveUnica.UserinfoURL = c.server.URL + claveunica.UserinfoPath
		cfg.ClaveUnica.StagingUserinfoURL = c.server.URL + claveunica.UserinfoPath + "/"
	}
	return c
}

// of is a citizen with their own token.
func (c *citizens) of(rut string) *authv1.CitizenToken {
	return &authv1.CitizenToken{Token: c.tokens[rut], Rut: rut}
}

// widgetRequest asks for a token for a citizen.
func widgetRequest(client registered, citizen *authv1.CitizenToken) *authv1.IssueWidgetTokenRequest {
	return &authv1.IssueWidgetTokenRequest{
		ClientId: client.id, ClientSecret: client.secret, Citizen: citizen, Families: []string{"cmp"},
	}
}

func (r *replica) widgetToken(client registered, citizen *authv1.CitizenToken) string {
	r.t.Helper()
	answer, err := r.tokens().IssueWidgetToken(r.t.Context(), widgetRequest(client, citizen))
	check(r.t, err)
	return answer.GetWidgetToken()
}

// byWidget is a widget's call from its page.
func byWidget(clientID, token string) *authv1.ExchangeRequest {
	return &authv1.ExchangeRequest{Credential: &authv1.ExchangeRequest_WidgetToken{
		WidgetToken: &authv1.WidgetToken{ClientId: clientID, Token: token, Origin: pageOrigin},
	}}
}

// forCitizen is a client's call for a citizen.
func forCitizen(token string, citizen *authv1.CitizenToken) *authv1.ExchangeRequest {
	req := byToken(token)
	req.Citizen = citizen
	return req
}
