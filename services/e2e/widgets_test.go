package e2e

import "testing"

// TestWidgets has a browser show the widgets on partners' pages.
func TestWidgets(t *testing.T) {
	p := up(t, t.TempDir())
	browse(t, struct {
		BaseURL string `json:"base_url"`
		CAFile  string `json:"ca_file"`
	}{p.demo.BaseURL, p.demo.CAFile}, "widgets/*.test.mjs")
}
