package edge

import (
	"net/http"

	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
)

// shed refuses, before anything is done for it, a request that finds all places and all that wait for them taken:
// what a refusal takes, those who are served go without. It is held, so that a caller
// that tries again at once cannot do so as fast as it can be refused. Such an answer has what every answer has, but
// there is no span, and nothing is checked. Preflights are cheaper to answer.
func (s *Server) shed(next handler) handler {
	refuse := s.identify(s.shareOrigins(s.count(func(x *exchange, r *http.Request) { x.fail(r, errCrowded) })))
	return func(x *exchange, r *http.Request) {
		if r.Method == http.MethodOptions || !s.admission.crowded() {
			next(x, r)
			return
		}
		start := s.opts.Clock()
		s.admission.hold(r.Context())
		x.shed = true
		refuse(x, r)
		s.telemetry.record(r.Context(), outcome{x.endpoint, method(x.method), x.status}, s.opts.Clock().Sub(start))
		s.log(r.Context(), x)
	}
}

var errCrowded = rpcerr.New(errorsv1.Reason_REASON_UNAVAILABLE, "too many requests are being served")
