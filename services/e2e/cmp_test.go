package e2e

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/ventanilla/ventanilla/gateway/dialect/cmp"
	"github.com/ventanilla/ventanilla/pkg/testkit"
)

// demoCMP is what demo.json has of Red de Protección Social.
type demoCMP struct {
	ID             string `json:"client_id"`
	Secret         string `json:"client_secret"`
	APIKey         string `json:"api_key"`
	SecretKey      string `json:"secret_key"`
	CUToken        string `json:"cu_token"`
	RUT            string `json:"rut"`
	Origin         string `json:"origin"`
	StagingID      string `json:"staging_client_id"`
	StagingSecret  string `json:"staging_client_secret"`
	StagingCUToken string `json:"staging_cu_token"`
	StagingRUT     string `json:"staging_rut"`
	// Citizens are those who can log in, the first two of whom have other benefits.
	Citizens []demoCitizen `json:"citizens"`
}

// clients are those that a demo keeps over its starts.
func (d demoCMP) clients() [6]string {
	return [...]string{d.ID, d.Secret, d.APIKey, d.SecretKey, d.StagingID, d.StagingSecret}
}

// demoCitizen is one who can log in at the demo's ClaveÚnica.
type demoCitizen struct {
	RUT     string `json:"rut"`
	CUToken string `json:"cu_token"`
}

// stagingHost is where the demo serves the staging data set.
const stagingHost = "staging.localhost"

// benefits asks what the document of Red de Protección Social promises, and what it refuses.
func benefits(t *testing.T, p *platform) {
	t.Run("potential benefits", func(t *testing.T) { potentialBenefits(t, p) })
	t.Run("refusals", func(t *testing.T) { cmpRefusals(t, p) })
	t.Run("widget tokens", func(t *testing.T) { widgetTokens(t, p) })
	t.Run("widgets", func(t *testing.T) { widgetsData(t, p) })
	t.Run("tokens that hold no more", func(t *testing.T) { endedWidgetTokens(t, p) })
	t.Run("staging", func(t *testing.T) { stagingBenefits(t, p) })
	t.Run("strict", func(t *testing.T) { strictBenefits(t, p) })
}

func potentialBenefits(t *testing.T, p *platform) {
	token, citizen := p.issue(t, p.partner), p.citizen()
	all := titles(t, p.send(t, citizen.query(cmp.BenefitsPath).with(token)))
	if len(all) == 0 {
		t.Fatal("the citizen has no benefits")
	}
	same := func(what string, c call) {
		if got := titles(t, p.send(t, c.with(token))); !slices.Equal(got, all) {
			t.Errorf("%s: got %q, want %q", what, got, all)
		}
	}
	same("as a form", citizen.form(cmp.BenefitsPath))
	same("as JSON", citizen.json(cmp.BenefitsPath))
	same("the body first", citizen.form(cmp.BenefitsPath+"?rut=1&categoria=x&cu_token=y"))
	digits := strings.ReplaceAll(citizen["rut"], "-", "")
	same("without a dash", citizen.but("rut", digits).form(cmp.BenefitsPath))
	same("with dots", citizen.but("rut", digits[:2]+"."+digits[2:5]+"."+digits[5:8]+"-"+digits[8:]).form(cmp.BenefitsPath))

	var one []string
	for _, category := range []string{"salud", "educacion", "dependencia", "trabajo", "violencia", "transferencias", "covid"} {
		one = append(one, titles(t, p.send(t, citizen.but("categoria", category).query(cmp.BenefitsPath).with(token)))...)
	}
	if !slices.Equal(one, all) {
		t.Errorf("one category after the other: %q, want %q", one, all)
	}
	differ := false
	for _, c := range p.demo.Cmp.Citizens {
		got := titles(t, p.send(t, citizen.but("rut", c.RUT, "cu_token", c.CUToken).form(cmp.BenefitsPath).with(token)))
		differ = differ || !slices.Equal(got, all)
	}
	if !differ {
		t.Error("every citizen has the same benefits")
	}
}

func stagingBenefits(t *testing.T, p *platform) {
	d := p.demo.Cmp
	trial := credentials{d.StagingID, d.StagingSecret}
	citizen := fields{"rut": d.StagingRUT, "categoria": "todas", "cu_token": d.StagingCUToken}
	var issued struct {
		AccessToken string `json:"access_token"`
	}
	a := p.send(t, issuing(trial).to(stagingHost+":8443"))
	if err := json.Unmarshal([]byte(a.body), &issued); err != nil || a.status != http.StatusOK {
		t.Fatalf("%d, %s: %v", a.status, a.body, err)
	}
	titles(t, p.send(t, citizen.query(cmp.BenefitsPath).with(issued.AccessToken).to(strings.ToUpper(stagingHost))))
	for _, r := range []cmpRefused{
		{"a staging token in production", citizen.form(cmp.BenefitsPath).with(issued.AccessToken), 401, textUnauthorized},
		{"a production token in staging", p.citizen().form(cmp.BenefitsPath).with(p.issue(t, p.partner)).to(stagingHost), 401, textUnauthorized},
		{"a production widget in staging", p.widget().form(cmp.WidgetTokenPath).to(stagingHost), 401, textUnauthorized},
	} {
		t.Run(r.name, func(t *testing.T) { r.check(t, p.send(t, r.call)) })
	}
	for name, c := range map[string]call{"in production": issuing(trial), "in staging": issuing(p.partner).to(stagingHost)} {
		if a := p.send(t, c); a.status != http.StatusUnauthorized {
			t.Errorf("a client of the other data set %s: %d, %s", name, a.status, a.body)
		}
	}
}

func strictBenefits(t *testing.T, p *platform) {
	token, wrong := p.issue(t, p.partner), p.citizen().but("categoria", "")
	const body = `{"code":500,"success":false,"data":{"message":"Ingrese Categoría"}}`
	become := func(status int) {
		t.Helper()
		testkit.Eventually(t, patience, func() error {
			if a := p.send(t, wrong.form(cmp.BenefitsPath).with(token)); a.status != status || a.body != body {
				return fmt.Errorf("%d, %s", a.status, a.body)
			}
			return nil
		})
	}
	become(http.StatusInternalServerError)
	p.owner().run(t, nil, "switch", "set", cmp.Name, "--path", cmp.BenefitsPath, "--strict")
	become(http.StatusUnprocessableEntity)
	p.owner().run(t, nil, "switch", "clear", cmp.Name, "--path", cmp.BenefitsPath)
	become(http.StatusInternalServerError)
}
