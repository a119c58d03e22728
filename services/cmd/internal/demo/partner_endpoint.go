package demo

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/json"
	"net/http"
	"sync"

	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
	sessionv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/session/v1"
)

// PartnerPath is where the demo's PartnerEndpoint is, below the origin of the page.
const PartnerPath = "/parceiro/"

// What the endpoint lets in. It is reached from this machine alone, and what it tells is invented.
const (
	partnerKey      = "demo-api-key"
	partnerClient   = "ventanilla"
	partnerSecret   = "demo-client-secret"
	partnerLogin    = "marisol"
	partnerPassword = "demo-senha"
)

// PartnerEndpoint is a partner's own REST API that logs its users in, as integrations call it: a token comes first, each call
// carries a static header, and what follows a login the header that the login answered with.
type PartnerEndpoint struct {
	mux *http.ServeMux

	mu       sync.Mutex
	token    string // the newest; others are none
	sessions map[string]bool
}

// maxPartnerSessions bounds the logins that are remembered.
const maxPartnerSessions = 1000

// NewPartnerEndpoint makes one.
func NewPartnerEndpoint() *PartnerEndpoint {
	e := &PartnerEndpoint{mux: http.NewServeMux(), sessions: make(map[string]bool)}
	e.mux.HandleFunc("POST "+PartnerPath+"token", e.authorize)
	e.mux.HandleFunc("POST "+PartnerPath+"login", e.logIn)
	e.mux.HandleFunc("GET "+PartnerPath+"beneficiario", e.tell)
	return e
}

// ServeHTTP answers integrations.
func (e *PartnerEndpoint) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, 16<<10)
	e.mux.ServeHTTP(w, r)
}

// authorize gives a token (RFC 6749, 4.4).
func (e *PartnerEndpoint) authorize(w http.ResponseWriter, r *http.Request) {
	if r.PostFormValue("grant_type") != "client_credentials" || !equal(r.PostFormValue("client_id"), partnerClient) || !equal(r.PostFormValue("client_secret"), partnerSecret) {
		refuse(w, http.StatusUnauthorized)
		return
	}
	e.mu.Lock()
	e.token = rand.Text()
	answer := map[string]any{"access_token": e.token, "token_type": "Bearer", "expires_in": 3600}
	e.mu.Unlock()
	tell(w, answer)
}

// logIn logs the only user in.
func (e *PartnerEndpoint) logIn(w http.ResponseWriter, r *http.Request) {
	var in struct {
		User     string `json:"usuario"`
		Password string `json:"senha"`
	}
	if !e.admits(r) {
		refuse(w, http.StatusUnauthorized)
		return
	}
	if json.NewDecoder(r.Body).Decode(&in) != nil || !equal(in.User, partnerLogin) || !equal(in.Password, partnerPassword) {
		refuse(w, http.StatusForbidden)
		return
	}
	session := rand.Text()
	e.mu.Lock()
	if len(e.sessions) >= maxPartnerSessions {
		clear(e.sessions)
	}
	e.sessions[session] = true
	e.mu.Unlock()
	w.Header().Set("X-Sessao", session)
	tell(w, map[string]any{"beneficiario": told()})
}

// tell tells about the user, to who logged it in.
func (e *PartnerEndpoint) tell(w http.ResponseWriter, r *http.Request) {
	e.mu.Lock()
	in := e.sessions[r.Header.Get("X-Sessao")]
	e.mu.Unlock()
	if !e.admits(r) || !in {
		refuse(w, http.StatusUnauthorized)
		return
	}
	about := told()
	if r.URL.Query().Get("chave") != about["chave_unica"] {
		refuse(w, http.StatusNotFound)
		return
	}
	tell(w, map[string]any{"beneficiario": about})
}

// told is what there is to know, as in document 003's example.
func told() map[string]any {
	return map[string]any{
		"chave_unica": "44444444-4", "numero_cartao_benef": "00010002000001000", "cpf_benef": "92188083970", "plano": "Essencial", "abcdef": 9288701,
	}
}

// admits tells whether a call carries the static header and the token.
func (e *PartnerEndpoint) admits(r *http.Request) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	return equal(r.Header.Get("X-Api-Key"), partnerKey) && e.token != "" && equal(r.Header.Get("Authorization"), "Bearer "+e.token)
}

func equal(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }

func tell(w http.ResponseWriter, answer any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(answer) // who went away needs no answer
}

func refuse(w http.ResponseWriter, status int) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write([]byte("{}\n"))
}

// partnerIntegration is how the endpoint on an origin is called for a client of production.
func partnerIntegration(origin, client string) *sessionv1.Integration {
	value := func(name, value string) *sessionv1.NamedValue { return &sessionv1.NamedValue{Name: name, Value: value} }
	mandatory := func(name string) *sessionv1.Attribute {
		return &sessionv1.Attribute{Name: name, Requirement: sessionv1.Requirement_REQUIREMENT_MANDATORY}
	}
	return &sessionv1.Integration{
		Name: "Demo partner", ClientId: client, DataSet: authv1.DataSet_DATA_SET_PRODUCTION,
		StaticHeaders: []*sessionv1.NamedValue{value("X-Api-Key", partnerKey)},
		Authorization: &sessionv1.AuthorizationStep{
			Url: origin + PartnerPath + "token",
			Parameters: []*sessionv1.NamedValue{
				value("grant_type", "client_credentials"), value("client_id", partnerClient), value("client_secret", partnerSecret),
			},
		},
		Login: &sessionv1.Endpoint{
			Url: origin + PartnerPath + "login", Method: sessionv1.Method_METHOD_POST, AttributesPointer: "/beneficiario",
			Parameters: []*sessionv1.NamedValue{value("usuario", "{login}"), value("senha", "{password}")},
		},
		Refresh: &sessionv1.Endpoint{
			Url: origin + PartnerPath + "beneficiario", Method: sessionv1.Method_METHOD_GET, AttributesPointer: "/beneficiario",
			Parameters: []*sessionv1.NamedValue{value("chave", "{unique_key}")},
		},
		Attributes: []*sessionv1.Attribute{
			mandatory("numero_cartao_benef"), mandatory("cpf_benef"),
			{Name: "plano", Requirement: sessionv1.Requirement_REQUIREMENT_CONDITIONAL, DependsOn: []string{"numero_cartao_benef"}},
		},
		UniqueKeyAttribute: "chave_unica", SecurityHeaders: []string{"X-Sessao"},
	}
}
