package edge

import (
	"context"
	"math"
	"net/http"
	"net/netip"
	"strconv"
	"time"

	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
)

// exchange is one request and its answer on their way through the chain.
type exchange struct {
	http.ResponseWriter
	server   *Server
	endpoint *endpoint
	clean    bool // the path
	client   netip.Addr
	method   string
	id       string
	switched Switch
	quotas   []quota // what the answer's headers show, in their order
	room     [3]quota
	over     error // that a quota is used up; nil when none is
	shed     bool  // refused because too many are being served
	// mediaType is what the caller prefers of what the route produces.
	mediaType string
	status    int   // of the answer; 0 before its header is written
	err       error // what it failed with
}

type exchangeKey struct{}

// WriteHeader notes the status.
func (x *exchange) WriteHeader(status int) {
	if x.status == 0 && status >= http.StatusOK {
		x.status = status
	}
	x.ResponseWriter.WriteHeader(status)
}

// Write notes that the status is 200 unless another was written.
func (x *exchange) Write(b []byte) (int, error) {
	if x.status == 0 {
		x.status = http.StatusOK
	}
	n, err := x.ResponseWriter.Write(b)
	if x.method == http.MethodHead { // the answer ends with its header: what does not fit beside it is no failure
		return len(b), nil
	}
	return n, err
}

// Unwrap is for http.ResponseController.
func (x *exchange) Unwrap() http.ResponseWriter { return x.ResponseWriter }

// fail answers with err in the family's shape and keeps it for the log.
func (x *exchange) fail(r *http.Request, err error) {
	known := rpcerr.FromError(err)
	x.err = known
	if delay, ok := retryDelay(known); ok {
		x.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(delay.Seconds()))))
	}
	if allow := rpcerr.Metadata(known, "allow"); allow != "" {
		x.Header().Set("Allow", allow)
	}
	if q, ok := usedUp(known); ok {
		x.show(q)
	}
	x.endpoint.family.WriteError(x, r, known)
}

// retryDelay is when to try again. A call that ran out of time may be tried again too.
func retryDelay(err error) (time.Duration, bool) {
	switch rpcerr.Reason(err) {
	case errorsv1.Reason_REASON_DEADLINE_EXCEEDED, errorsv1.Reason_REASON_CANCELLED:
		return time.Second, true
	}
	return rpcerr.Delay(err)
}

// Fail answers a request that the edge handed to a family with err, in that
// family's shape, and has the edge log it. Families call it from their handlers;
// r is the request they were given, or one derived from it.
func Fail(r *http.Request, err error) {
	if x, ok := fromContext(r.Context()); ok {
		x.fail(r, err)
	}
}

// Note has the edge log that an answer which had begun broke off with err.
func Note(r *http.Request, err error) {
	if x, ok := fromContext(r.Context()); ok {
		x.err = rpcerr.FromError(err)
	}
}

func fromContext(ctx context.Context) (*exchange, bool) {
	x, ok := ctx.Value(exchangeKey{}).(*exchange)
	return x, ok
}
