package main

import (
	"context"
	"net"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	"github.com/ventanilla/ventanilla/pkg/pki"
	sessionv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/session/v1"
)

func TestPassThroughPassesRPCsOn(t *testing.T) {
	target := startTestBaseline(t, sessionPassName, answers{Sessions: startTestSession(t)})
	p := parties{
		developer: &sessionv1.DeveloperCredential{Login: "d", Password: "p"}, user: "u", organisation: 7,
		session: &sessionv1.UserSession{User: "u", SessionKey: "k"}, passKeys: []string{"one", "other"},
	}
	rpc := p.rpc("internal")
	for _, name := range comparedWorks {
		if _, _, err := target.run(t.Context(), rpc[name], 4); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, _, err := target.run(t.Context(), p.rpc("another's")[redeemWork], 1); err == nil {
		t.Error("another caller's token was taken")
	}
}

// startTestSession serves some of session, to roles of the same authority.
func startTestSession(t *testing.T) *callee {
	t.Helper()
	dir := t.TempDir()
	ca, err := pki.NewCA("test", time.Hour, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	if err := ca.SaveCertificate(dir); err != nil {
		t.Fatal(err)
	}
	for _, role := range []string{"session", gatewayRole} {
		leaf, err := ca.IssueRole(role)
		if err != nil {
			t.Fatal(err)
		}
		if err := pki.SaveLeaf(dir, role, leaf); err != nil {
			t.Fatal(err)
		}
	}
	roles := &sessionRoles{roles: roles{platform: platform{dir: dir}}, at: map[string]string{}}
	source, err := roles.callee("session", "session").source()
	if err != nil {
		t.Fatal(err)
	}
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", loopback)
	if err != nil {
		t.Fatal(err)
	}
	server := grpc.NewServer(grpc.Creds(credentials.NewTLS(pki.ServerTLS(source))))
	sessionv1.RegisterWorkspaceServiceServer(server, fakeWorkspace{})
	sessionv1.RegisterSessionServiceServer(server, fakeSessions{})
	sessionv1.RegisterPassKeyServiceServer(server, fakePassKeys{})
	ended := make(chan error)
	go func() { ended <- server.Serve(listener) }()
	t.Cleanup(func() {
		server.Stop()
		if err := <-ended; err != nil {
			t.Errorf("serving: %v", err)
		}
	})
	roles.at["session"] = listener.Addr().String()
	to := roles.callee("session", gatewayRole)
	return &to
}

type (
	fakeWorkspace struct {
		sessionv1.UnimplementedWorkspaceServiceServer
	}
	fakeSessions struct {
		sessionv1.UnimplementedSessionServiceServer
	}
	fakePassKeys struct {
		sessionv1.UnimplementedPassKeyServiceServer
	}
)

func (fakeWorkspace) ListCustomers(_ context.Context, in *sessionv1.ListCustomersRequest) (*sessionv1.ListCustomersResponse, error) {
	if in.GetSession().GetSessionKey() != "k" || in.GetOrganisationId() != 7 || in.GetQuery().GetFilters()[0].GetValue() != province(3) {
		return nil, status.Error(codes.InvalidArgument, "another request")
	}
	return &sessionv1.ListCustomersResponse{Customers: make([]*sessionv1.Customer, in.GetQuery().GetLimit())}, nil
}

func (fakeWorkspace) GetUserOrganisation(context.Context, *sessionv1.GetUserOrganisationRequest) (*sessionv1.GetUserOrganisationResponse, error) {
	return &sessionv1.GetUserOrganisationResponse{Organisation: &sessionv1.UserOrganisation{Organisation: &sessionv1.Organisation{}}}, nil
}

func (fakeSessions) CheckSession(context.Context, *sessionv1.CheckSessionRequest) (*sessionv1.CheckSessionResponse, error) {
	return &sessionv1.CheckSessionResponse{Life: &sessionv1.SessionLife{}}, nil
}

func (fakePassKeys) RedeemPassKey(ctx context.Context, in *sessionv1.RedeemPassKeyRequest) (*sessionv1.RedeemPassKeyResponse, error) {
	if sent := metadata.ValueFromIncomingContext(ctx, "authorization"); len(sent) != 1 || sent[0] != "Bearer internal" {
		return nil, status.Error(codes.Unauthenticated, "another caller")
	}
	return &sessionv1.RedeemPassKeyResponse{UniqueKey: "P" + in.GetPassKey().GetPassKey()}, nil
}
