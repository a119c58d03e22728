package auth_test

import (
	"testing"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
)

func TestTokensAreIssuedWithinTheClientsLimit(t *testing.T) {
	r := newPlatform(t).replica(false)
	registration := partner("a")
	registration.Limit = &authv1.Limit{PerSecond: 0.5, Burst: 2}
	client, other := r.register(registration), r.register(partner("a"))
	issue := func(c registered, scopes ...string) (*authv1.IssueTokenResponse, error) {
		return r.tokens().IssueToken(t.Context(), issueRequest(c, scopes...))
	}
	for i, want := range []*authv1.Quota{
		{Limit: 2, Remaining: 1, ResetSeconds: 2, WindowSeconds: 4},
		{Limit: 2, Remaining: 0, ResetSeconds: 4, WindowSeconds: 4},
	} {
		answer, err := issue(client)
		check(t, err)
		if !proto.Equal(answer.GetQuota(), want) {
			t.Errorf("token %d: got %v, want %v", i, answer.GetQuota(), want)
		}
	}
	_, err := issue(client)
	wantReason(t, err, errorsv1.Reason_REASON_RATE_LIMITED)
	if delay, ok := rpcerr.Delay(err); !ok || delay != 2*time.Second {
		t.Errorf("come back after %v", delay)
	}
	for key, want := range map[string]string{"limit": "2", "window": "4", "reset": "4"} {
		if got := rpcerr.Metadata(err, key); got != want {
			t.Errorf("%s: got %q, want %q", key, got, want)
		}
	}
	if answer, err := issue(other); err != nil || answer.GetQuota() != nil {
		t.Errorf("a client without a limit: %v, %v", answer.GetQuota(), err)
	}

	// Whoever has no right credential neither uses the limit up nor learns of it.
	_, err = issue(registered{client.id, "wrong"})
	wantReason(t, err, errorsv1.Reason_REASON_CREDENTIAL_INVALID)
	r.clock.Advance(2 * time.Second)
	_, err = issue(registered{client.id, "wrong"})
	wantReason(t, err, errorsv1.Reason_REASON_CREDENTIAL_INVALID)
	_, err = issue(client)
	check(t, err)

	answer, err := r.exchange(bySecret(client))
	check(t, err)
	if !proto.Equal(answer.GetPrincipal().GetLimit(), registration.GetLimit()) {
		t.Errorf("the gateway is told of %v", answer.GetPrincipal().GetLimit())
	}
}
