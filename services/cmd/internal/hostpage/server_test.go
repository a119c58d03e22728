package hostpage_test

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"

	"github.com/ventanilla/ventanilla/services/cmd/internal/hostpage"
)

func TestTheServerWaitsForItsPage(t *testing.T) {
	server, err := hostpage.Listen(t.Context(), "127.0.0.1:0", slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	served := make(chan error, 1)
	go func() { served <- server.Serve(ctx) }()
	transport := &http.Transport{}
	defer transport.CloseIdleConnections()
	ask := func(path string) (int, string) {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.Origin()+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		resp, err := transport.RoundTrip(req)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = resp.Body.Close() }()
		body, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		return resp.StatusCode, string(body)
	}
	if status, _ := ask("/"); status != http.StatusServiceUnavailable {
		t.Errorf("without a page: %d", status)
	}
	page, err := hostpage.New(hostpage.Site{Origin: server.Origin(), Citizens: []hostpage.Citizen{{RUT: "44444444-4"}}}, http.DefaultClient, nil)
	if err != nil {
		t.Fatal(err)
	}
	server.Show(page)
	if status, body := ask("/page.js"); status != http.StatusOK || !strings.Contains(body, "CmpWidgets") {
		t.Errorf("with a page: %d", status)
	}
	cancel()
	if err := <-served; err != nil {
		t.Error(err)
	}
}
