package edgetest

import (
	"context"
	"net"
	"slices"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/test/bufconn"
	"google.golang.org/protobuf/types/known/structpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
)

// Auth is an auth service that follows a script. It knows
//   - the client "1" with the secret "s3cret" of every family, whose scopes are "read" and "write";
//   - the access tokens "caller.of.tuidd" (of a tuidd client), "active", "bare" (active, with the least said)
//     and "foreign" (which client 1 may not revoke).
type Auth struct {
	authv1.UnimplementedTokenServiceServer
	// Fails is why calls fail that are no exchanges; REASON_UNSPECIFIED for none.
	Fails errorsv1.Reason
	// ExchangeFails is why exchanges fail; REASON_UNSPECIFIED for none.
	ExchangeFails errorsv1.Reason
	// Field is the field that failures name, if any.
	Field string
}

const internalToken = "internal.token.1"

// Serve runs the service until the test ends and returns a client of it.
func (a *Auth) Serve(t testing.TB) authv1.TokenServiceClient {
	t.Helper()
	listener := bufconn.Listen(1 << 16)
	server := grpc.NewServer()
	authv1.RegisterTokenServiceServer(server, a)
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(listener) }()
	conn, err := grpc.NewClient("passthrough:///auth", grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithContextDialer(func(ctx context.Context, _ string) (net.Conn, error) { return listener.DialContext(ctx) }))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := conn.Close(); err != nil {
			t.Errorf("closing the auth client: %v", err)
		}
		server.Stop()
		if err := <-ended; err != nil {
			t.Errorf("auth: %v", err)
		}
	})
	return authv1.NewTokenServiceClient(conn)
}

func fails(reason errorsv1.Reason, field string) error {
	switch {
	case reason == errorsv1.Reason_REASON_UNSPECIFIED:
		return nil
	case field != "":
		return rpcerr.New(reason, "scripted", rpcerr.Field(field, "scripted"))
	}
	return rpcerr.New(reason, "scripted")
}

// IssueToken issues to client 1.
func (a *Auth) IssueToken(_ context.Context, in *authv1.IssueTokenRequest) (*authv1.IssueTokenResponse, error) {
	if err := fails(a.Fails, a.Field); err != nil {
		return nil, err
	}
	if in.GetClientId() != "1" || in.GetClientSecret() != "s3cret" {
		return nil, rpcerr.New(errorsv1.Reason_REASON_CREDENTIAL_INVALID, "scripted")
	}
	for _, scope := range in.GetScopes() {
		if !slices.Contains([]string{"*", "read", "write"}, scope) {
			return nil, rpcerr.New(errorsv1.Reason_REASON_SCOPE_INVALID, "scripted", rpcerr.Meta("scope", scope))
		}
	}
	return &authv1.IssueTokenResponse{AccessToken: "header.claims.signature", ExpiresIn: 31535999}, nil
}

// Exchange knows client 1 and one token.
func (a *Auth) Exchange(_ context.Context, in *authv1.ExchangeRequest) (*authv1.ExchangeResponse, error) {
	if err := fails(a.ExchangeFails, a.Field); err != nil {
		return nil, err
	}
	client := in.GetClientSecret()
	known := client.GetClientId() == "1" && client.GetClientSecret() == "s3cret" ||
		in.GetBearerToken() == "caller.of.tuidd" && slices.Contains(in.GetFamilies(), "tuidd")
	if !known || in.GetAudience() != "auth" {
		return nil, rpcerr.New(errorsv1.Reason_REASON_CREDENTIAL_INVALID, "scripted")
	}
	return &authv1.ExchangeResponse{
		InternalToken: internalToken,
		ExpiresAt:     timestamppb.New(time.Date(2100, time.January, 1, 0, 0, 0, 0, time.UTC)),
		Principal:     &authv1.Principal{ClientId: "1"},
	}, nil
}

// called checks what every call by a client needs.
func (a *Auth) called(ctx context.Context, token string) error {
	if err := fails(a.Fails, a.Field); err != nil {
		return err
	}
	if !slices.Equal(metadata.ValueFromIncomingContext(ctx, "authorization"), []string{"Bearer " + internalToken}) {
		return rpcerr.New(errorsv1.Reason_REASON_CREDENTIAL_MISSING, "scripted")
	}
	if len(token) > 16384 {
		return rpcerr.New(errorsv1.Reason_REASON_FIELD_INVALID, "scripted", rpcerr.Field("token", "too long"))
	}
	return nil
}

// Introspect knows the tokens "active" and "bare".
func (a *Auth) Introspect(ctx context.Context, in *authv1.IntrospectRequest) (*authv1.IntrospectResponse, error) {
	if err := a.called(ctx, in.GetToken()); err != nil {
		return nil, err
	}
	extra, err := structpb.NewStruct(map[string]any{
		"tenant": "Ñuñoa <1>", "active": false, "levels": []any{1.0, 2.5, nil, map[string]any{"b": true, "a": "x"}},
	})
	if err != nil {
		return nil, err
	}
	switch in.GetToken() {
	case "active":
		return &authv1.IntrospectResponse{
			Active: true, Scopes: []string{"read", "write"}, ClientId: "1", Username: "María", Subject: "p-7", TokenType: "Bearer",
			ExpiresAt: &timestamppb.Timestamp{Seconds: 1580833602}, IssuedAt: &timestamppb.Timestamp{Seconds: 1549297602},
			NotBefore: &timestamppb.Timestamp{Seconds: 1549297602}, Audience: []string{"1"}, Issuer: "https://issuer.example",
			TokenId: "fd087c96", ExtraMembers: extra, MaxAge: 30,
		}, nil
	case "bare":
		return &authv1.IntrospectResponse{
			Active: true, ClientId: "1", TokenType: "Bearer", ExpiresAt: &timestamppb.Timestamp{Seconds: 1580833602}, MaxAge: 5,
		}, nil
	}
	return &authv1.IntrospectResponse{}, nil
}

// Revoke ends every token but "foreign".
func (a *Auth) Revoke(ctx context.Context, in *authv1.RevokeRequest) (*authv1.RevokeResponse, error) {
	if err := a.called(ctx, in.GetToken()); err != nil {
		return nil, err
	}
	if in.GetToken() == "foreign" {
		return nil, rpcerr.New(errorsv1.Reason_REASON_TOKEN_NOT_OWNED, "scripted")
	}
	return &authv1.RevokeResponse{}, nil
}

// GetKeySet has one key.
func (a *Auth) GetKeySet(_ context.Context, in *authv1.GetKeySetRequest) (*authv1.GetKeySetResponse, error) {
	if err := fails(a.Fails, a.Field); err != nil {
		return nil, err
	}
	if in.GetUse() != authv1.KeyUse_KEY_USE_ACCESS {
		return nil, rpcerr.New(errorsv1.Reason_REASON_INTERNAL, "these keys are for nobody outside")
	}
	return &authv1.GetKeySetResponse{Jwks: []byte(`{"keys":[{"use":"sig","kty":"RSA","kid":"k1","alg":"RS256","n":"AQAB_-","e":"AQAB"}]}`)}, nil
}

// Nothing is a fresh view in which nothing is revoked.
type Nothing struct{}

// Fresh is true.
func (Nothing) Fresh() bool { return true }

// Revoked is false.
func (Nothing) Revoked(*authv1.Principal) bool { return false }
