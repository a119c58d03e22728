package edge

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"sync/atomic"

	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
)

// usualBody is what a body is given to begin with, whatever length it announces.
const usualBody = 1 << 10

// readBody reads the whole body before the request takes a place among those that
// are served, so that one who sends slowly holds nobody up but themselves. It ends
// a body that is longer than the limit, also when its length was not announced.
func (s *Server) readBody(next handler) handler {
	// Bodies may take together what those of the served requests could.
	most := s.cfg.Limits.BodyBytes * int64(s.cfg.Limits.Concurrent)
	return func(x *exchange, r *http.Request) {
		if r.ContentLength == 0 {
			next(x, r)
			return
		}
		body := held{ReadCloser: http.MaxBytesReader(x.ResponseWriter, r.Body, s.cfg.Limits.BodyBytes), all: &s.bodies, most: most}
		defer body.release()
		text := bytes.NewBuffer(make([]byte, 0, usualBody))
		if _, err := text.ReadFrom(&body); err != nil {
			x.fail(r, bodyError(err))
			return
		}
		r.Body = io.NopCloser(text)
		next(x, r)
	}
}

var errBodies = errors.New("the bodies of all requests are too large")

func bodyError(err error) error {
	if tooLarge := (*http.MaxBytesError)(nil); errors.As(err, &tooLarge) {
		return rpcerr.Wrap(errorsv1.Reason_REASON_BODY_TOO_LARGE, err, "the body is too large")
	}
	if errors.Is(err, errBodies) {
		return rpcerr.New(errorsv1.Reason_REASON_UNAVAILABLE, "too much is being received")
	}
	return rpcerr.Wrap(errorsv1.Reason_REASON_MALFORMED_BODY, err, "the body ended early")
}

// held counts what it has read among all that is held in memory, and fails when that is too much.
type held struct {
	io.ReadCloser
	all       *atomic.Int64
	own, most int64
}

func (h *held) Read(p []byte) (int, error) {
	n, err := h.ReadCloser.Read(p)
	h.own += int64(n)
	if h.all.Add(int64(n)) > h.most {
		return n, errBodies
	}
	return n, err
}

func (h *held) release() { h.all.Add(-h.own) }
