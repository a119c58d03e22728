package colppy_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/ventanilla/ventanilla/gateway/dialect/colppy"
	"github.com/ventanilla/ventanilla/gateway/edgetest"
	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
)

// counted keeps what the family counts.
type counted struct {
	charged          []string
	admitted, failed int
	address          string
}

func (c *counted) Admit(context.Context) error { c.admitted++; return nil }

func (c *counted) Failed(context.Context) { c.failed++ }

func (c *counted) Charge(_ context.Context, caller *authv1.Principal) error {
	c.charged = append(c.charged, caller.GetClientId())
	return nil
}

func (c *counted) Address(context.Context) string { return c.address }

// Calls are counted by the developer's account, however its login is spelt and whatever comes of them, unless the credential does not hold.
func TestCallsAreCountedByTheDeveloper(t *testing.T) {
	limits := &counted{address: "127.0.0.1"}
	family, err := colppy.New((&edgetest.Workspaces{}).Serve(t), limits, time.Now, colppy.Config{})
	if err != nil {
		t.Fatal(err)
	}
	ask := func(login, password, operacion, parameters string) {
		body := `{"auth":{"usuario":"` + login + `","password":"` + password + `"},"service":{"provision":"Usuario","operacion":"` + operacion + `"},"parameters":` + parameters + `}`
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, colppy.Path, strings.NewReader(body))
		family.Handler.ServeHTTP(httptest.NewRecorder(), r)
	}
	const session = `{"sesion":{"usuario":"ana@ejemplo.example","claveSesion":"` + edgetest.SessionKey + `"}}`
	ask("dev@ejemplo.example", "s3cret", "validar_sesion", session)
	ask("dev@ejemplo.example", "s3cret", "validar_sesion", session)
	if len(limits.charged) != 2 || limits.charged[0] != limits.charged[1] || limits.admitted != 1 || limits.failed != 0 {
		t.Errorf("two good calls: %+v", limits)
	}
	if strings.Contains(limits.charged[0], "ejemplo") {
		t.Errorf("the login is told: %s", limits.charged[0])
	}
	*limits = counted{address: "192.0.2.1"}
	ask("dev@ejemplo.example", "s3cret", "validar_sesion", session)
	if limits.admitted != 1 {
		t.Error("what is good from one address is let through from another")
	}
	*limits = counted{address: "127.0.0.1"}
	ask("DEV@ejemplo.example", "x", "validar_sesion", session)
	ask("dev@ejemplo.example", "s3cret", "iniciar_sesion", `{"usuario":"ana@ejemplo.example","password":"x"}`)
	if len(limits.charged) != 1 || limits.admitted != 2 || limits.failed != 2 {
		t.Errorf("a stranger, and a refused user: %+v", limits)
	}
}
