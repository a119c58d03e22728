package hostpage

import (
	"bytes"
	"net/http"
)

// FunctionalityPath is where the page is that pass keys lead to. The query's instanciaApp says of which Functionality it is.
const FunctionalityPath = "/funcionalidade"

// Functionality is one that the page can redeem pass keys of, as a page does that has no server of its own.
type Functionality struct {
	// Instance is instanciaApp, Key is chaveFuncionalidade, Token is the client's.
	Instance, Key, Token string
}

// functionalityView is what the page says.
type functionalityView struct{ Base, Token, Instance, Functionality string }

func (p *Page) showFunctionality(w http.ResponseWriter, r *http.Request) {
	asked := r.URL.Query().Get("instanciaApp")
	for _, f := range p.site.Functionalities {
		if f.Instance == asked {
			p.write(w, r, http.StatusOK, "funcionalidade.html", functionalityView{p.site.BaseURL, f.Token, f.Instance, f.Key})
			return
		}
	}
	http.NotFound(w, r)
}

// write writes a page.
func (p *Page) write(w http.ResponseWriter, r *http.Request, status int, name string, about any) {
	var out bytes.Buffer
	if err := p.html.ExecuteTemplate(&out, name, about); err != nil {
		p.logger.ErrorContext(r.Context(), "the host page cannot be written", "error", err)
		http.Error(w, http.StatusText(http.StatusInternalServerError), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(out.Bytes()) // a browser that went away needs no answer
}
