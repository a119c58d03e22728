// Package dialect holds what the dialects of all families share: the way from
// the edge's HTTP request into an in-process gRPC server of the partner's
// proto, and the translation of domain field names into the partner's. What
// is particular to one family is in that family's folder.
package dialect

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"

	"github.com/grpc-ecosystem/grpc-gateway/v2/runtime"
	"google.golang.org/protobuf/proto"

	"github.com/ventanilla/ventanilla/gateway/edge"
	"github.com/ventanilla/ventanilla/gateway/wirejson"
	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
)

type requestKey struct{}

// request is what adapters read by themselves.
type request struct {
	authorization []string
	query         string
	origin        []string
	host          string
}

// NewHandler makes a family's handler: register puts the partner's services onto
// its mux. They read JSON and forms, answer JSON, find the caller's credential
// with Authorization, read the query with Query, set headers of the answer with grpc.SetHeader, and fail
// with errors of package rpcerr, which the family's WriteError answers. Requests that one of guards fails for are
// answered with its error before their bodies are decoded.
func NewHandler(register func(context.Context, *runtime.ServeMux) error, guards ...func(*http.Request) error) (http.Handler, error) {
	json := &wirejson.JSON{}
	mux := runtime.NewServeMux(
		runtime.WithMarshalerOption(runtime.MIMEWildcard, json),
		runtime.WithMarshalerOption(wirejson.FormMediaType, wirejson.Form{JSON: json}),
		runtime.WithErrorHandler(fail),
		runtime.WithRoutingErrorHandler(failRouting),
		runtime.WithIncomingHeaderMatcher(func(string) (string, bool) { return "", false }),
		runtime.WithOutgoingHeaderMatcher(func(name string) (string, bool) { return name, true }),
		runtime.WithWriteContentLength(),
		// A form POST must never run a GET, nor a header choose the method.
		runtime.WithDisablePathLengthFallback(),
		runtime.WithDisableHTTPMethodOverride(),
	)
	if err := register(context.Background(), mux); err != nil {
		return nil, fmt.Errorf("registering partner services: %w", err)
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		// grpc-gateway would let these set deadlines and trailers.
		delete(r.Header, "Grpc-Timeout")
		delete(r.Header, "Te")
		r = r.WithContext(context.WithValue(r.Context(), requestKey{}, request{
			authorization: r.Header["Authorization"], query: r.URL.RawQuery, origin: r.Header["Origin"], host: r.Host,
		}))
		for _, guard := range guards {
			if err := guard(r); err != nil {
				edge.Fail(r, err)
				return
			}
		}
		// Its errors would name no parameter, but have values in them: adapters read the query.
		r.Form = url.Values{}
		r.Body = &wirejson.Body{ReadCloser: r.Body}
		mux.ServeHTTP(w, r)
	}), nil
}

// Authorization returns the values of the request's Authorization header.
func Authorization(ctx context.Context) []string {
	r, _ := ctx.Value(requestKey{}).(request)
	return r.authorization
}

// Query reads the request's query into in, as wirejson.Query does.
func Query(ctx context.Context, in proto.Message) error {
	r, _ := ctx.Value(requestKey{}).(request)
	return wirejson.Query(in, r.query)
}

// Origin returns the request's Origin header, empty for none: who asks in a browser (RFC 6454, 7). Several are one that is nobody's.
func Origin(ctx context.Context) string {
	r, _ := ctx.Value(requestKey{}).(request)
	return strings.Join(r.origin, ", ")
}

// Host returns the host that the request names, in lower case and without its port.
func Host(ctx context.Context) string {
	r, _ := ctx.Value(requestKey{}).(request)
	return HostName(r.host)
}

// HostName is a Host header in lower case and without its port.
func HostName(host string) string {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	return strings.ToLower(host)
}

func fail(_ context.Context, _ *runtime.ServeMux, _ runtime.Marshaler, _ http.ResponseWriter, r *http.Request, err error) {
	if body, ok := r.Body.(*wirejson.Body); ok && body.Err() != nil {
		err = body.Err()
	}
	edge.Fail(r, err)
}

// failRouting answers for a path that the edge took for a route and the mux does
// not: one whose segment has an escaped slash.
func failRouting(_ context.Context, _ *runtime.ServeMux, _ runtime.Marshaler, _ http.ResponseWriter, r *http.Request, _ int) {
	edge.Fail(r, rpcerr.New(errorsv1.Reason_REASON_ROUTE_NOT_FOUND, "nothing is mounted at this path"))
}
