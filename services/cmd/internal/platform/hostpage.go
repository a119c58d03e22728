package platform

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net/http"
	"os"
	"time"

	"github.com/ventanilla/ventanilla/services/cmd/internal/hostpage"
)

// hostPagePatience is how long the demo's host page waits for the edge.
const hostPagePatience = 10 * time.Second

// startHostPage serves the page of the demo's ministry. Its origin is to be registered before it has anything to show.
func startHostPage(ctx context.Context, p *Process) (*hostpage.Server, error) {
	server, err := hostpage.Listen(ctx, p.Settings.Demo.PageListen, p.Log())
	if err != nil {
		return nil, fmt.Errorf("demo.page_listen: %w", err)
	}
	p.Group.Go(ctx, "host page", server.Serve)
	return server, nil
}

// showHostPage gives the server its page, which calls the edge as a partner does and trusts the authority in the file.
func showHostPage(p *Process, server *hostpage.Server, caFile string, site hostpage.Site) error {
	authority, err := os.ReadFile(caFile)
	if err != nil {
		return fmt.Errorf("reading the edge's authority: %w", err)
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(authority) {
		return fmt.Errorf("%s: no certificate", caFile)
	}
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}}
	p.Group.Defer("host page's connections", func() error {
		transport.CloseIdleConnections()
		return nil
	})
	page, err := hostpage.New(site, &http.Client{Transport: transport, Timeout: hostPagePatience}, p.Log())
	if err != nil {
		return err
	}
	server.Show(page)
	return nil
}
