package e2e

import (
	"crypto/rand"
	"log/slog"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	grpccredentials "google.golang.org/grpc/credentials"
	"google.golang.org/grpc/status"

	"github.com/ventanilla/ventanilla/pkg/authn"
	"github.com/ventanilla/ventanilla/pkg/pki"
	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
	benefitsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/benefits/v1"
	identityv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/identity/v1"
)

// internalPrograms has two programs of the organisation call the services over gRPC: the one that internal_roles names
// enters and reads a person, and asks for its benefits; the other has as good a certificate and is refused.
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
		exchange := func(audience string) (*authv1.ExchangeResponse, error) {
			return tokens.Exchange(t.Context(), &authv1.ExchangeRequest{
				Credential: &authv1.ExchangeRequest_Peer{Peer: &authv1.PeerIdentity{}}, Audience: audience,
			})
		}
		exchanged, err := exchange("identity")
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
		forBenefits, err := exchange("benefits")
		if err != nil {
			t.Fatalf("%s: %v", program, err)
		}
		benefits := benefitsv1.NewEvaluationServiceClient(c.dial(t, program, at["benefits"]))
		log := identityv1.NewAccessLogServiceClient(c.dial(t, program, at["identity"]))
		asksForBenefits(t, forBenefits.GetInternalToken(), benefits, made.GetPerson().GetPersonId())
		accesses, err := log.ListPersonAccesses(ctx, &identityv1.ListPersonAccessesRequest{PersonId: made.GetPerson().GetPersonId()})
		if err != nil || !slices.ContainsFunc(accesses.GetEntries(), func(e *identityv1.AccessEntry) bool {
			return e.GetActor() == "peer:benefits" && e.GetAct() == "GetSituations" && e.GetOnBehalfOf() == "peer:"+program
		}) {
			t.Errorf("%s: the evaluation is not among the accesses: %v, %v", program, accesses, err)
		}
	}
	for _, r := range at {
		if code := r.terminate(t); code != 0 {
			t.Errorf("%s: exit code %d after SIGTERM", r.name, code)
		}
	}
}

// dial connects a program to a service by the service's own address.
// asksForBenefits has benefits read a person's facts at identity, in its own name.
func asksForBenefits(t *testing.T, token string, benefits benefitsv1.EvaluationServiceClient, person string) {
	t.Helper()
	ctx := authn.Outgoing(t.Context(), token)
	terms := &benefitsv1.Terms{Access: &identityv1.Access{Purpose: "end-to-end test"}}
	for id, want := range map[string]codes.Code{person: codes.OK, "nobody": codes.NotFound} {
		_, err := benefits.Evaluate(ctx, &benefitsv1.EvaluateRequest{
			Subject: &benefitsv1.Subject{Subject: &benefitsv1.Subject_PersonId{PersonId: id}}, Terms: terms,
		})
		if status.Code(err) != want {
			t.Errorf("benefits of %s: %v", id, err)
		}
	}
}

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
