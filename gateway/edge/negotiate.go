package edge

import (
	"io"
	"net/http"
	"slices"
	"strings"

	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
)

// negotiate checks path, method, Accept, request type and announced size, in
// this order, answers OPTIONS, and lets HEAD be served as GET.
func (s *Server) negotiate(next handler) handler {
	return func(x *exchange, r *http.Request) {
		e := x.endpoint
		if !x.clean || e.consumes == nil {
			x.fail(r, rpcerr.New(errorsv1.Reason_REASON_ROUTE_NOT_FOUND, "nothing is mounted at this path"))
			return
		}
		switch {
		case e.serves(r.Method):
		case r.Method == http.MethodHead && e.serves(http.MethodGet):
			r.Method = http.MethodGet // net/http withholds the body by the method it read
		case r.Method == http.MethodOptions:
			x.Header().Set("Allow", e.allow)
			allowPreflight(x.Header(), e.allow)
			x.WriteHeader(http.StatusNoContent)
			return
		default:
			x.fail(r, rpcerr.New(errorsv1.Reason_REASON_METHOD_NOT_ALLOWED, "the path has no such method", rpcerr.Meta("allow", e.allow)))
			return
		}
		offered := e.offers[r.Method]
		if len(offered) > 1 {
			x.Header().Add("Vary", "Accept")
		}
		if x.mediaType = choose(r.Header["Accept"], offered); x.mediaType == "" {
			x.fail(r, rpcerr.New(errorsv1.Reason_REASON_NOT_ACCEPTABLE, "the accepted media types are not produced"))
			return
		}
		if !s.acceptBody(x, r, e.consumes[r.Method]) {
			return
		}
		next(x, r)
	}
}

// acceptBody checks type and announced size of a request body. It leaves the
// bare media type in the header, so that nobody downstream reads it otherwise.
func (s *Server) acceptBody(x *exchange, r *http.Request, consumes []string) bool {
	if r.ContentLength == 0 {
		return true
	}
	if consumes != nil {
		mediaType := bareMediaType(r.Header["Content-Type"])
		encoding := r.Header.Get("Content-Encoding")
		if !slices.Contains(consumes, mediaType) || encoding != "" && !strings.EqualFold(encoding, "identity") {
			x.fail(r, rpcerr.New(errorsv1.Reason_REASON_MEDIA_TYPE_UNSUPPORTED, "the request type is not read here"))
			return false
		}
		r.Header["Content-Type"] = []string{mediaType}
	}
	if r.ContentLength > s.cfg.Limits.BodyBytes {
		if r.Header.Get("Expect") == "" {
			// Reading some of what is on its way lets a client that writes before it reads see the answer.
			_, _ = io.CopyN(io.Discard, r.Body, 4*s.cfg.Limits.BodyBytes)
		}
		x.Header().Set("Connection", "close")
		x.fail(r, rpcerr.New(errorsv1.Reason_REASON_BODY_TOO_LARGE, "the body is too large"))
		return false
	}
	return true
}

// bareMediaType is the media type without parameters in lower case; empty when there is not exactly one.
func bareMediaType(values []string) string {
	if len(values) != 1 {
		return ""
	}
	bare, _, _ := strings.Cut(values[0], ";")
	return strings.ToLower(strings.TrimSpace(bare))
}
