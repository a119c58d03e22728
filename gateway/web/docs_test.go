package web_test

import (
	"encoding/json"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/ventanilla/ventanilla/gateway/web"
)

func TestTheDocumentationIsServed(t *testing.T) {
	b := start(t)
	answer, page := b.get(t, http.MethodGet, web.DocsPath+"/", "Accept", navigation)
	if answer.StatusCode != http.StatusOK || !strings.HasPrefix(page, "<!doctype html>") {
		t.Fatalf("got %d, %.100s", answer.StatusCode, page)
	}
	if policy := answer.Header.Get("Content-Security-Policy"); !strings.HasPrefix(policy, "default-src 'none'; style-src 'self';") {
		t.Errorf("policy %q", policy)
	}
	links := regexp.MustCompile(`href="([^"#.][^"#]*)"`).FindAllStringSubmatch(page, -1)
	if len(links) < 4 {
		t.Errorf("the page has the links %q", links)
	}
	for _, link := range links {
		if answer, body := b.get(t, http.MethodGet, web.DocsPath+"/"+link[1], "Accept", "*/*"); answer.StatusCode != http.StatusOK || body == "" {
			t.Errorf("%s: got %d", link[1], answer.StatusCode)
		}
	}
	if _, collection := b.get(t, http.MethodGet, web.DocsPath+"/postman_collection.json"); !json.Valid([]byte(collection)) {
		t.Error("the collection is no JSON")
	}
}

func TestTheDocumentationIsAFolder(t *testing.T) {
	b := start(t)
	b.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	answer, _ := b.get(t, http.MethodGet, web.DocsPath, "Accept", navigation)
	if answer.StatusCode != http.StatusMovedPermanently || answer.Header.Get("Location") != web.DocsPath+"/" {
		t.Errorf("got %d, %q", answer.StatusCode, answer.Header.Get("Location"))
	}
}
