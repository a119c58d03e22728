package e2e

import (
	"encoding/json"
	"os"
	"testing"
)

// widgetScene is what the widgets' tests are told: the platform, the demo's host page, and how its operator acts.
type widgetScene struct {
	BaseURL string `json:"base_url"`
	CAFile  string `json:"ca_file"`
	// Origin is the host page's, for APIKey; Citizens is how many it can show.
	Origin   string `json:"origin"`
	APIKey   string `json:"api_key"`
	Citizens int    `json:"citizens"`
	Binary   string `json:"binary"`
	Data     string `json:"data"`
	AdminRPC string `json:"admin_rpc"`
}

// TestWidgets has a browser show the widgets: on the demo's page, and on one whose service answers as the tests say.
func TestWidgets(t *testing.T) {
	p := up(t, t.TempDir())
	text, err := os.ReadFile(p.file)
	if err != nil {
		t.Fatal(err)
	}
	var demo struct {
		CMP struct {
			Origin   string     `json:"origin"`
			APIKey   string     `json:"api_key"`
			Citizens []struct{} `json:"citizens"`
		} `json:"cmp"`
	}
	if err := json.Unmarshal(text, &demo); err != nil {
		t.Fatal(err)
	}
	browse(t, widgetScene{
		BaseURL: p.demo.BaseURL, CAFile: p.demo.CAFile, Origin: demo.CMP.Origin, APIKey: demo.CMP.APIKey, Citizens: len(demo.CMP.Citizens),
		Binary: binary, Data: p.data, AdminRPC: p.demo.AdminRPC,
	}, "widgets/*.test.mjs")
}
