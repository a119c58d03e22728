package rpcclient_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/ventanilla/ventanilla/pkg/authn"
	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
)

// guarded is a service that notes the internal tokens that it is shown, and refuses one.
type guarded struct {
	tokens
	refused string
	shown   []string
}

func (s *guarded) Introspect(ctx context.Context, _ *authv1.IntrospectRequest) (*authv1.IntrospectResponse, error) {
	token, err := authn.Incoming(ctx)
	if err != nil {
		return nil, err
	}
	s.shown = append(s.shown, token)
	if token == s.refused {
		return nil, rpcerr.New(errorsv1.Reason_REASON_CREDENTIAL_INVALID, "the credential is not valid")
	}
	return &authv1.IntrospectResponse{}, nil
}

// exchanger gives the tokens in turn, and fails when there are no more.
type exchanger struct {
	now    time.Time
	tokens []string
}

func (e *exchanger) Exchange(context.Context, *authv1.ExchangeRequest, ...grpc.CallOption) (*authv1.ExchangeResponse, error) {
	if len(e.tokens) == 0 {
		return nil, errors.New("away")
	}
	next := e.tokens[0]
	e.tokens = e.tokens[1:]
	return &authv1.ExchangeResponse{InternalToken: next, ExpiresAt: timestamppb.New(e.now.Add(authn.MaxLife))}, nil
}

func TestCallsCarryTheRolesOwnToken(t *testing.T) {
	p := newPlatform(t)
	service := &guarded{}
	auth := &exchanger{now: time.Now(), tokens: []string{"one", "two"}}
	opts := p.options(t, p.serve(t, "auth", service))
	opts.Credentials = authn.NewPeerCredentials(auth, "auth", func() time.Time { return auth.now })
	client := dial(t, opts)
	call := func() errorsv1.Reason {
		_, err := client.Introspect(t.Context(), request)
		return rpcerr.Reason(err)
	}

	if got := call(); got != errorsv1.Reason_REASON_UNSPECIFIED {
		t.Fatal(got)
	}
	service.refused = "one" // as when the key that signed it was retired
	auth.now = auth.now.Add(time.Second)
	if got := call(); got != errorsv1.Reason_REASON_UNSPECIFIED {
		t.Error(got)
	}
	if !slices.Equal(service.shown, []string{"one", "one", "two"}) {
		t.Errorf("shown %v", service.shown)
	}

	auth.now = auth.now.Add(authn.MaxLife)
	if got := call(); got != errorsv1.Reason_REASON_UNAVAILABLE || len(service.shown) != 3 {
		t.Errorf("without auth: %s, shown %v", got, service.shown)
	}
}
