package rpcserver_test

import (
	"context"
	"errors"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/status"

	"github.com/ventanilla/ventanilla/pkg/authn"
	"github.com/ventanilla/ventanilla/pkg/pki"
	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	"github.com/ventanilla/ventanilla/pkg/rpcserver"
	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
)

func TestErrorsAreToldToTheLogOnly(t *testing.T) {
	for name, c := range map[string]struct {
		fail   func() error
		want   errorsv1.Reason
		code   codes.Code
		logged string
	}{
		"panic":        {func() error { panic("kaboom") }, internal, codes.Internal, "kaboom"},
		"unknown":      {func() error { return errors.New("table is gone") }, internal, codes.Internal, "table is gone"},
		"bare status":  {func() error { return status.Error(codes.DataLoss, "disk is gone") }, internal, codes.Internal, "disk is gone"},
		"known, cause": {func() error { return rpcerr.Wrap(unavailable, errors.New("10.1.2.3 refused"), "away") }, unavailable, codes.Unavailable, "10.1.2.3 refused"},
	} {
		t.Run(name, func(t *testing.T) {
			p := newPlatform(t)
			p.tokens.introspect = func(context.Context, *authv1.IntrospectRequest) (*authv1.IntrospectResponse, error) {
				return nil, c.fail()
			}
			p.tokens.watch = func(*authv1.WatchRevocationsRequest, grpc.ServerStreamingServer[authv1.WatchRevocationsResponse]) error {
				return c.fail()
			}
			client := p.start(t).client(t, "gateway")
			_, unary := client.Introspect(t.Context(), request)
			stream := streamed(t.Context(), client, &authv1.WatchRevocationsRequest{})
			for _, err := range []error{unary, stream} {
				expect(t, err, c.want)
				if status.Code(err) != c.code || strings.Contains(err.Error(), c.logged) {
					t.Errorf("told %v", err)
				}
			}
			for _, want := range []string{c.logged, "Introspect", "WatchRevocations"} {
				if !p.log.contains(want) {
					t.Errorf("the log does not say %q", want)
				}
			}
			if p.log.contains(request.GetToken()) {
				t.Error("the request is in the log")
			}
		})
	}
}

func TestValidation(t *testing.T) {
	const (
		fieldMissing = errorsv1.Reason_REASON_FIELD_MISSING
		fieldInvalid = errorsv1.Reason_REASON_FIELD_INVALID
	)
	p := newPlatform(t).start(t)
	client := p.client(t, "gateway")
	secret := &authv1.ClientSecret{ClientId: "c1", ClientSecret: strings.Repeat("hunter2", 100)}
	for name, c := range map[string]struct {
		call func(context.Context) error
		want errorsv1.Reason
		// fields are names, and what the rules say; never what the caller sent.
		fields []rpcerr.Violation
	}{
		"empty": {func(ctx context.Context) error {
			_, err := client.Introspect(ctx, &authv1.IntrospectRequest{})
			return err
		}, fieldMissing, []rpcerr.Violation{{Field: "token", Description: "must be at least 1 characters"}}},
		"too long": {func(ctx context.Context) error {
			_, err := client.Introspect(ctx, &authv1.IntrospectRequest{Token: strings.Repeat("hunter2", 3000)})
			return err
		}, fieldInvalid, []rpcerr.Violation{{Field: "token", Description: "must be at most 16384 characters"}}},
		"missing before invalid": {func(ctx context.Context) error {
			_, err := client.IssueToken(ctx, &authv1.IssueTokenRequest{ClientId: strings.Repeat("x", 200), ClientSecret: "s"})
			return err
		}, fieldMissing, []rpcerr.Violation{{Field: "families", Description: "must contain at least 1 item(s)"}}},
		"list element": {func(ctx context.Context) error {
			_, err := client.IssueToken(ctx, &authv1.IssueTokenRequest{ClientId: "c", ClientSecret: "s", Families: []string{"cmp", "hunter2!"}})
			return err
		}, fieldInvalid, []rpcerr.Violation{{Field: "families[1]", Description: "does not match regex pattern `^[a-z][a-z0-9]{1,15}$`"}}},
		"oneof": {func(ctx context.Context) error {
			_, err := client.Exchange(ctx, &authv1.ExchangeRequest{Audience: "auth"})
			return err
		}, fieldMissing, []rpcerr.Violation{{Field: "credential", Description: "exactly one field is required in oneof"}}},
		"nested": {func(ctx context.Context) error {
			_, err := client.Exchange(ctx, &authv1.ExchangeRequest{
				Audience: "auth", Credential: &authv1.ExchangeRequest_ClientSecret{ClientSecret: secret},
			})
			return err
		}, fieldInvalid, []rpcerr.Violation{{Field: "client_secret.client_secret", Description: "must be at most 256 characters"}}},
		"stream": {func(ctx context.Context) error {
			return streamed(ctx, client, &authv1.WatchRevocationsRequest{Cursor: -4711})
		}, fieldInvalid, []rpcerr.Violation{{Field: "cursor", Description: "must be greater than or equal to 0"}}},
	} {
		t.Run(name, func(t *testing.T) {
			err := c.call(t.Context())
			expect(t, err, c.want)
			if diff := cmp.Diff(c.fields, rpcerr.Fields(err)); diff != "" {
				t.Error(diff)
			}
			if text := rpcerr.Public(err).String(); strings.Contains(text, "hunter2") || strings.Contains(text, "4711") {
				t.Errorf("a value got out: %s", text)
			}
		})
	}
}

func TestDeadlines(t *testing.T) {
	p := newPlatform(t)
	seen := make(chan time.Time, 1)
	p.tokens.introspect = func(ctx context.Context, _ *authv1.IntrospectRequest) (*authv1.IntrospectResponse, error) {
		deadline, _ := ctx.Deadline()
		seen <- deadline
		return &authv1.IntrospectResponse{}, nil
	}
	client := p.start(t).client(t, "gateway")

	if _, err := client.Introspect(t.Context(), request); err != nil {
		t.Fatal(err)
	}
	if got := <-seen; got.IsZero() || got.After(time.Now().Add(p.cfg.DefaultTimeout)) {
		t.Errorf("without a deadline the handler has %v", got)
	}

	theirs := time.Now().Add(time.Minute)
	ctx, cancel := context.WithDeadline(t.Context(), theirs)
	defer cancel()
	if _, err := client.Introspect(ctx, request); err != nil {
		t.Fatal(err)
	}
	if got := <-seen; got.IsZero() || !got.Before(theirs) {
		t.Errorf("the handler has until %v, its caller until %v", got, theirs)
	}
}

func TestInnerCauseOfATimeoutReachesTheCaller(t *testing.T) {
	p := newPlatform(t)
	p.cfg.DefaultTimeout = time.Millisecond
	p.tokens.introspect = func(ctx context.Context, _ *authv1.IntrospectRequest) (*authv1.IntrospectResponse, error) {
		<-ctx.Done()
		return nil, rpcerr.Wrap(unavailable, ctx.Err(), "the store did not answer")
	}
	_, err := p.start(t).client(t, "gateway").Introspect(t.Context(), request)
	expect(t, err, unavailable)
}

// BenchmarkIntrospect shows what the chain adds to a bare server over mTLS.
func BenchmarkIntrospect(b *testing.B) {
	p := newPlatform(b)
	bare := grpc.NewServer(grpc.Creds(credentials.NewTLS(pki.ServerTLS(p.source(b, "auth")))))
	authv1.RegisterTokenServiceServer(bare, p.tokens)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	var served sync.WaitGroup
	served.Go(func() { _ = bare.Serve(listener) })
	defer served.Wait()
	defer bare.Stop()

	p.rule.Caller = rpcserver.ClientCaller
	p.start(b)
	for name, address := range map[string]string{"bare": listener.Addr().String(), "chain": p.server.Addr().String()} {
		b.Run(name, func(b *testing.B) {
			client := authv1.NewTokenServiceClient(p.dialAddress(b, "gateway", address))
			ctx := authn.Outgoing(b.Context(), "client")
			for b.Loop() {
				if _, err := client.Introspect(ctx, request); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
