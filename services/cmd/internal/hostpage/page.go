// Package hostpage is a partner's page for demonstrations: it behaves as a ministry's server does that shows the widgets of
// Red de Protección Social to its citizens, on an origin of its own.
package hostpage

import (
	"embed"
	"errors"
	"fmt"
	"html/template"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
)

// Site is what the page's owner was given by the platform.
type Site struct {
	// BaseURL is the platform's address.
	BaseURL string
	// Origin is the page's own, as it is registered for the widgets.
	Origin string
	// APIKey and SecretKey are those of the widget client.
	APIKey, SecretKey string
	// Citizens are those who may be shown, the first unless another is chosen.
	Citizens []Citizen
	// Functionalities are those that lead to the page.
	Functionalities []Functionality
}

// Citizen is somebody who has signed in with ClaveÚnica.
type Citizen struct {
	RUT string
	// Token is the citizen's ClaveÚnica token.
	Token string
	// About tells whoever chooses what to expect.
	About string
}

//go:embed page
var files embed.FS

// Page serves the page.
type Page struct {
	site   Site
	client *http.Client
	logger *slog.Logger
	html   *template.Template
	mux    *http.ServeMux
	policy string
}

// New makes the page of a site. The client has to trust the platform's certificate.
func New(site Site, client *http.Client, logger *slog.Logger) (*Page, error) {
	if len(site.Citizens) == 0 {
		return nil, errors.New("host page: no citizen to show")
	}
	html, err := template.ParseFS(files, "page/*.html")
	if err != nil {
		return nil, fmt.Errorf("host page: %w", err)
	}
	p := &Page{site: site, client: client, logger: logger, html: html, mux: http.NewServeMux()}
	// The part of it that names the platform is what docs/widgets.md asks of partners.
	p.policy = "default-src 'none'; script-src 'self' " + site.BaseURL + "; style-src 'self' " + site.BaseURL + "; connect-src " + site.BaseURL +
		"; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
	p.mux.HandleFunc("GET /{$}", p.show)
	p.mux.HandleFunc("GET "+FunctionalityPath, p.showFunctionality)
	for _, name := range []string{"page.css", "page.js", "funcionalidade.js", "icon.svg"} {
		p.mux.HandleFunc("GET /"+name, func(w http.ResponseWriter, r *http.Request) { http.ServeFileFS(w, r, files, "page/"+name) })
	}
	return p, nil
}

// ServeHTTP answers under the page's own name only: no other site may lead a browser here to read a citizen's token.
func (p *Page) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Security-Policy", p.policy)
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cache-Control", "no-store")
	if "http://"+r.Host != p.site.Origin {
		http.Error(w, "Esta página está en "+p.site.Origin+"/", http.StatusMisdirectedRequest)
		return
	}
	p.mux.ServeHTTP(w, r)
}

// view is what the page says.
type view struct {
	Text     texts
	Language string
	Theme    string
	Trial    string
	Site     Site
	Chosen   int
	// Token is empty when there was none to get, and then Refusal says why.
	Token   string
	Refusal string
}

func (p *Page) show(w http.ResponseWriter, r *http.Request) {
	asked := r.URL.Query()
	v := view{
		Language: oneOf(asked.Get("idioma"), "es", "en"), Theme: oneOf(asked.Get("tema"), "auto", "claro", "oscuro"),
		Trial: oneOf(asked.Get("prueba"), "nada", "token", "clave", "lugar"), Site: p.site,
	}
	v.Text = spoken[v.Language]
	if n, err := strconv.Atoi(asked.Get("persona")); err == nil && n >= 0 && n < len(p.site.Citizens) {
		v.Chosen = n
	}
	status := http.StatusOK
	token, err := p.token(r.Context(), p.site.Citizens[v.Chosen])
	var refused *refusal
	switch {
	case errors.As(err, &refused):
		v.Refusal, status = refused.Error(), http.StatusBadGateway
	case err != nil:
		p.logger.WarnContext(r.Context(), "the host page has no token", "error", err)
		v.Refusal, status = v.Text.NoPlatform, http.StatusBadGateway
	}
	v.Token = token
	if v.Trial == "token" {
		v.Token = strings.Repeat("x", 8)
	}
	if v.Trial == "clave" {
		v.Site.APIKey = "otra-clave"
	}
	p.write(w, r, status, "page.html", v)
}

// oneOf is the value when it is one of the allowed, the first of which stands for any other.
func oneOf(value string, allowed ...string) string {
	for _, a := range allowed {
		if value == a {
			return a
		}
	}
	return allowed[0]
}
