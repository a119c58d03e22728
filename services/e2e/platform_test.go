package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/ventanilla/ventanilla/pkg/testkit"
)

// demo is the documented demo.json, as far as the suite uses it.
type demo struct {
	BaseURL  string  `json:"base_url"`
	HTTPURL  string  `json:"http_url"`
	AdminURL string  `json:"admin_url"`
	AdminRPC string  `json:"admin_rpc"`
	CAFile   string  `json:"ca_file"`
	Cmp      demoCMP `json:"cmp"`
	Tuidd    struct {
		ID            string `json:"client_id"`
		Secret        string `json:"client_secret"`
		ForeignID     string `json:"foreign_client_id"`
		ForeignSecret string `json:"foreign_client_secret"`
		demoProvider
	} `json:"tuidd"`
	IDDi   demoIDDi   `json:"iddi"`
	Colppy demoColppy `json:"colppy"`
	Mosia  demoMosia  `json:"mosia"`
}

// demoProvider is what it has of a service provider.
type demoProvider struct {
	ClientID     string `json:"provider_client_id"`
	ClientSecret string `json:"provider_client_secret"`
	ProviderID   int64  `json:"provider_id"`
	ServiceToken string `json:"service_token"`
	ServiceID    int32  `json:"service_id"`
	Destination  string `json:"destination"`
}

// demoIDDi is what it has of the university digital identity.
type demoIDDi struct {
	APIKey       string `json:"api_key"`
	ExtendedKey  string `json:"api_key_extendido"`
	Folio        string `json:"folio"`
	Firma        string `json:"firma_digital"`
	QR           string `json:"qr"`
	PublicKey    string `json:"public_key"`
	RevokedFolio string `json:"revoked_folio"`
	RevokedFirma string `json:"revoked_firma_digital"`
	StagAPIKey   string `json:"stag_api_key"`
	StagFolio    string `json:"stag_folio"`
	StagFirma    string `json:"stag_firma_digital"`
}

// platform is an all-in-one platform with demonstration data.
type platform struct {
	edge
	// file is the path of demo.json, and data its folder.
	file, data string
	demo       demo
	// partner may ask for tokens, resource may introspect them, foreign may not.
	partner, resource, foreign credentials
	// process is nil for a platform that the suite did not start.
	process *process
}

// target is the platform that TestPlatform asks: a running one when the environment names it.
func target(t *testing.T) *platform {
	t.Helper()
	if file := os.Getenv("VENTANILLA_E2E_DEMO"); file != "" {
		return open(t, file, nil)
	}
	return up(t, t.TempDir())
}

// up starts `ventanilla up --demo` on free ports over the data folder and waits until it is ready.
func up(t *testing.T, data string, more ...string) *platform {
	t.Helper()
	admin := freeAddress(t)
	args := append([]string{
		"up", "--demo", "--data", data,
		"--listen", freeAddress(t), "--http-listen", freeAddress(t),
		"--admin-listen", admin, "--admin-rpc-listen", freeAddress(t),
		"--page-listen", "127.0.0.1:0",
	}, more...)
	p := start(t, t, binary, "up", args...)
	p.ready(t, admin)
	return open(t, filepath.Join(data, "demo.json"), p)
}

// ready waits until the process's admin address says so.
func (p *process) ready(t *testing.T, admin string) {
	t.Helper()
	began := time.Now()
	testkit.Eventually(t, patience, func() error {
		if !p.running() {
			t.Fatalf("%s ended before it was ready", p.name)
		}
		return readiness(t.Context(), admin)
	})
	t.Logf("%s: ready after %v", p.name, time.Since(began))
}

// readiness asks an admin address once, on a connection of its own.
func readiness(ctx context.Context, admin string) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+admin+"/readyz", nil)
	if err != nil {
		return fmt.Errorf("making the request: %w", err)
	}
	req.Close = true
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return fmt.Errorf("asking for readiness: %w", err)
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode != http.StatusOK {
		body, _ := io.ReadAll(resp.Body)
		return fmt.Errorf("not ready: %d, %s", resp.StatusCode, body)
	}
	return nil
}

func open(t *testing.T, file string, p *process) *platform {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatalf("a ready platform has no demo.json: %v", err)
	}
	var d demo
	if err := json.Unmarshal(text, &d); err != nil {
		t.Fatalf("reading %s: %v", file, err)
	}
	return &platform{
		edge: newEdge(t, d.BaseURL, d.CAFile), file: file, data: filepath.Dir(file), demo: d, process: p,
		partner:  credentials{d.Cmp.ID, d.Cmp.Secret},
		resource: credentials{d.Tuidd.ID, d.Tuidd.Secret},
		foreign:  credentials{d.Tuidd.ForeignID, d.Tuidd.ForeignSecret},
	}
}
