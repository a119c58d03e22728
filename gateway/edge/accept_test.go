package edge_test

import (
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/ventanilla/ventanilla/gateway/edge"
)

func TestTheCallerPrefersAMediaType(t *testing.T) {
	const json, signed, zip = "application/json", "application/signed+jwt", "application/zip"
	c := start(t, nil, family("f", func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, edge.MediaType(r.Context()))
	}, []string{""}, edge.Route{Method: "GET", Path: "/", Produces: []string{signed, zip}}, route("POST", "/")))
	const refused = "f REASON_NOT_ACCEPTABLE"
	for accept, want := range map[string]string{
		"":                                    json,
		json:                                  json,
		signed:                                signed,
		"Application/Signed+JWT;a=b":          signed,
		zip:                                   zip,
		"*/*":                                 json,
		"application/*":                       json,
		signed + ", " + json:                  json,
		signed + ";q=0.9, " + json:            json,
		signed + ", " + json + ";q=0.9":       signed,
		signed + ", */*":                      signed,
		signed + ", application/*":            signed,
		signed + ";q=0.5, */*;q=0.5":          signed,
		signed + ";q=0.5, */*":                json,
		json + ", */*":                        json,
		signed + ", " + zip:                   signed,
		zip + ", " + signed + ";q=0":          zip,
		"*/*, " + json + ";q=0":               signed,
		"application/*;q=0, " + signed:        signed,
		"text/html, application/*;q=0.1":      json,
		"text/html":                           refused,
		"text/*":                              refused,
		"application/*;q=0":                   refused,
		signed + ";q=0, " + json + ";q=0":     refused,
		strings.Repeat(",", 40) + signed:      signed,
		signed + ";q=nan, " + json + ";q=0":   refused,
		signed + ";q=x, " + json + ";q=0.999": signed,
	} {
		answer, body := c.do(t, "GET", "/", "", "Accept", accept)
		if body != want {
			t.Errorf("%q: got %s, want %s", accept, body, want)
		}
		if !slices.Equal(answer.Header["Vary"], []string{"Accept"}) {
			t.Errorf("%q: Vary: %q", accept, answer.Header["Vary"])
		}
	}
	answer, body := c.do(t, "POST", "/", "", "Accept", "*/*")
	if body != json || answer.Header["Vary"] != nil {
		t.Errorf("a route that produces JSON only: %s, Vary: %q", body, answer.Header["Vary"])
	}
	if _, body := c.do(t, "POST", "/", "", "Accept", signed); body != refused {
		t.Errorf("a route that produces JSON only: %s", body)
	}
}

func TestARouteMayHaveAnotherMediaTypeOnly(t *testing.T) {
	const html, refused = "text/html", "f REASON_NOT_ACCEPTABLE"
	c := start(t, nil, family("f", func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, edge.MediaType(r.Context()))
	}, []string{""}, edge.Route{Method: "GET", Path: "/", Only: html}))
	for accept, want := range map[string]string{
		"":                       html,
		"*/*":                    html,
		"text/*;q=0.1":           html,
		"application/json, */*":  html,
		"application/json":       refused,
		"*/*, text/html;q=0":     refused,
		"application/json, text": refused,
	} {
		answer, body := c.do(t, "GET", "/", "", "Accept", accept)
		if body != want || answer.Header["Vary"] != nil {
			t.Errorf("%q: got %s, want %s; Vary: %q", accept, body, want, answer.Header["Vary"])
		}
	}
}

// Whatever Accept says, an answer has a media type that the route produces, and one more to choose from refuses nobody.
func FuzzAccept(f *testing.F) {
	for _, seed := range []string{"", "*/*", "application/*;q=0.5, application/signed+jwt", "a/b;q=nan,application/json;q=-1"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, accept string) {
		alone := edge.Choose([]string{accept}, nil)
		if alone != "" && alone != "application/json" {
			t.Fatalf("%q", alone)
		}
		chosen := edge.Choose([]string{accept}, []string{"application/signed+jwt"})
		if chosen != "" && chosen != "application/json" && chosen != "application/signed+jwt" || chosen == "" && alone != "" {
			t.Fatalf("%q, and %q with JSON alone", chosen, alone)
		}
	})
}
