package claveunica

import (
	_ "embed"
	"html/template"
	"net/http"
	"net/url"
	"strings"

	"github.com/ventanilla/ventanilla/pkg/nationalid"
)

// maxBody bounds a request's body, in bytes.
const maxBody = 64 << 10

//go:embed login.html
var loginPage string

var login = template.Must(template.New("login").Parse(loginPage))

// loginForm is what the page shows.
type loginForm struct {
	Persons []Person
	Request url.Values // comes back with the form
	Problem string
}

// FullName is a person's name as the page shows it.
func (p Person) FullName() string {
	return strings.Join(append(append([]string{}, p.GivenNames...), p.Surnames...), " ")
}

// ask shows the page on which a person logs in.
func (e *Emulator) ask(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	if problem := wrongRequest(query); problem != "" {
		http.Error(w, problem, http.StatusBadRequest)
		return
	}
	e.show(w, http.StatusOK, query, "")
}

func (e *Emulator) show(w http.ResponseWriter, status int, request url.Values, problem string) {
	form := loginForm{Request: request, Problem: problem}
	for _, rut := range e.order {
		form.Persons = append(form.Persons, e.persons[rut])
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'")
	w.WriteHeader(status)
	_ = login.Execute(w, form) // the caller may be gone
}

// authorize sends the person who logged in back to the client with a code (RFC 6749, 4.1.2).
func (e *Emulator) authorize(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		http.Error(w, "the body is not a form of at most 64 KiB", http.StatusBadRequest)
		return
	}
	form := r.PostForm
	if problem := wrongRequest(form); problem != "" {
		http.Error(w, problem, http.StatusBadRequest)
		return
	}
	rut, err := nationalid.Parse(nationalid.RUT, form.Get("run"))
	if _, known := e.persons[rut]; err != nil || !known {
		form.Del("run")
		e.show(w, http.StatusUnprocessableEntity, form, "Ese RUN no es de una persona de prueba.")
		return
	}
	code, ok := hold(e, e.codes, grant{
		rut: rut, clientID: form.Get("client_id"), redirectURI: form.Get("redirect_uri"), nonce: form.Get("nonce"),
		expires: e.now().Add(codeLife),
	})
	if !ok {
		http.Error(w, "there are too many codes", http.StatusServiceUnavailable)
		return
	}
	target, err := url.Parse(form.Get("redirect_uri"))
	if err != nil {
		http.Error(w, "redirect_uri is no URL", http.StatusBadRequest)
		return
	}
	query := target.Query()
	query.Set("code", code)
	if state := form.Get("state"); state != "" {
		query.Set("state", state)
	}
	target.RawQuery = query.Encode()
	http.Redirect(w, r, target.String(), http.StatusSeeOther) //nolint:gosec // any client is one of the emulator, and loopback its only caller
}

// wrongRequest says what is wrong with an authorization request; empty when nothing is.
func wrongRequest(request url.Values) string {
	target, err := url.Parse(request.Get("redirect_uri"))
	switch {
	case err != nil || target.Host == "" || target.Fragment != "" || target.Scheme != "https" && target.Scheme != "http":
		return "redirect_uri must be an absolute http or https URL without a fragment"
	case request.Get("client_id") == "":
		return "client_id is needed"
	case request.Get("response_type") != "code":
		return "response_type must be code"
	}
	return ""
}
