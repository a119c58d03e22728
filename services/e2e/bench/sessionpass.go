package main

import (
	"context"
	"fmt"
	"net"
	"net/http"

	"github.com/grpc-ecosystem/grpc-gateway/v2/runtime"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"

	sessionv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/session/v1"
)

// serveSessions serves a bare grpc-gateway on edge that passes RPCs on to a service. Their requests and answers are the service's own, as JSON.
func serveSessions(ctx context.Context, edge net.Listener, self *identity, to callee) error {
	conn, err := to.dial()
	if err != nil {
		return fmt.Errorf("dialling the service: %w", err)
	}
	defer conn.Close()
	workspace, sessions, passKeys := sessionv1.NewWorkspaceServiceClient(conn), sessionv1.NewSessionServiceClient(conn), sessionv1.NewPassKeyServiceClient(conn)
	mux := runtime.NewServeMux()
	for method, handler := range map[string]runtime.HandlerFunc{
		sessionv1.WorkspaceService_ListCustomers_FullMethodName:       passOn(mux, workspace.ListCustomers),
		sessionv1.WorkspaceService_GetUserOrganisation_FullMethodName: passOn(mux, workspace.GetUserOrganisation),
		sessionv1.SessionService_CheckSession_FullMethodName:          passOn(mux, sessions.CheckSession),
		sessionv1.PassKeyService_RedeemPassKey_FullMethodName:         passOn(mux, passKeys.RedeemPassKey),
	} {
		if err := mux.HandlePath(http.MethodPost, method, handler); err != nil {
			return fmt.Errorf("registering %s: %w", method, err)
		}
	}
	return serveHTTPS(ctx, edge, self, mux)
}

// passOn does what handlers do that grpc-gateway generates: the contract of session has no options for it.
func passOn[Request any, Answer proto.Message, Pointer interface {
	*Request
	proto.Message
}](mux *runtime.ServeMux, call func(context.Context, Pointer, ...grpc.CallOption) (Answer, error)) runtime.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request, _ map[string]string) {
		inbound, outbound := runtime.MarshalerForRequest(mux, r)
		fail := func(ctx context.Context, err error) { runtime.HTTPError(ctx, mux, outbound, w, r, err) }
		ctx, err := runtime.AnnotateContext(r.Context(), mux, r, r.URL.Path, runtime.WithHTTPPathPattern(r.URL.Path))
		if err != nil {
			fail(r.Context(), err)
			return
		}
		in := Pointer(new(Request))
		if err := inbound.NewDecoder(r.Body).Decode(in); err != nil {
			fail(ctx, err)
			return
		}
		var metadata runtime.ServerMetadata
		out, err := call(ctx, in, grpc.Header(&metadata.HeaderMD), grpc.Trailer(&metadata.TrailerMD))
		ctx = runtime.NewServerMetadataContext(ctx, metadata)
		if err != nil {
			fail(ctx, err)
			return
		}
		runtime.ForwardResponseMessage(ctx, mux, outbound, w, r, out)
	}
}
