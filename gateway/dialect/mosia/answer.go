package mosia

import (
	"net/http"

	"github.com/grpc-ecosystem/grpc-gateway/v2/runtime"
	"google.golang.org/protobuf/proto"

	"github.com/ventanilla/ventanilla/gateway/edge"
	"github.com/ventanilla/ventanilla/gateway/wirejson"
)

// statusOK is the statusCode of what went well.
const statusOK = http.StatusOK

// answer answers requests with the messages that serve makes.
func (a *adapter) answer(serve func(*http.Request) (proto.Message, error)) runtime.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request, _ map[string]string) {
		message, err := serve(r)
		if err == nil {
			w.Header()["Cache-Control"] = []string{"no-store"}
			err = wirejson.RespondMessage(w, statusOK, &a.json, message)
		}
		if err != nil {
			edge.Fail(r, err)
		}
	}
}

// redirect sends callers on to the addresses that serve makes. What follows gets to know no more of where they came from.
func (a *adapter) redirect(serve func(*http.Request) (string, error)) runtime.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request, _ map[string]string) {
		location, err := serve(r)
		if err != nil {
			edge.Fail(r, err)
			return
		}
		h := w.Header()
		h["Cache-Control"] = []string{"no-store"}
		h["Location"] = []string{location}
		h["Referrer-Policy"] = []string{"no-referrer"}
		w.WriteHeader(http.StatusFound)
	}
}

// now is the timestamp of an answer.
func (a *adapter) now() int64 { return a.clock().UnixMilli() }
