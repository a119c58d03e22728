package session_test

import (
	"encoding/pem"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync/atomic"

	"google.golang.org/protobuf/types/known/fieldmaskpb"

	"github.com/ventanilla/ventanilla/pkg/roletest"
	identityv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/identity/v1"
	sessionv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/session/v1"
	"github.com/ventanilla/ventanilla/services/session"
)

// partnerClient is the client whose integrations and functionalities these are.
const partnerClient = "portal"

// endpoint is a partner's: each path answers as it says.
type endpoint struct {
	*httptest.Server
	login, refresh atomic.Pointer[http.HandlerFunc]
	logins         atomic.Int32
}

// endpoint starts a partner's, which replicas may call.
func (p *platform) endpoint() *endpoint {
	p.T.Helper()
	e := &endpoint{}
	e.says(&e.login, `{"chave":"ana@example.org","abcdef":9288701}`)
	e.says(&e.refresh, `{"chave":"ana@example.org","abcdef":9288702}`)
	e.Server = httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/login" {
			e.logins.Add(1)
			(*e.login.Load())(w, r)
		} else {
			(*e.refresh.Load())(w, r)
		}
	}))
	p.T.Cleanup(e.Close)
	file := filepath.Join(p.T.TempDir(), "ca.pem")
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: e.Certificate().Raw})
	roletest.Check(p.T, os.WriteFile(file, text, 0o600))
	p.change = func(c *session.Config) {
		c.Integrations.AllowNetworks, c.Integrations.CAFile = []string{"127.0.0.1/32"}, file
	}
	p.identity = &callees{persons: []*identityv1.Person{
		{PersonId: "p-ana", UniqueKey: "ana@example.org", DataSet: staging}, {PersonId: "p-bea", UniqueKey: "bea@example.org", DataSet: staging},
	}}
	return e
}

func (e *endpoint) does(which *atomic.Pointer[http.HandlerFunc], what http.HandlerFunc) {
	which.Store(&what)
}

func (e *endpoint) says(which *atomic.Pointer[http.HandlerFunc], body string) {
	e.does(which, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, body) })
}

// definition is an integration of the partner's.
func (e *endpoint) definition() *sessionv1.Integration {
	return &sessionv1.Integration{
		DataSet: staging, ClientId: partnerClient, Name: "Portal",
		StaticHeaders: []*sessionv1.NamedValue{{Name: "X-App", Value: "static-secret"}},
		Login: &sessionv1.Endpoint{Url: e.URL + "/login", Parameters: []*sessionv1.NamedValue{
			{Name: "user", Value: "{login}"}, {Name: "word", Value: "{password}"}, {Name: "key", Value: "parameter-secret"},
		}},
		UniqueKeyAttribute: "chave",
	}
}

func integrations(r *roletest.Replica) sessionv1.IntegrationServiceClient {
	return sessionv1.NewIntegrationServiceClient(r.As("gateway"))
}

// enter enters an integration and returns its key.
func enter(r *roletest.Replica, in *sessionv1.Integration) string {
	r.T.Helper()
	made, err := integrations(r).CreateIntegration(r.ByOperator("editor"), &sessionv1.CreateIntegrationRequest{Integration: in})
	roletest.Check(r.T, err)
	return made.GetIntegration().GetIntegrationKey()
}

// update changes fields of an integration.
func update(r *roletest.Replica, key string, in *sessionv1.Integration, fields ...string) {
	r.T.Helper()
	in.IntegrationKey = key
	_, err := integrations(r).UpdateIntegration(r.ByOperator("editor"), &sessionv1.UpdateIntegrationRequest{
		Integration: in, UpdateMask: &fieldmaskpb.FieldMask{Paths: fields},
	})
	roletest.Check(r.T, err)
}

// logInAt logs a beneficiary in, by a client's integration.
func logInAt(r *roletest.Replica, clientID, key, login string) (*sessionv1.LogInBeneficiaryResponse, error) {
	r.T.Helper()
	return sessionv1.NewBeneficiaryServiceClient(r.As("gateway")).LogInBeneficiary(r.ByClient(clientID, "mosia", staging, "seguranca"),
		&sessionv1.LogInBeneficiaryRequest{IntegrationKey: key, Login: login, Password: "pass-word"})
}
