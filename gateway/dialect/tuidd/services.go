package tuidd

import (
	"context"
	"net/http"

	"github.com/grpc-ecosystem/grpc-gateway/v2/runtime"
	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"

	"github.com/ventanilla/ventanilla/gateway/credential"
	"github.com/ventanilla/ventanilla/gateway/dialect"
	"github.com/ventanilla/ventanilla/gateway/edge"
	"github.com/ventanilla/ventanilla/gateway/oauth"
	"github.com/ventanilla/ventanilla/gateway/wirejson"
	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	tuiddv1 "github.com/ventanilla/ventanilla/proto/gen/go/tuidd/v1"
	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
	notificationsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/notifications/v1"
)

// The endpoints of services.
const (
	// ServicesPath takes requests, and lists them.
	ServicesPath = "/Services"
	// ServicePath is one request.
	ServicePath = ServicesPath + "/{id}"
	// BatchPath takes many requests.
	BatchPath = ServicesPath + "/batch"
	// CodePath is a code that a request issued.
	CodePath = ServicesPath + "/codes/{code}"
	// RedemptionsPath uses it.
	RedemptionsPath = CodePath + "/redemptions"
	// PaymentPath is a payment request that a request made.
	PaymentPath = ServicesPath + "/payments/{id}"
)

// notificationsRole is the role that is called: the audience of internal tokens.
const notificationsRole = "notifications"

// servicesAdapter serves providers from the notifications service. What the generated handlers cannot do, answers of 201 and 204
// and requests with several spellings, has handlers of its own.
type servicesAdapter struct {
	tuiddv1.UnimplementedServicesServiceServer
	exchanger  oauth.Exchanger
	dispatches notificationsv1.DispatchServiceClient
	codes      notificationsv1.CodeServiceClient
	payments   notificationsv1.PaymentServiceClient
	json       wirejson.JSON
}

func newServicesAdapter(exchanger oauth.Exchanger, notifications grpc.ClientConnInterface) *servicesAdapter {
	return &servicesAdapter{
		exchanger:  exchanger,
		dispatches: notificationsv1.NewDispatchServiceClient(notifications),
		codes:      notificationsv1.NewCodeServiceClient(notifications),
		payments:   notificationsv1.NewPaymentServiceClient(notifications),
	}
}

// servicesRoutes are the endpoints.
func servicesRoutes() []edge.Route {
	object := []string{wirejson.MediaType}
	return []edge.Route{
		{Method: http.MethodPost, Path: ServicesPath, Consumes: object},
		{Method: http.MethodGet, Path: ServicesPath},
		{Method: http.MethodPost, Path: BatchPath, Consumes: object},
		{Method: http.MethodGet, Path: ServicePath},
		{Method: http.MethodDelete, Path: ServicePath},
		{Method: http.MethodGet, Path: CodePath},
		{Method: http.MethodDelete, Path: CodePath},
		{Method: http.MethodPost, Path: RedemptionsPath},
		{Method: http.MethodGet, Path: PaymentPath},
	}
}

// register puts the endpoints onto a mux.
func (a *servicesAdapter) register(ctx context.Context, mux *runtime.ServeMux) error {
	if err := tuiddv1.RegisterServicesServiceHandlerServer(ctx, mux, a); err != nil {
		return err
	}
	// The last handler of a path counts.
	for _, own := range []struct {
		method, path string
		serve        func(*http.Request, map[string]string) (*answered, error)
	}{
		{http.MethodPost, ServicesPath, a.create},
		{http.MethodPost, BatchPath, a.createMany},
		{http.MethodDelete, ServicePath, a.cancel},
		{http.MethodDelete, CodePath, a.revoke},
		{http.MethodPost, RedemptionsPath, a.redeem},
	} {
		if err := mux.HandlePath(own.method, own.path, a.handler(own.serve)); err != nil {
			return err
		}
	}
	return nil
}

// caller is the client whose access token the request carries. Being a provider is a right of partners and of the organisation's programs.
func (a *servicesAdapter) caller(ctx context.Context) (credential.Caller, error) {
	presented, err := oauth.Authentication{Authorization: dialect.Authorization(ctx)}.Credential(nil, credential.Bearer)
	if err != nil {
		return credential.Caller{}, err
	}
	caller, err := a.exchanger.Exchange(ctx, presented, notificationsRole, credential.Clients{Families: []string{Name}})
	if err != nil {
		return credential.Caller{}, err
	}
	switch caller.Principal.GetKind() {
	case authv1.ClientKind_CLIENT_KIND_PARTNER, authv1.ClientKind_CLIENT_KIND_INTERNAL:
		return caller, nil
	}
	return credential.Caller{}, rpcerr.Forbidden("services are for providers")
}

// absent is the answer to a question about an identifier: one that cannot be is one that there is not.
func absent(err error, reason errorsv1.Reason) error {
	switch rpcerr.Reason(err) {
	case errorsv1.Reason_REASON_FIELD_INVALID, errorsv1.Reason_REASON_FIELD_MISSING:
		return rpcerr.Wrap(reason, err, "there is no such identifier")
	}
	return err
}

// keepNothing has no cache keep the answer.
func keepNothing(ctx context.Context, more ...string) error {
	return grpc.SetHeader(ctx, metadata.Pairs(append(more, "Cache-Control", "no-store")...))
}
