package e2e

import (
	"io"
	"net/http"
	"strings"
	"testing"
)

const mebibyte = 1 << 20

// oversizedBodies sends more than the limit, with its length said beforehand and in chunks.
func oversizedBodies(t *testing.T, p *platform) {
	form := http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}
	bodies := map[string]func() io.Reader{
		"length said": func() io.Reader { return strings.NewReader("token=" + strings.Repeat("x", mebibyte)) },
		// A reader of no known length is sent in chunks.
		"chunked": func() io.Reader {
			return io.MultiReader(strings.NewReader("token="), io.LimitReader(endless{}, mebibyte))
		},
	}
	for name, body := range bodies {
		for _, path := range oauthPaths {
			t.Run(name+" "+path, func(t *testing.T) {
				a := p.send(t, call{path: path, header: form, body: body(), basic: &p.resource})
				refusal{status: http.StatusRequestEntityTooLarge, members: cmpOAuth}.check(t, a)
			})
		}
	}
}

// endless gives the letter x for ever.
type endless struct{}

func (endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = 'x'
	}
	return len(p), nil
}

// plainHTTP calls the address that exists to refuse: in the family's shape, whatever the path and credentials, and
// without sending anybody elsewhere.
func plainHTTP(t *testing.T, p *platform) {
	plain := edge{base: p.demo.HTTPURL, client: &http.Client{
		Transport:     p.client.Transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
	token := issuing(p.partner)
	for _, r := range []refusal{
		{name: "cmp", call: token, members: cmpOAuth},
		{name: "cmp other path", call: call{path: "/api/v1/beneficios-potenciales"}, members: cmpPlain},
		{name: "tuidd", call: introspecting("x", p.resource), members: oauth},
		{name: "native", call: revoking("x", p.partner), members: oauth},
		{name: "native token", call: token.at(ownTokenPath), members: oauth},
		{name: "native introspection", call: introspecting("x", p.resource).at(ownIntrospectPath), members: oauth},
		{name: "native other path", call: call{method: "GET", path: "/docs"}, members: problem},
	} {
		t.Run(r.name, func(t *testing.T) {
			r.status = http.StatusForbidden
			a := plain.send(t, r.call)
			r.check(t, a)
			if got := a.header.Get("Location"); got != "" {
				t.Errorf("sent to %s", got)
			}
		})
	}
}

// preflight asks as a browser does before it sends a form from another origin, and as one asks for the options.
func preflight(t *testing.T, p *platform) {
	for _, path := range oauthPaths {
		t.Run(path, func(t *testing.T) {
			a := p.send(t, call{method: "OPTIONS", path: path, header: http.Header{
				"Origin":                         {"https://partner.example"},
				"Access-Control-Request-Method":  {"POST"},
				"Access-Control-Request-Headers": {"authorization,content-type"},
			}})
			if a.status/100 != 2 || a.header.Get("Access-Control-Allow-Origin") != "*" ||
				!strings.Contains(a.header.Get("Access-Control-Allow-Methods"), "POST") ||
				!strings.Contains(strings.ToLower(a.header.Get("Access-Control-Allow-Headers")), "authorization") ||
				a.header.Get("Access-Control-Max-Age") != "600" || a.header.Get("Access-Control-Allow-Credentials") != "" {
				t.Errorf("preflight: %d, %v", a.status, a.header)
			}
			a = p.send(t, call{method: "OPTIONS", path: path})
			if a.status/100 != 2 || a.header.Get("Allow") != "OPTIONS, POST" {
				t.Errorf("options: %d, Allow %q", a.status, a.header.Get("Allow"))
			}
			a = p.send(t, call{method: "HEAD", path: path})
			if a.status != http.StatusMethodNotAllowed || a.body != "" {
				t.Errorf("HEAD where there is no GET: %d, %q", a.status, a.body)
			}
		})
	}
}
