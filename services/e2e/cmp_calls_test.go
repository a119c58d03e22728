package e2e

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
)

// envelope is the body of every answer.
type envelope struct {
	Code    int             `json:"code"`
	Success bool            `json:"success"`
	Data    json.RawMessage `json:"data"`
}

// enveloped is the data of an answer that succeeded.
func (a answer) enveloped(t *testing.T, data any) {
	t.Helper()
	var body envelope
	if err := json.Unmarshal([]byte(a.body), &body); err != nil || a.status != http.StatusOK || body.Code != http.StatusOK || !body.Success {
		t.Fatalf("%d, %s: %v", a.status, a.body, err)
	}
	if err := json.Unmarshal(body.Data, data); err != nil {
		t.Fatalf("%s: %v", body.Data, err)
	}
	common(t, a)
	if got := a.header.Get("Cache-Control"); got != "no-store" {
		t.Errorf("Cache-Control: %q", got)
	}
}

// fields are parameters by name.
type fields map[string]string

// but is a copy with other values; those that become empty are left out.
func (f fields) but(pairs ...string) fields {
	other := maps.Clone(f)
	for pair := range slices.Chunk(pairs, 2) {
		other[pair[0]] = pair[1]
		if pair[1] == "" {
			delete(other, pair[0])
		}
	}
	return other
}

func (f fields) json(path string) call {
	text, err := json.Marshal(f)
	if err != nil {
		panic(err) // they are strings
	}
	return call{path: path, header: http.Header{"Content-Type": {"application/json"}}, body: strings.NewReader(string(text))}
}

func (f fields) query(path string) call { return call{path: path + "?" + encodeForm(f)} }

func (f fields) form(path string) call { return call{path: path, form: f} }

func (c call) with(bearer string) call {
	c.bearer = bearer
	return c
}

func (c call) to(host string) call {
	c.host = host
	return c
}

// citizen asks about the demo's citizen.
func (p *platform) citizen() fields {
	return fields{"rut": p.demo.Cmp.RUT, "categoria": "todas", "cu_token": p.demo.Cmp.CUToken}
}

// widget asks for a token of the demo's widget.
func (p *platform) widget() fields {
	return fields{"apiKey": p.demo.Cmp.APIKey, "secretKey": p.demo.Cmp.SecretKey, "rut": p.demo.Cmp.RUT, "cu_token": p.demo.Cmp.CUToken}
}

// titles are those of the benefits of an answer, each of which has the document's members.
func titles(t *testing.T, a answer) (names []string) {
	t.Helper()
	var data map[string][]map[string]any
	a.enveloped(t, &data)
	if len(data) != 1 {
		t.Errorf("data has other members: %s", a.body)
	}
	for _, b := range data["beneficios"] {
		title, _ := b["title"].(string)
		ids, isArray := b["idChileAtiende"].([]any)
		for _, id := range ids {
			if n, isNumber := id.(float64); !isNumber || n < 1 {
				t.Errorf("%s: idChileAtiende %v", title, ids)
			}
		}
		if url, _ := b["url"].(string); len(b) != 4 || title == "" || b["description"] == "" || !isArray || !strings.HasPrefix(url, "https://") {
			t.Errorf("a benefit is %v", b)
		}
		names = append(names, title)
	}
	return names
}
