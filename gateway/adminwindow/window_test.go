package adminwindow_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"log/slog"
	"net"
	"testing"
	"time"

	"go.uber.org/goleak"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/health"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	"github.com/ventanilla/ventanilla/gateway/adminwindow"
	"github.com/ventanilla/ventanilla/pkg/pki"
	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
	benefitsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/benefits/v1"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// auth is a real gRPC server that answers what the tests need of the auth role.
type auth struct {
	authv1.UnimplementedTokenServiceServer
	authv1.UnimplementedClientServiceServer
	known []byte
}

func (a *auth) Exchange(_ context.Context, r *authv1.ExchangeRequest) (*authv1.ExchangeResponse, error) {
	if string(r.GetOperatorCertificate()) != string(a.known) || r.GetAudience() != "auth" {
		return nil, rpcerr.New(errorsv1.Reason_REASON_CREDENTIAL_INVALID, "unknown operator")
	}
	return &authv1.ExchangeResponse{InternalToken: "internal"}, nil
}

func (a *auth) GetClient(ctx context.Context, r *authv1.GetClientRequest) (*authv1.GetClientResponse, error) {
	md, _ := metadata.FromIncomingContext(ctx)
	if got := md.Get("authorization"); len(got) != 1 || got[0] != "Bearer internal" {
		return nil, status.Error(codes.Unauthenticated, "no internal token")
	}
	switch r.GetClientId() {
	case "missing":
		return nil, rpcerr.New(errorsv1.Reason_REASON_CLIENT_NOT_FOUND, "no such client")
	case "away":
		return nil, rpcerr.New(errorsv1.Reason_REASON_UNAVAILABLE, "the store is away", rpcerr.RetryAfter(7*time.Second))
	case "unreachable":
		return nil, status.Error(codes.Unavailable, "dialling 10.0.0.7: refused")
	}
	return &authv1.GetClientResponse{Client: &authv1.Client{ClientId: r.GetClientId()}}, nil
}

type setup struct {
	address  string
	roots    *x509.CertPool
	operator tls.Certificate
	stranger tls.Certificate
}

func start(t *testing.T) setup {
	t.Helper()
	ca, err := pki.NewCA("test", time.Hour, time.Now)
	check(t, err)
	server, err := ca.IssueServer("127.0.0.1")
	check(t, err)
	s := setup{roots: ca.Pool(), operator: signed(t, ca, "ana"), stranger: signed(t, ca, "eve")}

	backend := grpc.NewServer(grpc.WaitForHandlers(true))
	serving := &auth{known: s.operator.Certificate[0]}
	authv1.RegisterTokenServiceServer(backend, serving)
	authv1.RegisterClientServiceServer(backend, serving)
	healthpb.RegisterHealthServer(backend, health.NewServer())
	benefitsv1.RegisterEvaluationServiceServer(backend, evaluations{})
	inner, err := net.Listen("tcp", "127.0.0.1:0")
	check(t, err)
	done := make(chan error, 2)
	go func() { done <- backend.Serve(inner) }()
	conn, err := grpc.NewClient(inner.Addr().String(), grpc.WithTransportCredentials(insecure.NewCredentials()))
	check(t, err)

	window := adminwindow.New(func() (*tls.Certificate, error) { return &server, nil }, authv1.NewTokenServiceClient(conn),
		slog.New(slog.DiscardHandler), time.Second, adminwindow.Backend{
			Role: "auth", Conn: conn, Services: []grpc.ServiceDesc{authv1.ClientService_ServiceDesc, healthpb.Health_ServiceDesc, benefitsv1.EvaluationService_ServiceDesc},
		})
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	check(t, err)
	ctx, cancel := context.WithCancel(context.Background())
	go func() { done <- window.Serve(ctx, listener) }()
	t.Cleanup(func() {
		cancel()
		check(t, <-done)
		check(t, conn.Close())
		backend.Stop()
		check(t, <-done)
	})
	s.address = listener.Addr().String()
	return s
}

func signed(t *testing.T, ca *pki.CA, name string) tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	check(t, err)
	request, err := x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{}, key)
	check(t, err)
	certificate, err := ca.SignClient(request, name, time.Hour)
	check(t, err)
	return tls.Certificate{Certificate: [][]byte{certificate.Raw}, PrivateKey: key}
}

func (s setup) dial(t *testing.T, certificates ...tls.Certificate) *grpc.ClientConn {
	t.Helper()
	conn, err := grpc.NewClient(s.address, grpc.WithTransportCredentials(credentials.NewTLS(&tls.Config{
		MinVersion: tls.VersionTLS13, RootCAs: s.roots, Certificates: certificates,
	})))
	check(t, err)
	t.Cleanup(func() { check(t, conn.Close()) })
	return conn
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestAnOperatorIsPassedOn(t *testing.T) {
	s := start(t)
	clients := authv1.NewClientServiceClient(s.dial(t, s.operator))
	answer, err := clients.GetClient(t.Context(), &authv1.GetClientRequest{ClientId: "c1"})
	check(t, err)
	if answer.GetClient().GetClientId() != "c1" {
		t.Errorf("got %v", answer)
	}
}

func TestErrorsArriveWhole(t *testing.T) {
	s := start(t)
	clients := authv1.NewClientServiceClient(s.dial(t, s.operator))
	_, err := clients.GetClient(t.Context(), &authv1.GetClientRequest{ClientId: "missing"})
	if got := rpcerr.Reason(err); got != errorsv1.Reason_REASON_CLIENT_NOT_FOUND {
		t.Errorf("got %v (%v)", got, err)
	}
}

// What a service says about being unavailable is for operators; addresses are for the log.
func TestWhoIsUnavailable(t *testing.T) {
	s := start(t)
	clients := authv1.NewClientServiceClient(s.dial(t, s.operator))
	for id, want := range map[string]struct {
		message string
		delay   time.Duration
	}{"away": {"the store is away", 7 * time.Second}, "unreachable": {"the service cannot be reached now", time.Second}} {
		_, err := clients.GetClient(t.Context(), &authv1.GetClientRequest{ClientId: id})
		delay, _ := rpcerr.Delay(err)
		if rpcerr.Reason(err) != errorsv1.Reason_REASON_UNAVAILABLE || status.Convert(err).Message() != want.message || delay != want.delay {
			t.Errorf("%s: got %v, again after %v", id, err, delay)
		}
	}
}

func TestStrangersAreRefused(t *testing.T) {
	s := start(t)
	clients := authv1.NewClientServiceClient(s.dial(t, s.stranger))
	_, err := clients.GetClient(t.Context(), &authv1.GetClientRequest{ClientId: "c1"})
	if status.Code(err) != codes.Unauthenticated {
		t.Errorf("got %v", err)
	}
	clients = authv1.NewClientServiceClient(s.dial(t))
	if _, err := clients.GetClient(t.Context(), &authv1.GetClientRequest{ClientId: "c1"}); err == nil {
		t.Error("served without a certificate")
	}
}

func TestOtherServicesAreNotReachable(t *testing.T) {
	s := start(t)
	_, err := authv1.NewTokenServiceClient(s.dial(t, s.operator)).GetKeySet(t.Context(), &authv1.GetKeySetRequest{})
	if rpcerr.Reason(err) != errorsv1.Reason_REASON_ROUTE_NOT_FOUND {
		t.Errorf("got %v", err)
	}
	err = s.dial(t, s.operator).Invoke(t.Context(), "/ventanilla.auth.v1.ClientService/NoSuch", &authv1.GetClientRequest{}, &authv1.GetClientResponse{})
	if rpcerr.Reason(err) != errorsv1.Reason_REASON_ROUTE_NOT_FOUND {
		t.Errorf("an unknown method: got %v", err)
	}
}

func TestAnswersMayStream(t *testing.T) {
	s := start(t)
	stream, err := healthpb.NewHealthClient(s.dial(t, s.operator)).Watch(t.Context(), &healthpb.HealthCheckRequest{})
	check(t, err)
	answer, err := stream.Recv()
	check(t, err)
	if answer.GetStatus() != healthpb.HealthCheckResponse_SERVING {
		t.Errorf("got %v", answer)
	}
}

// evaluations answers for each subject, until it is asked for one that is not there.
type evaluations struct {
	benefitsv1.UnimplementedEvaluationServiceServer
}

func (evaluations) EvaluateStream(stream grpc.BidiStreamingServer[benefitsv1.EvaluateStreamRequest, benefitsv1.EvaluateStreamResponse]) error {
	for {
		in, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		for _, subject := range in.GetSubjects() {
			if subject.GetPersonId() == "" {
				return rpcerr.New(errorsv1.Reason_REASON_FIELD_MISSING, "no subject")
			}
			if err := stream.Send(&benefitsv1.EvaluateStreamResponse{Subject: subject}); err != nil {
				return err
			}
		}
	}
}

// Requests are passed on as they come, and so are the answers to each.
func TestRequestsMayStream(t *testing.T) {
	s := start(t)
	client := benefitsv1.NewEvaluationServiceClient(s.dial(t, s.operator))
	ask := func(id string) *benefitsv1.EvaluateStreamRequest {
		return &benefitsv1.EvaluateStreamRequest{Subjects: []*benefitsv1.Subject{{Subject: &benefitsv1.Subject_PersonId{PersonId: id}}}}
	}
	stream, err := client.EvaluateStream(t.Context())
	check(t, err)
	for _, id := range []string{"a", "b"} {
		check(t, stream.Send(ask(id)))
		answer, err := stream.Recv()
		check(t, err)
		if answer.GetSubject().GetPersonId() != id {
			t.Errorf("got %v", answer)
		}
	}
	check(t, stream.CloseSend())
	if _, err := stream.Recv(); !errors.Is(err, io.EOF) {
		t.Errorf("got %v", err)
	}

	stream, err = client.EvaluateStream(t.Context())
	check(t, err)
	check(t, stream.Send(ask("")))
	if _, err := stream.Recv(); rpcerr.Reason(err) != errorsv1.Reason_REASON_FIELD_MISSING {
		t.Errorf("got %v", err) // although there may be more requests
	}
}
