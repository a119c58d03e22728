package edge

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
)

// defaultRetryAfter is what callers are told during a maintenance whose end was not named.
const defaultRetryAfter = time.Minute

// Switch is what an operator switched at an endpoint. What is zero is off.
type Switch struct {
	// Maintenance has calls answered 503.
	Maintenance bool
	// RetryAfter is what Retry-After tells then; a minute when zero.
	RetryAfter time.Duration
	// Retired has calls answered 410. It is stronger than Maintenance.
	Retired bool
	// DeprecatedAt is since when, or from when on, the endpoint is deprecated.
	DeprecatedAt time.Time
	// SunsetAt is when it is going to be gone.
	SunsetAt time.Time
	// Documentation is a URL about its end, fit for a Link header.
	Documentation string
	// Strict has failures answered with the HTTP statuses that fit them where the family's document has others. It is the family's to obey (Strict).
	Strict bool
}

// Switches tells what operators have switched. It is asked for every request to an endpoint, and must not wait.
type Switches interface {
	// At is what holds at a family's path, spelt as in its routes; false when nothing does.
	At(family, path string) (Switch, bool)
}

// announce says on every answer of an endpoint that it is deprecated (RFC 9745), when it is going to be gone (RFC
// 8594), and where to read about it. A family that sends Link headers adds its own to them.
func (s *Server) announce(next handler) handler {
	if s.opts.Switches == nil {
		return next
	}
	return func(x *exchange, r *http.Request) {
		if x.endpoint.consumes != nil && x.clean {
			var ok bool
			if x.switched, ok = s.opts.Switches.At(x.endpoint.family.Name, x.endpoint.path); ok {
				x.switched.announce(x.Header())
			}
		}
		next(x, r)
	}
}

// Strict tells a family, by the context of a request that the edge handed to it, whether an operator wants failures answered with
// the HTTP statuses that fit them where its document has others: wrong input 422 and not 500 (cmp), any failure not 200 (colppy).
func Strict(ctx context.Context) bool {
	x, ok := fromContext(ctx)
	return ok && x.switched.Strict
}

func (s Switch) announce(h http.Header) {
	deprecated, sunset := !s.DeprecatedAt.IsZero(), !s.SunsetAt.IsZero()
	if deprecated {
		h["Deprecation"] = []string{"@" + strconv.FormatInt(s.DeprecatedAt.Unix(), 10)}
	}
	if sunset {
		h["Sunset"] = []string{s.SunsetAt.UTC().Format(http.TimeFormat)}
	}
	if deprecated && s.Documentation != "" {
		h.Add("Link", "<"+s.Documentation+`>; rel="deprecation"`)
	}
	if sunset && s.Documentation != "" {
		h.Add("Link", "<"+s.Documentation+`>; rel="sunset"`)
	}
}

// obey refuses calls of an endpoint that is retired or in maintenance. Preflights, and calls that no endpoint would
// take, have been answered before, so that a browser gets to read why. No cache keeps a refusal: what was switched
// off may be on again in a second.
func obey(next handler) handler {
	return func(x *exchange, r *http.Request) {
		if err := x.switched.refusal(); err != nil {
			x.Header().Set("Cache-Control", "no-store")
			x.fail(r, err)
			return
		}
		next(x, r)
	}
}

// refusal is nil where calls are served.
func (s Switch) refusal() error {
	switch {
	case s.Retired:
		return rpcerr.New(errorsv1.Reason_REASON_RETIRED, "the endpoint is retired")
	case s.Maintenance:
		wait := s.RetryAfter
		if wait == 0 {
			wait = defaultRetryAfter
		}
		return rpcerr.New(errorsv1.Reason_REASON_MAINTENANCE, "the endpoint is in maintenance", rpcerr.RetryAfter(wait))
	}
	return nil
}
