package edge

import (
	"net/http"
)

// Family is one partner family: where it is mounted and how it answers.
type Family struct {
	// Name is the family's short name, as in the configuration and in metrics.
	Name string
	// Prefixes are the paths under which every path is the family's, without a
	// trailing slash; the longest wins. "" is every path that no other family has.
	Prefixes []string
	// Routes are the endpoints. A path beneath a prefix that is no route is 404.
	Routes []Route
	// Handler serves the routes. It is called with a body limited to the configured size.
	Handler http.Handler
	// WriteError answers with err, which has a reason (package rpcerr), in the family's shape. The edge has
	// set Retry-After and Allow. It writes no value of the caller's but the path.
	WriteError func(w http.ResponseWriter, r *http.Request, err error)
	// RateHeaders adds the family's own rate-limit headers to an answer; nil when it has none.
	RateHeaders func(h http.Header, limit, remaining int)
	// Strict tells that the family obeys a strict switch; see Strict.
	Strict bool
}

// Route is an endpoint.
type Route struct {
	// Method is the HTTP method. HEAD comes with GET, OPTIONS with any.
	Method string
	// Path is the path; {name} stands for one segment.
	Path string
	// Consumes lists the media types of request bodies, in lower case; nil takes a body of any type.
	Consumes []string
	// Produces lists the media types of answers beside JSON, or beside Only, in lower case; MediaType tells which the caller prefers.
	Produces []string
	// Only is the media type of the answers of a route that does not answer in JSON, in lower case.
	Only string
}

// offers are the media types that the route answers in, the first of which wins a tie.
func (r Route) offers() []string {
	first := jsonType
	if r.Only != "" {
		first = r.Only
	}
	return append([]string{first}, r.Produces...)
}
