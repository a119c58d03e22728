package e2e

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os/exec"
	"strconv"
	"strings"
	"testing"

	"github.com/ventanilla/ventanilla/gateway/dialect/colppy"
	"github.com/ventanilla/ventanilla/pkg/testkit"
)

// demoColppy is what demo.json has of the operation RPC.
type demoColppy struct {
	Auth             demoLogin `json:"auth"`
	User             demoLogin `json:"user"`
	IDEmpresa        int64     `json:"idEmpresa"`
	StagingAuth      demoLogin `json:"staging_auth"`
	StagingUser      demoLogin `json:"staging_user"`
	StagingIDEmpresa int64     `json:"staging_idEmpresa"`
}

// demoLogin is what an account logs in with.
type demoLogin struct {
	Usuario  string `json:"usuario"`
	Password string `json:"password"`
}

func (l demoLogin) json() string {
	return `{"usuario":` + strconv.Quote(l.Usuario) + `,"password":` + strconv.Quote(l.Password) + `}`
}

// operation is the call of an operation, with members beside its parameters.
func operation(by demoLogin, provision, operacion, parameters string, beside ...string) call {
	body := `{"auth":` + by.json() + `,"service":{"provision":"` + provision + `","operacion":"` + operacion + `"},"parameters":` + parameters
	return call{path: colppy.Path, body: strings.NewReader(body + strings.Join(beside, "") + `}`)}
}

// session is a session of the user as parameters have it.
func (p *platform) session(t *testing.T, by, user demoLogin, host string) string {
	t.Helper()
	login := operation(by, "Usuario", "iniciar_sesion", user.json())
	login.host = host
	key := p.carriedOut(t, login)["data"].(map[string]any)["claveSesion"].(string)
	return `"sesion":{"usuario":` + strconv.Quote(user.Usuario) + `,"claveSesion":"` + key + `"}`
}

// operationAnswer is an answer of colppy.
type operationAnswer struct {
	Result struct {
		Estado int `json:"estado"`
	} `json:"result"`
	Response map[string]any `json:"response"`
}

func (p *platform) asked(t *testing.T, c call, status int) operationAnswer {
	t.Helper()
	a := p.send(t, c)
	var e operationAnswer
	if err := json.Unmarshal([]byte(a.body), &e); err != nil || a.status != status {
		t.Fatalf("%d, %s, %v; want %d", a.status, a.body, err, status)
	}
	return e
}

// carriedOut is the response of an operation that succeeds.
func (p *platform) carriedOut(t *testing.T, c call) map[string]any {
	t.Helper()
	e := p.asked(t, c, http.StatusOK)
	if e.Result.Estado != 0 || e.Response["success"] != true {
		t.Fatalf("%+v", e)
	}
	return e.Response
}

// operationRPC calls colppy as its old clients do, and as they must not.
func operationRPC(t *testing.T, p *platform) {
	t.Run("every type and method", func(t *testing.T) { everyBody(t, p) })
	t.Run("a session of another", func(t *testing.T) { foreignSessions(t, p) })
	t.Run("every operation refuses", func(t *testing.T) { refusedOperations(t, p) })
	t.Run("strict", func(t *testing.T) { strictOperations(t, p) })
	t.Run("PHP", func(t *testing.T) {
		cmd := exec.CommandContext(t.Context(), "php", "clients/colppy.php")
		cmd.Env = append(bareEnvironment(), "VENTANILLA_DEMO="+p.file)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("%v\n%s", err, out)
		}
	})
}

// everyBody sends JSON as any type and none, by POST and by GET with a body, with a filter beside the parameters.
func everyBody(t *testing.T, p *platform) {
	demo := p.demo.Colppy
	session := p.session(t, demo.Auth, demo.User, "")
	for _, mediaType := range []string{"application/json", "application/x-www-form-urlencoded", "text/plain", ""} {
		for _, method := range []string{http.MethodPost, http.MethodGet} {
			list := func(filter string) call {
				c := operation(demo.Auth, "Empresa", "listar_empresa", `{`+session+`}`, `,"filter":[`+filter+`]`)
				c.method, c.header = method, http.Header{"Content-Type": {mediaType}}
				return c
			}
			if found := p.carriedOut(t, list(""))["total"]; found != "1" {
				t.Errorf("%s as %q: total %v", method, mediaType, found)
			}
			if found := p.carriedOut(t, list(`{"field":"razonSocial","op":"=","value":"' OR 1=1 --"}`))["total"]; found != "0" {
				t.Errorf("%s as %q, filtered: total %v", method, mediaType, found)
			}
		}
	}
	p.carriedOut(t, operation(demo.Auth, "Usuario", "cerrar_sesion", `{`+session+`}`))
	if e := p.asked(t, operation(demo.Auth, "Usuario", "validar_sesion", `{`+session+`}`), http.StatusOK); e.Result.Estado != int(colppy.EstadoSesion) || e.Response != nil {
		t.Errorf("after the end: %+v", e)
	}
}

// foreignSessions presents what is good in one data set in the other.
func foreignSessions(t *testing.T, p *platform) {
	demo := p.demo.Colppy
	real, trial := p.session(t, demo.Auth, demo.User, ""), p.session(t, demo.StagingAuth, demo.StagingUser, stagingHost)
	for _, c := range []struct {
		by      demoLogin
		session string
		host    string
		want    colppy.Estado
	}{
		{demo.Auth, real, "", colppy.EstadoExito},
		{demo.StagingAuth, trial, stagingHost, colppy.EstadoExito},
		{demo.Auth, real, stagingHost, colppy.EstadoCredencial},
		{demo.StagingAuth, trial, "", colppy.EstadoCredencial},
		{demo.Auth, trial, "", colppy.EstadoSesion},
		{demo.StagingAuth, real, stagingHost, colppy.EstadoSesion},
	} {
		asking := operation(c.by, "Usuario", "validar_sesion", `{`+c.session+`}`)
		asking.host = c.host
		if e := p.asked(t, asking, http.StatusOK); e.Result.Estado != int(c.want) {
			t.Errorf("at %q: %+v, want %d", c.host, e, c.want)
		}
	}
	// What is another's organisation is as one that there is not.
	for _, id := range []int64{demo.StagingIDEmpresa, 999999} {
		e := p.asked(t, operation(demo.Auth, "Empresa", "leer_empresa", `{`+real+`,"idEmpresa":`+strconv.FormatInt(id, 10)+`}`), http.StatusOK)
		if e.Response["success"] != false || e.Response["message"] != "La empresa no existe" {
			t.Errorf("%d: %+v", id, e)
		}
	}
}

// refusedOperations calls every operation of the index, so that none is served to who must not have it: a stranger is told the same by all,
// whatever the parameters, and so is who has no session, or one that is no session.
func refusedOperations(t *testing.T, p *platform) {
	demo := p.demo.Colppy
	const noSession = `"sesion":{"usuario":"nadie","claveSesion":"00000000000000000000000000000000"}`
	index := p.carriedOut(t, operation(demo.Auth, "Indice", "listar", `{}`))
	for _, entry := range index["data"].([]any) {
		of := entry.(map[string]any)
		provision, operacion := of["provision"].(string), of["operacion"].(string)
		expect := func(by demoLogin, parameters string, want colppy.Estado) {
			t.Helper()
			if e := p.asked(t, operation(by, provision, operacion, parameters), http.StatusOK); e.Result.Estado != int(want) || e.Response != nil {
				t.Errorf("%s.%s with %s: %+v, want %d", provision, operacion, parameters, e, want)
			}
		}
		if of["requiereSesion"] == true {
			expect(demo.Auth, `{}`, colppy.EstadoSinSesion)
			expect(demo.Auth, `{`+noSession+`}`, colppy.EstadoSesion)
		}
		// Another one each time: one whose logins fail has to wait.
		expect(demoLogin{provision + operacion + "@nadie.example", strings.Repeat("0", 32)}, `{`+noSession+`}`, colppy.EstadoCredencial)
		expect(demoLogin{}, `{`+noSession+`}`, colppy.EstadoSinCredencial)
	}
}

// strictOperations has an operator want HTTP statuses that say it all.
func strictOperations(t *testing.T, p *platform) {
	become := func(status int) {
		t.Helper()
		testkit.Eventually(t, patience, func() error {
			a := p.send(t, operation(p.demo.Colppy.Auth, "Usuario", "ninguna", `{}`))
			if a.status != status || !strings.Contains(a.body, `"estado":5,`) {
				return fmt.Errorf("%d, %s", a.status, a.body)
			}
			return nil
		})
	}
	become(http.StatusOK)
	p.owner().run(t, nil, "switch", "set", colppy.Name, "--path", colppy.Path, "--strict")
	become(http.StatusNotFound)
	p.owner().run(t, nil, "switch", "clear", colppy.Name, "--path", colppy.Path)
	become(http.StatusOK)
}

// colppyRows are the endpoint, to which no credential of a client says anything: who calls is in the body.
func colppyRows() (rows []row) {
	for _, method := range []string{http.MethodPost, http.MethodGet} {
		rows = append(rows, row{
			method: method, path: colppy.Path, public: true, members: []string{"service", "result", "response"},
			asks: []ask{{call: func() call {
				c := operation(demoLogin{}, "Indice", "listar", `{}`)
				c.method = method
				return c
			}}},
		})
	}
	return rows
}
