package main

import (
	"context"
	"fmt"
	"net"

	"github.com/grpc-ecosystem/grpc-gateway/v2/runtime"
	"golang.org/x/sync/errgroup"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"

	"github.com/ventanilla/ventanilla/pkg/pki"
	cmpv1 "github.com/ventanilla/ventanilla/proto/gen/go/cmp/v1"
	tuiddv1 "github.com/ventanilla/ventanilla/proto/gen/go/tuidd/v1"
)

// servePassThrough serves a bare grpc-gateway on edge, and the bare gRPC server
// that it dials, until ctx is done.
func servePassThrough(ctx context.Context, edge net.Listener, self *identity, reply answers) error {
	service, err := newFixedService(reply)
	if err != nil {
		return err
	}
	internal, err := new(net.ListenConfig).Listen(ctx, "tcp", loopback)
	if err != nil {
		return fmt.Errorf("listening for gRPC: %w", err)
	}
	server := grpc.NewServer(grpc.Creds(credentials.NewTLS(pki.ServerTLS(self.source))))
	cmpv1.RegisterOAuthServiceServer(server, service)
	tuiddv1.RegisterTokenInfoServiceServer(server, service)
	tuiddv1.RegisterServicesServiceServer(server, service)
	cmpv1.RegisterBenefitServiceServer(server, service)

	conn, err := grpc.NewClient(internal.Addr().String(), grpc.WithTransportCredentials(credentials.NewTLS(pki.ClientTLS(self.source, baselineRole))))
	if err != nil {
		return fmt.Errorf("dialling the gRPC server: %w", err)
	}
	defer conn.Close()
	mux := runtime.NewServeMux(runtime.WithMarshalerOption(formType, formMarshaler{&runtime.JSONPb{}}))
	if err := cmpv1.RegisterOAuthServiceHandler(ctx, mux, conn); err != nil {
		return fmt.Errorf("registering the token endpoint: %w", err)
	}
	if err := tuiddv1.RegisterTokenInfoServiceHandler(ctx, mux, conn); err != nil {
		return fmt.Errorf("registering the introspection endpoint: %w", err)
	}
	if err := tuiddv1.RegisterServicesServiceHandler(ctx, mux, conn); err != nil {
		return fmt.Errorf("registering the endpoint of services: %w", err)
	}
	if err := cmpv1.RegisterBenefitServiceHandler(ctx, mux, conn); err != nil {
		return fmt.Errorf("registering the endpoint of potential benefits: %w", err)
	}

	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error {
		defer context.AfterFunc(ctx, server.Stop)()
		return server.Serve(internal)
	})
	group.Go(func() error { return serveHTTPS(ctx, edge, self, mux) })
	return group.Wait()
}

// fixedService answers every call alike.
type fixedService struct {
	cmpv1.UnimplementedOAuthServiceServer
	cmpv1.UnimplementedBenefitServiceServer
	tuiddv1.UnimplementedTokenInfoServiceServer
	tuiddv1.UnimplementedServicesServiceServer
	token    *cmpv1.TokenResponse
	info     *tuiddv1.TokenInfoResponse
	benefits *cmpv1.ListPotentialBenefitsResponse
	stored   *tuiddv1.CreateServiceResponse
}

func newFixedService(reply answers) (*fixedService, error) {
	service := &fixedService{token: new(cmpv1.TokenResponse), info: new(tuiddv1.TokenInfoResponse), benefits: new(cmpv1.ListPotentialBenefitsResponse), stored: new(tuiddv1.CreateServiceResponse)}
	if err := readAnswer(reply.Token, service.token); err != nil {
		return nil, fmt.Errorf("reading the token answer: %w", err)
	}
	if err := readAnswer(reply.TokenInfo, service.info); err != nil {
		return nil, fmt.Errorf("reading the introspection answer: %w", err)
	}
	if err := readAnswer(reply.Benefits, service.benefits); err != nil {
		return nil, fmt.Errorf("reading the answer of potential benefits: %w", err)
	}
	if err := readAnswer(reply.Service, service.stored); err != nil {
		return nil, fmt.Errorf("reading the answer to a request of services: %w", err)
	}
	return service, nil
}

// readAnswer leaves out members that the message does not name: those that
// ventanilla adds for the token's client.
func readAnswer(body []byte, into proto.Message) error {
	if len(body) == 0 {
		return nil
	}
	return protojson.UnmarshalOptions{DiscardUnknown: true}.Unmarshal(body, into)
}

// Token implements [cmpv1.OAuthServiceServer].
func (s *fixedService) Token(context.Context, *cmpv1.TokenRequest) (*cmpv1.TokenResponse, error) {
	return s.token, nil
}

// TokenInfo implements [tuiddv1.TokenInfoServiceServer].
func (s *fixedService) TokenInfo(context.Context, *tuiddv1.TokenInfoRequest) (*tuiddv1.TokenInfoResponse, error) {
	return s.info, nil
}

// ListPotentialBenefits implements [cmpv1.BenefitServiceServer].
func (s *fixedService) ListPotentialBenefits(context.Context, *cmpv1.ListPotentialBenefitsRequest) (*cmpv1.ListPotentialBenefitsResponse, error) {
	return s.benefits, nil
}

// CreateService implements [tuiddv1.ServicesServiceServer].
func (s *fixedService) CreateService(context.Context, *tuiddv1.CreateServiceRequest) (*tuiddv1.CreateServiceResponse, error) {
	return s.stored, nil
}
