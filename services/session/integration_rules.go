package session

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/net/http/httpguts"

	"github.com/ventanilla/ventanilla/pkg/egress"
	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	"github.com/ventanilla/ventanilla/services/session/internal/integration"
	"github.com/ventanilla/ventanilla/services/session/internal/store"
)

// checkIntegration takes what an operator decides, with the values that were given.
func checkIntegration(i store.Integration) error {
	d := i.Definition
	switch {
	case strings.ContainsFunc(i.ClientID, func(r rune) bool { return unicode.IsControl(r) || unicode.IsSpace(r) }):
		return rpcerr.Invalid("integration.client_id", "must have no spaces and no control characters")
	case strings.TrimSpace(d.Name) == "":
		return rpcerr.Missing("integration.name")
	case strings.ContainsFunc(d.Name, unicode.IsControl):
		return rpcerr.Invalid("integration.name", "must not have control characters")
	}
	checks := []error{
		checkHeaders("integration.static_headers", d.StaticHeaders),
		checkAuthorization(d.Authorization),
		checkEndpoint("integration.login", d.Login, false),
	}
	if d.Refresh != nil {
		checks = append(checks, checkEndpoint("integration.refresh", *d.Refresh, true))
	}
	checks = append(checks, checkAttributes(d.Attributes), checkSecurityHeaders(d.SecurityHeaders))
	return first(checks)
}

// first is the first of errors that is one.
func first(errs []error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

func checkAuthorization(a *integration.Authorization) error {
	const at = "integration.authorization"
	if a == nil {
		return nil
	}
	if a.Header != "" {
		if err := checkHeaderName(at+".header", a.Header); err != nil {
			return err
		}
	}
	if !httpguts.ValidHeaderFieldValue(a.Prefix) {
		return rpcerr.Invalid(at+".prefix", "must have no line breaks and no control characters")
	}
	return first([]error{
		checkURL(at+".url", a.URL), checkHeaders(at+".headers", a.Headers), checkNames(at+".parameters", a.Parameters),
		checkPointer(at+".token_pointer", a.Token),
	})
}

func checkEndpoint(at string, e integration.Endpoint, refresh bool) error {
	for i, p := range e.Parameters {
		if word := integration.UnknownIn(p.Value, refresh); word != "" {
			return rpcerr.Invalid(fmt.Sprintf("%s.parameters[%d].value", at, i), "must not have "+word+", which is not known then")
		}
	}
	return first([]error{
		checkURL(at+".url", e.URL), checkNames(at+".parameters", e.Parameters), checkPointer(at+".attributes_pointer", e.Attributes),
	})
}

// checkURL takes an address that may be called if its host may; that is decided when it is called.
func checkURL(field, text string) error {
	if _, err := egress.Parse(text); err != nil {
		return rpcerr.Invalid(field, err.Error())
	}
	return nil
}

func checkPointer(field, text string) error {
	if _, err := integration.ParsePointer(text); err != nil {
		return rpcerr.Invalid(field, err.Error())
	}
	return nil
}

func checkHeaders(at string, headers []integration.NamedValue) error {
	var names []string
	for i, h := range headers {
		if err := checkHeaderName(fmt.Sprintf("%s[%d].name", at, i), h.Name); err != nil {
			return err
		}
		if !httpguts.ValidHeaderFieldValue(h.Value) {
			return rpcerr.Invalid(fmt.Sprintf("%s[%d].value", at, i), "must have no line breaks and no control characters")
		}
		names = append(names, http.CanonicalHeaderKey(h.Name))
	}
	return once(at, ".name", names)
}

// madeByTheCall are the headers that no integration has a say in.
var madeByTheCall = []string{"Host", "Content-Length", "Connection", "Transfer-Encoding"}

func checkHeaderName(field, name string) error {
	switch {
	case !httpguts.ValidHeaderFieldName(name):
		return rpcerr.Invalid(field, "must be the name of a header: letters, digits and hyphens")
	case slices.Contains(madeByTheCall, http.CanonicalHeaderKey(name)):
		return rpcerr.Invalid(field, "must not be "+strings.Join(madeByTheCall, ", ")+": the call makes these by itself")
	}
	return nil
}

func checkNames(at string, values []integration.NamedValue) error {
	names := make([]string, len(values))
	for i, v := range values {
		names[i] = v.Name
	}
	return once(at, ".name", names)
}

// once fails for a name that comes again; what is behind the index, in paths of fields.
func once(at, what string, names []string) error {
	seen := make(map[string]bool, len(names))
	for i, name := range names {
		if seen[name] {
			return rpcerr.Invalid(fmt.Sprintf("%s[%d]%s", at, i, what), "must be there once")
		}
		seen[name] = true
	}
	return nil
}

func checkAttributes(attributes []integration.Attribute) error {
	const at = "integration.attributes"
	names := make([]string, len(attributes))
	for i, a := range attributes {
		names[i] = a.Name
		field := fmt.Sprintf("%s[%d].depends_on", at, i)
		switch {
		case a.Requirement == integration.Conditional && len(a.DependsOn) == 0:
			return rpcerr.Missing(field)
		case a.Requirement != integration.Conditional && len(a.DependsOn) > 0:
			return rpcerr.Invalid(field, "is for conditional attributes")
		case slices.Contains(a.DependsOn, a.Name):
			return rpcerr.Invalid(field, "must name other attributes")
		}
	}
	return once(at, ".name", names)
}

func checkSecurityHeaders(headers []string) error {
	const at = "integration.security_headers"
	names := make([]string, len(headers))
	for i, name := range headers {
		if err := checkHeaderName(fmt.Sprintf("%s[%d]", at, i), name); err != nil {
			return err
		}
		names[i] = http.CanonicalHeaderKey(name)
	}
	return once(at, "", names)
}

// checkValues fails for a header or a parameter that has no value, neither a given nor a stored one.
func checkValues(d *integration.Definition) error {
	place, index, ok := d.Valueless()
	if !ok {
		return nil
	}
	return rpcerr.Missing(fmt.Sprintf("integration.%s[%d].value", place, index))
}
