package e2e

import (
	"context"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/ventanilla/ventanilla/pkg/testkit"
)

// The documents as partners get them.
const (
	openAPIDocument  = "../../proto/partner/iddi/v1/openapi.yaml"
	servicesDocument = "../../proto/partner/tuidd/v1/openapi.yaml"
	mosiaDocument    = "../../proto/partner/mosia/v1/openapi.yaml"
)

// nodeProgram is an installed program that checks OpenAPI documents.
func nodeProgram(t *testing.T, name string) string {
	t.Helper()
	program, err := filepath.Abs(filepath.Join("openapi", "node_modules", ".bin", name))
	if err == nil {
		_, err = os.Stat(program)
	}
	if err != nil {
		t.Fatalf("run `make test`, or `npm ci` in services/e2e/openapi, first: %v", err)
	}
	return program
}

func TestOpenAPILint(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, nodeProgram(t, "redocly"), "lint", "--extends", "recommended-strict",
		openAPIDocument, servicesDocument, mosiaDocument, "../../proto/partner/cmp/v1/openapi.yaml", "../../proto/partner/colppy/v1/openapi.yaml")
	cmd.Env = append(bareEnvironment(), "REDOCLY_TELEMETRY=off", "REDOCLY_SUPPRESS_UPDATE_NOTICE=true")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

// prism starts Prism with a document and waits until it listens. caFile, if any, has the authority of what it calls.
func prism(t *testing.T, document, caFile, command string, args ...string) edge {
	t.Helper()
	address := freeAddress(t)
	_, port, _ := strings.Cut(address, ":")
	args = append([]string{"NODE_EXTRA_CA_CERTS=" + caFile, nodeProgram(t, "prism"), command, "--errors", "--port", port, document}, args...)
	p := start(t, t, "env", "prism "+command, args...)
	served := edge{base: "http://" + address, client: &http.Client{Timeout: patience}}
	t.Cleanup(served.client.CloseIdleConnections)
	testkit.Eventually(t, patience, func() error {
		if !p.running() {
			t.Fatalf("%s ended before it listened", p.name)
		}
		_, err := served.try(t.Context(), call{method: http.MethodGet, path: "/"})
		return err
	})
	return served
}

// TestOpenAPIMock calls the mock that Prism makes of the document: it has an example of every answer that is asked for.
func TestOpenAPIMock(t *testing.T) {
	mock := prism(t, openAPIDocument, "", "mock")
	signature := "ED-K0rHdENdgdMOhcPgD12iRGA1K1lP6Wz-UwSZzj8VOe4MsMdTVPMWJFcAS9YVs6-wgbsr4nt3TaZeFc2UwBg"
	for _, c := range append(iddiCalls("vtk_1_x", "1zr1RN", signature), iddiKeys...) {
		t.Run(c.name, func(t *testing.T) {
			if a := mock.send(t, c.ready()); a.status != http.StatusOK {
				t.Errorf("got %d, %s", a.status, a.body)
			}
			for _, code := range []string{"405", "429", "503"} {
				failing := c.ready()
				failing.header.Set("Prefer", "code="+code)
				failing.header.Set("Accept", "*/*") // errors are JSON
				if a := mock.send(t, failing); strconv.Itoa(a.status) != code {
					t.Errorf("asked for %s, got %d, %s", code, a.status, a.body)
				}
			}
		})
	}
}

// openAPIProxy calls the platform through Prism, which answers for it with an error where the two differ.
func openAPIProxy(t *testing.T, p *platform) {
	iddi := p.demo.IDDi
	for upstream, calls := range map[string][]iddiCall{
		"/v1/iddi":      iddiCalls(iddi.ExtendedKey, iddi.Folio, iddi.Firma),
		"/v1-stag/iddi": iddiCalls(iddi.StagAPIKey, iddi.StagFolio, iddi.StagFirma),
		"":              iddiKeys,
	} {
		proxy := prism(t, openAPIDocument, p.demo.CAFile, "proxy", p.base+upstream)
		for _, c := range calls {
			t.Run(c.name+" at "+upstream, func(t *testing.T) { proxy.expect(t, c, http.StatusOK) })
		}
	}
	// This one does not answer for the platform where the caller is wrong.
	proxy := prism(t, openAPIDocument, p.demo.CAFile, "proxy", "--validate-request=false", p.base+"/v1/iddi")
	for _, c := range iddiRefused(t, p) {
		t.Run(c.name, func(t *testing.T) { proxy.expect(t, c.iddiCall, c.status) })
	}
}

// expect makes a call through Prism, which must have nothing to say about the answer.
func (e edge) expect(t *testing.T, c iddiCall, status int) {
	t.Helper()
	a := e.send(t, c.ready())
	if a.status != status || a.header.Get("Sl-Violations") != "" {
		t.Errorf("got %d, %s, violations %q, want %d", a.status, a.body, a.header.Get("Sl-Violations"), status)
	}
}
