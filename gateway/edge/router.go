package edge

import (
	"fmt"
	"net/http"
	"path"
	"slices"
	"strings"
)

// endpoint is what a path leads to: a route's path, or the rest beneath a prefix.
type endpoint struct {
	family *Family
	// path is the route's path for spans and metrics; for the rest beneath a prefix, the prefix and "/*".
	path string
	// consumes has the request types by method; nil beneath a prefix, where nothing is served.
	consumes map[string][]string
	// offers has the answers' media types by method.
	offers map[string][]string
	allow  string
}

func (e *endpoint) serves(method string) bool {
	_, ok := e.consumes[method]
	return ok
}

// router finds endpoints. The library's mux does the matching: routes are exact
// patterns and prefixes subtrees, and the most specific pattern wins.
type router struct {
	mux       *http.ServeMux
	endpoints map[string]*endpoint // by the mux's pattern
}

func newRouter(families []Family) (*router, error) {
	r := &router{mux: http.NewServeMux(), endpoints: make(map[string]*endpoint)}
	for i := range families {
		f := &families[i]
		for _, prefix := range f.Prefixes {
			rest := &endpoint{family: f, path: prefix + "/*"}
			if err := r.add(prefix+"/", rest); err != nil {
				return nil, err
			}
			if prefix == "" || slices.ContainsFunc(f.Routes, func(route Route) bool { return route.Path == prefix }) {
				continue
			}
			if err := r.add(prefix, rest); err != nil {
				return nil, err
			}
		}
		for _, route := range f.Routes {
			if err := r.addRoute(f, route); err != nil {
				return nil, err
			}
		}
	}
	if r.endpoints["/"] == nil {
		return nil, fmt.Errorf(`no family has the prefix ""`)
	}
	return r, nil
}

func (r *router) addRoute(f *Family, route Route) error {
	pattern := route.Path
	if strings.HasSuffix(pattern, "/") {
		pattern += "{$}" // this path, not the subtree
	}
	e := r.endpoints[pattern]
	if e == nil {
		e = &endpoint{family: f, path: route.Path, consumes: make(map[string][]string), offers: make(map[string][]string)}
		if err := r.add(pattern, e); err != nil {
			return err
		}
	}
	if e.family != f || e.serves(route.Method) {
		return fmt.Errorf("%s %s is mounted twice", route.Method, route.Path)
	}
	e.consumes[route.Method] = route.Consumes
	e.offers[route.Method] = route.offers()
	methods := []string{http.MethodOptions}
	for method := range e.consumes {
		methods = append(methods, method)
	}
	if e.serves(http.MethodGet) && !e.serves(http.MethodHead) {
		methods = append(methods, http.MethodHead)
	}
	slices.Sort(methods)
	e.allow = strings.Join(methods, ", ")
	return nil
}

// add registers a pattern; the library panics for one that is malformed or there already.
func (r *router) add(pattern string, e *endpoint) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("mounting family %s: %v", e.family.Name, p)
		}
	}()
	r.mux.Handle(pattern, http.NotFoundHandler())
	r.endpoints[pattern] = e
	return nil
}

// find returns the endpoint of the request's path, and whether the path is clean.
// One that is not leads to the family whose path it would be.
func (r *router) find(req *http.Request) (*endpoint, bool) {
	p := req.URL.Path
	clean := p != "" && p[0] == '/' && (path.Clean(p) == p || path.Clean(p)+"/" == p)
	_, pattern := r.mux.Handler(req)
	if e := r.endpoints[pattern]; e != nil {
		return e, clean
	}
	return r.endpoints["/"], false
}
