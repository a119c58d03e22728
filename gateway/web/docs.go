package web

import (
	"embed"
	"fmt"
	"net/http"

	"github.com/ventanilla/ventanilla/gateway/edge"
)

// DocsPath is where cmp's documentation for partners is: a page with examples, how the widgets work, a collection for Postman,
// and the OpenAPI document.
const DocsPath = "/docs/cmp"

// docsFolder is what `make generate` makes of the contract and of the files beside it.
const docsFolder = "cmpdocs/dist"

//go:embed cmpdocs/dist
var docs embed.FS

// docsHeader is what a browser is told with a page: it has no scripts, and speaks to nobody.
var docsHeader = map[string]string{
	"Content-Security-Policy": "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
	"Referrer-Policy":         "no-referrer",
}

// Docs makes the family of the documentation. Its errors are written by writeError.
func Docs(writeError func(w http.ResponseWriter, r *http.Request, err error)) (edge.Family, error) {
	family := edge.Family{Name: "docs", Prefixes: []string{DocsPath}, WriteError: writeError}
	entries, err := docs.ReadDir(docsFolder)
	if err != nil {
		return edge.Family{}, fmt.Errorf("reading the documentation: %w", err)
	}
	files := make(map[string]*file)
	for _, entry := range entries {
		content, err := docs.ReadFile(docsFolder + "/" + entry.Name())
		if err != nil {
			return edge.Family{}, fmt.Errorf("reading the documentation: %w", err)
		}
		f, err := newFile(entry.Name(), content)
		if err != nil {
			return edge.Family{}, fmt.Errorf("reading the documentation: %w", err)
		}
		f.header = docsHeader
		at := DocsPath + "/" + entry.Name()
		if entry.Name() == "index.html" {
			at = DocsPath + "/"
		}
		files[at] = f
		family.Routes = append(family.Routes, edge.Route{Method: http.MethodGet, Path: at, Only: f.mediaType})
	}
	family.Routes = append(family.Routes, edge.Route{Method: http.MethodGet, Path: DocsPath, Only: "text/html"})
	family.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if f := files[r.URL.Path]; f != nil {
			f.ServeHTTP(w, r)
			return
		}
		http.Redirect(w, r, DocsPath+"/", http.StatusMovedPermanently) // names in the page are relative
	})
	return family, nil
}
