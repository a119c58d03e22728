package edge

import (
	"errors"
	"fmt"
	"net/http"
	"runtime/debug"
	"slices"

	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
)

// handler is a step of the chain: it answers x, or hands on to the next.
type handler func(x *exchange, r *http.Request)

// stage is a named step. Each is documented at its function.
type stage struct {
	name string
	wrap func(next handler) handler
}

// stages are the steps in the order in which a request meets them. What every
// answer carries comes first; then the checks, from the cheapest to the dearest.
func (s *Server) stages(secure bool) []stage {
	first := s.shed
	if !secure {
		first = func(next handler) handler { return next } // nothing is served there
	}
	return []stage{
		{"shedding", first},
		{"telemetry", s.observe},
		{"recovery", s.recover},
		{"request-id", s.identify},
		{"cors", s.shareOrigins},
		{"announcement", s.announce},
		{"quota", s.count},
		{"transport", requireTLS(secure)},
		{"negotiation", s.negotiate},
		{"switch", obey},
		{"throttle", throttle},
		{"body", s.readBody},
		{"concurrency", s.admit},
	}
}

// chain is the whole way: routing, the stages, the family.
func (s *Server) chain(secure bool) http.Handler {
	next := serveFamily
	for _, st := range slices.Backward(s.stages(secure)) {
		next = st.wrap(next)
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		x := &exchange{ResponseWriter: w, server: s, method: r.Method, client: s.clients.address(r)}
		x.quotas = x.room[:0]
		x.endpoint, x.clean = s.router.find(r)
		next(x, r)
	})
}

func serveFamily(x *exchange, r *http.Request) {
	x.endpoint.family.Handler.ServeHTTP(x, r)
}

// recover answers a panic as an internal error, logged with its stack.
func (s *Server) recover(next handler) handler {
	return func(x *exchange, r *http.Request) {
		defer func() {
			p := recover()
			if p == nil {
				return
			}
			if err, ok := p.(error); ok && errors.Is(err, http.ErrAbortHandler) {
				panic(p)
			}
			err := rpcerr.Wrap(errorsv1.Reason_REASON_INTERNAL, fmt.Errorf("panic: %v\n%s", p, debug.Stack()), "panic")
			if x.status != 0 {
				x.err = err
				return
			}
			x.fail(r, err)
		}()
		next(x, r)
	}
}

// identify echoes a well-formed X-Request-Id, or makes one.
func (s *Server) identify(next handler) handler {
	return func(x *exchange, r *http.Request) {
		if x.id = r.Header.Get("X-Request-Id"); !wellFormedID(x.id) {
			x.id = s.opts.NewID()
		}
		x.Header()["X-Request-Id"] = []string{x.id}
		next(x, r)
	}
}

func wellFormedID(id string) bool {
	if id == "" || len(id) > 128 {
		return false
	}
	for i := range len(id) {
		c := id[i]
		if (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && c != '.' && c != '_' && c != '-' {
			return false
		}
	}
	return true
}

// requireTLS refuses everything that came over plain HTTP: it is never served and never redirected.
func requireTLS(secure bool) func(handler) handler {
	return func(next handler) handler {
		if secure {
			return next
		}
		return func(x *exchange, r *http.Request) {
			x.fail(r, rpcerr.New(errorsv1.Reason_REASON_INSECURE_TRANSPORT, "only HTTPS is served"))
		}
	}
}
