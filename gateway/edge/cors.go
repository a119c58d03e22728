package edge

import (
	"net/http"
	"slices"
)

const (
	allowHeaders = "Authorization, Content-Type, Accept, Accept-Language, Idempotency-Key, X-Request-Id"
	// exposeHeaders are the answer's headers that scripts of other origins may read.
	exposeHeaders = "Location, Link, Retry-After, RateLimit, RateLimit-Policy, X-Rate-Limit, X-Request-Id, Idempotency-Replayed"
	maxAge        = "600"
)

// shareOrigins lets scripts of other origins read the answer, errors too: no
// family uses cookies, so any origin may, unless the operator narrowed the
// family. The contract is the same for callers without an Origin header, which
// is why no CORS library does this: those answer browsers only.
func (s *Server) shareOrigins(next handler) handler {
	return func(x *exchange, r *http.Request) {
		h := x.Header()
		origins, narrowed := s.cfg.Origins[x.endpoint.family.Name]
		switch origin := r.Header.Get("Origin"); {
		case !narrowed:
			h["Access-Control-Allow-Origin"] = []string{"*"}
		case slices.Contains(origins, origin):
			h["Access-Control-Allow-Origin"] = []string{origin}
			fallthrough
		default:
			h.Add("Vary", "Origin")
		}
		h["Access-Control-Expose-Headers"] = []string{exposeHeaders}
		next(x, r)
	}
}

// allowPreflight answers a browser's question before a request (Fetch, 4.8).
func allowPreflight(h http.Header, methods string) {
	h.Set("Access-Control-Allow-Methods", methods)
	h.Set("Access-Control-Allow-Headers", allowHeaders)
	h.Set("Access-Control-Max-Age", maxAge)
}
