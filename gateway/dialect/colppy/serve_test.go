package colppy_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/ventanilla/ventanilla/gateway/edge"
	"github.com/ventanilla/ventanilla/gateway/edgetest"

	"github.com/ventanilla/ventanilla/gateway/dialect/colppy"
)

// serve has an edge of its own answer a body.
func serve(t *testing.T, family edge.Family, body string) string {
	t.Helper()
	opts, roots := edgetest.Options(t)
	e := edgetest.Start(t, edgetest.Config(), opts, roots, family, edgetest.Fallback())
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: e.Roots}}
	defer transport.CloseIdleConnections()
	r, err := http.NewRequestWithContext(context.WithoutCancel(t.Context()), http.MethodPost, "https://"+e.Addr().String()+colppy.Path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	answer, err := (&http.Client{Transport: transport}).Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// serviceOf is the member service of a body as JSON.
func serviceOf(t *testing.T, body string) string {
	t.Helper()
	var in struct {
		Service json.RawMessage `json:"service"`
	}
	if err := json.NewDecoder(bytes.NewReader([]byte(body))).Decode(&in); err != nil {
		t.Fatal(err)
	}
	return string(in.Service)
}
