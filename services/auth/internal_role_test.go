package auth_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/testing/protocmp"

	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
)

// The replicas of these tests know enrolment as a program of the organisation's own.
func TestAProgramOfTheOrganisationSpeaksForItselfAlone(t *testing.T) {
	r := newPlatform(t).replica(false)
	client := r.register(partner())
	token := r.issue(client)
	program := authv1.NewTokenServiceClient(r.as("enrolment"))

	itself := &authv1.ExchangeRequest{Credential: &authv1.ExchangeRequest_Peer{Peer: &authv1.PeerIdentity{}}, Audience: "identity"}
	answer, err := program.Exchange(t.Context(), itself)
	check(t, err)
	if diff := cmp.Diff(&authv1.Principal{Peer: "enrolment"}, answer.GetPrincipal(), protocmp.Transform()); diff != "" {
		t.Error(diff)
	}
	_, err = program.GetKeySet(t.Context(), &authv1.GetKeySetRequest{Use: authv1.KeyUse_KEY_USE_INTERNAL})
	check(t, err)
	stream, err := program.WatchRevocations(t.Context(), &authv1.WatchRevocationsRequest{})
	check(t, err)
	_, err = stream.Recv()
	check(t, err)

	key := r.newKey(client).GetKey()
	for name, req := range map[string]*authv1.ExchangeRequest{
		"secret": bySecret(client), "wrong secret": bySecret(registered{client.id, "wrong"}), "token": byToken(token), "API key": byKey(key),
	} {
		if _, err := program.Exchange(t.Context(), forAuth(req)); err == nil {
			t.Errorf("%s: exchanged", name)
		} else {
			wantReason(t, err, errorsv1.Reason_REASON_PERMISSION_DENIED)
		}
	}
	_, err = program.Exchange(t.Context(), forAuth(byCertificate(r.operator("ana", authv1.OperatorRole_OPERATOR_ROLE_SECURITY))))
	wantReason(t, err, errorsv1.Reason_REASON_CREDENTIAL_INVALID)
	_, err = program.IssueToken(t.Context(), issueRequest(client))
	wantReason(t, err, errorsv1.Reason_REASON_PEER_REFUSED)
	_, err = authv1.NewTokenServiceClient(r.as("registry")).Exchange(t.Context(), itself)
	wantReason(t, err, errorsv1.Reason_REASON_PEER_REFUSED)
}
