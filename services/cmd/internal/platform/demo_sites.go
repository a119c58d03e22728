package platform

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strings"
	"sync/atomic"
	"time"

	"github.com/ventanilla/ventanilla/services/cmd/internal/demo"
	"github.com/ventanilla/ventanilla/services/cmd/internal/hostpage"
)

// siteScheme is that of the demo's sites, which never leave the machine.
const siteScheme = "http://"

// siteStop bounds how long open requests of a demo's site may hold up the end.
const siteStop = time.Second

// demoSites are what others would run where the platform is no demo: ClaveÚnica, and a partner's page with widgets.
type demoSites struct {
	claveUnica  *demo.ClaveUnica
	login, page *demoSite
	// shown is what the page's site shows once it is known.
	shown atomic.Pointer[hostpage.Page]
}

// startDemoSites starts ClaveÚnica, which auth is told of, and the partner's endpoints, which integrations call, at the page's origin. The
// page itself comes once its credentials are made.
func startDemoSites(ctx context.Context, p *Process, folder *Folder) (*demoSites, error) {
	earlier, err := demo.Read(folder.Path("demo.json"))
	if err != nil {
		return nil, err
	}
	emulator, err := demo.NewClaveUnica()
	if err != nil {
		return nil, err
	}
	login, err := openSite(ctx, "127.0.0.1:0", earlier.CMP.ClaveUnicaURL)
	if err != nil {
		return nil, err
	}
	p.Group.Defer("ClaveÚnica's listener", login.close)
	page, err := openSite(ctx, p.Settings.Demo.PageListen, earlier.CMP.Origin)
	if err != nil {
		return nil, fmt.Errorf("demo.page_listen: %w", err)
	}
	p.Group.Defer("the demo page's listener", page.close)
	login.start(ctx, p, "ClaveÚnica", emulator)
	if c := &p.Settings.Auth.ClaveUnica; c.UserinfoURL == "" && c.StagingUserinfoURL == "" {
		c.UserinfoURL, c.StagingUserinfoURL = emulator.UserinfoURLs(login.origin())
	}
	sites := &demoSites{claveUnica: emulator, login: login, page: page}
	mux := http.NewServeMux()
	mux.Handle(demo.PartnerPath, demo.NewPartnerEndpoint())
	mux.HandleFunc("/", sites.show)
	page.start(ctx, p, "the demo page", mux)
	return sites, nil
}

// show shows the page.
func (s *demoSites) show(w http.ResponseWriter, r *http.Request) {
	if page := s.shown.Load(); page != nil {
		page.ServeHTTP(w, r)
		return
	}
	w.Header().Set("Retry-After", "1")
	http.Error(w, http.StatusText(http.StatusServiceUnavailable), http.StatusServiceUnavailable)
}

// openPage shows the widgets of the demo's clients, and who opened its functionalities.
func (s *demoSites) openPage(p *Process, folder *Folder, file demo.File) error {
	ca, err := os.ReadFile(folder.Path("ca.pem"))
	if err != nil {
		return fmt.Errorf("reading the edge's authority: %w", err)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(ca)
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS13}}
	p.Group.Defer("the demo page's connections", func() error {
		transport.CloseIdleConnections()
		return nil
	})
	site := hostpage.Site{
		BaseURL: file.BaseURL, Origin: file.CMP.Origin, APIKey: file.CMP.APIKey, SecretKey: file.CMP.SecretKey,
		Functionalities: []hostpage.Functionality{
			{Instance: file.Mosia.InstanciaApp, Key: file.Mosia.ChaveFuncionalidade, Token: file.Mosia.Token},
			{Instance: file.Mosia.SandboxInstanciaApp, Key: file.Mosia.SandboxChaveFuncionalidade, Token: file.Mosia.SandboxToken},
		},
	}
	for _, c := range file.CMP.Citizens {
		site.Citizens = append(site.Citizens, hostpage.Citizen{RUT: c.RUT, Token: c.CUToken, About: c.About})
	}
	page, err := hostpage.New(site, &http.Client{Transport: transport, Timeout: startTimeout}, p.Log())
	if err != nil {
		return err
	}
	s.shown.Store(page)
	return nil
}

// demoSite is a server on a port of the loopback.
type demoSite struct{ listener net.Listener }

// openSite listens at an address. Where this leaves the port open, it is that of an earlier run if nobody else has it now.
func openSite(ctx context.Context, address, earlier string) (*demoSite, error) {
	var listening net.ListenConfig
	before := strings.TrimPrefix(earlier, siteScheme)
	if _, port, err := net.SplitHostPort(address); err == nil && port == "0" && before != "" && Loopback(before) {
		if listener, err := listening.Listen(ctx, "tcp", before); err == nil {
			return &demoSite{listener}, nil
		}
	}
	listener, err := listening.Listen(ctx, "tcp", address)
	if err != nil {
		return nil, fmt.Errorf("opening a listener of the demo: %w", err)
	}
	return &demoSite{listener}, nil
}

func (s *demoSite) origin() string { return siteScheme + s.listener.Addr().String() }

// close is for a site that may have been started, which has closed it then.
func (s *demoSite) close() error {
	if err := s.listener.Close(); !errors.Is(err, net.ErrClosed) {
		return err
	}
	return nil
}

func (s *demoSite) start(ctx context.Context, p *Process, name string, handler http.Handler) {
	server := &http.Server{
		Handler: handler, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 5 * time.Second, WriteTimeout: time.Minute,
		MaxHeaderBytes: 16 << 10, ErrorLog: slog.NewLogLogger(p.Log().Handler(), slog.LevelWarn),
	}
	p.Group.Go(ctx, name, func(ctx context.Context) error {
		ended := make(chan error, 1)
		stop := context.AfterFunc(ctx, func() {
			bound, cancel := context.WithTimeout(context.WithoutCancel(ctx), siteStop)
			defer cancel()
			if server.Shutdown(bound) == nil {
				ended <- nil
				return
			}
			ended <- server.Close()
		})
		if err := server.Serve(s.listener); !errors.Is(err, http.ErrServerClosed) {
			stop()
			return fmt.Errorf("serving %s: %w", name, err)
		}
		return <-ended
	})
}
