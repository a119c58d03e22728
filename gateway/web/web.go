package web

import (
	"embed"
	"fmt"
	"io/fs"
	"net/http"
	"strings"

	"github.com/ventanilla/ventanilla/gateway/edge"
)

// Name is the family's name.
const Name = "web"

// The addresses that cards' QR codes begin with, of the two data sets. Both have the same page, which looks where it is.
const (
	// ValidatorPath is that of production.
	ValidatorPath = "/c"
	// StagingValidatorPath is that of staging.
	StagingValidatorPath = "/cs"
)

// WidgetsPath is where the widgets' script and stylesheet are, among the addresses of Red de Protección Social.
const WidgetsPath = "/widgets/v1"

//go:embed validator/dist widgets/dist
var built embed.FS

// pageHeader is what a browser is told with the page. Scripts and styles come from here alone and are never inline, and
// the page speaks to this server alone. The camera is the page's own.
var pageHeader = map[string]string{
	"Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; " +
		"connect-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
	"Cross-Origin-Opener-Policy": "same-origin",
	"Permissions-Policy":         "camera=(self), microphone=(), geolocation=()",
	"Referrer-Policy":            "no-referrer",
}

// workerHeader lets the service worker serve the page's address, which is above its own.
var workerHeader = map[string]string{
	"Service-Worker-Allowed":  ValidatorPath,
	"Content-Security-Policy": "default-src 'none'; connect-src 'self'",
	"Referrer-Policy":         "no-referrer",
}

// New makes the family of the pages. Its errors are written by writeError.
func New(writeError func(w http.ResponseWriter, r *http.Request, err error)) (edge.Family, error) {
	family := edge.Family{Name: Name, Prefixes: []string{ValidatorPath}, WriteError: writeError}
	files := make(map[string]*file)
	for _, page := range []struct {
		folder string
		mount  func(f *file, name string) []string
	}{{"validator/dist", mountValidator}, {"widgets/dist", mountWidgets}} {
		err := eachFile(page.folder, func(name string, f *file) {
			for _, at := range page.mount(f, name) {
				files[at] = f
				family.Routes = append(family.Routes, edge.Route{Method: http.MethodGet, Path: at, Only: f.mediaType})
			}
		})
		if err != nil {
			return edge.Family{}, fmt.Errorf("reading the pages: %w", err)
		}
	}
	family.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { files[r.URL.Path].ServeHTTP(w, r) })
	return family, nil
}

// eachFile reads what was built into a folder; names begin below it, with a slash.
func eachFile(folder string, do func(name string, f *file)) error {
	return fs.WalkDir(built, folder, func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := built.ReadFile(name)
		if err != nil {
			return err
		}
		f, err := newFile(name, content)
		if err != nil {
			return err
		}
		do(strings.TrimPrefix(name, folder), f)
		return nil
	})
}

// mountValidator sets what a file's name asks for, and tells where it is served. Assets have the digest of their content in their
// names; the others are asked for anew.
func mountValidator(f *file, name string) []string {
	switch {
	case name == "/index.html":
		f.header = pageHeader
		return []string{ValidatorPath, StagingValidatorPath}
	case name == "/sw.js":
		f.header = workerHeader
	case strings.HasPrefix(name, "/assets/"):
		f.cacheControl = "public, max-age=31536000, immutable"
	}
	return []string{ValidatorPath + name}
}

// sharedHeader lets pages of other origins load the file, also those that isolate themselves.
var sharedHeader = map[string]string{"Cross-Origin-Resource-Policy": "cross-origin"}

// mountWidgets serves a file under its name, which partners' pages have for ever: browsers ask for a newer one every few minutes.
func mountWidgets(f *file, name string) []string {
	f.header, f.cacheControl = sharedHeader, "public, max-age=300"
	return []string{WidgetsPath + name}
}
