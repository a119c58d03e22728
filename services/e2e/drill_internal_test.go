package e2e

import (
	"crypto/rand"
	"log/slog"
	"path/filepath"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	grpccredentials "google.golang.org/grpc/credentials"
	"google.golang.org/grpc/status"

	"github.com/ventanilla/ventanilla/pkg/authn"
	"github.com/ventanilla/ventanilla/pkg/pki"
	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
	identityv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/identity/v1"
)

// internalPrograms has two programs of the organisation call the services over gRPC: the one that internal_roles names
// enters and reads a person, the other has as good a certificate and is refused.
func internalPrograms(t *testing.T, c *cluster) {
	const prefix = "discovery.prefix=internal"
	at := make(map[string]*role)
	for _, service := range services {
		at[service] = c.newRole(t, service, "--set", prefix, "--set", "internal_roles=payroll")
		at[service].start(t, c)
	}
	for _, program := range []string{"payroll", "stranger"} {
		c.certify(t, c.program, program)
		tokens := authv1.NewTokenServiceClient(c.dial(t, program, at["auth"]))
		exchanged, err := tokens.Exchange(t.Context(), &authv1.ExchangeRequest{
			Credential: &authv1.ExchangeRequest_Peer{Peer: &authv1.PeerIdentity{}}, Audience: "identity",
		})
		persons := identityv1.NewPersonServiceClient(c.dial(t, program, at["identity"]))
		person := &identityv1.Person{UniqueKey: rand.Text(), GivenNames: "Ana"}
		if program == "stranger" {
			_, failure := persons.CreatePerson(t.Context(), &identityv1.CreatePersonRequest{Person: person})
			if status.Code(err) != codes.PermissionDenied || status.Code(failure) != codes.PermissionDenied {
				t.Errorf("%s: auth answers %v, identity %v", program, err, failure)
			}
			continue
		}
		if err != nil {
			t.Fatalf("%s: %v", program, err)
		}
		ctx := authn.Outgoing(t.Context(), exchanged.GetInternalToken())
		made, err := persons.CreatePerson(ctx, &identityv1.CreatePersonRequest{Person: person})
		if err != nil {
			t.Fatalf("%s: entering a person: %v", program, err)
		}
		found, err := persons.FindPerson(ctx, &identityv1.FindPersonRequest{
			Key:    &identityv1.FindPersonRequest_UniqueKey{UniqueKey: person.GetUniqueKey()},
			Access: &identityv1.Access{Purpose: "end-to-end test"},
		})
		if err != nil || found.GetPerson().GetPersonId() != made.GetPerson().GetPersonId() {
			t.Errorf("%s: %v, %v", program, found, err)
		}
	}
	for _, r := range at {
		if code := r.terminate(t); code != 0 {
			t.Errorf("%s: exit code %d after SIGTERM", r.name, code)
		}
	}
}

// dial connects a program to a service by the service's own address.
func (c *cluster) dial(t *testing.T, program string, to *role) *grpc.ClientConn {
	t.Helper()
	source, err := pki.NewFiles(pki.Config{
		CA: filepath.Join(c.dir, "ca.pem"), Cert: filepath.Join(c.dir, program+".pem"), Key: filepath.Join(c.dir, program+"-key.pem"),
	}, time.Now, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	conn, err := grpc.NewClient(to.rpc, grpc.WithTransportCredentials(grpccredentials.NewTLS(pki.ClientTLS(source, to.kind))))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return conn
}
