package auth_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/testing/protocmp"
	"google.golang.org/protobuf/types/known/structpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
)

func TestIntrospectionDiffersByCaller(t *testing.T) {
	r := newPlatform(t).replica(false)
	meant, foreign := r.register(resourceServer("b", "z")), r.register(resourceServer("a", "b"))
	overseer := resourceServer()
	overseer.IntrospectsAll = true
	all := r.register(overseer)

	registration := partner("a", "b", "c")
	registration.Audiences = []string{meant.id}
	members, err := structpb.NewStruct(map[string]any{"tenant": "north", "tier": 2.0})
	check(t, err)
	registration.IntrospectionMembers = members
	owner := r.register(registration)
	token := r.issue(owner)

	full := &authv1.IntrospectResponse{
		Active: true, Scopes: []string{"a", "b", "c"}, ClientId: owner.id, TokenType: "Bearer",
		ExpiresAt: &timestamppb.Timestamp{Seconds: start.Unix() + 3600},
		IssuedAt:  &timestamppb.Timestamp{Seconds: start.Unix()},
		NotBefore: &timestamppb.Timestamp{Seconds: start.Unix()},
		Audience:  []string{owner.id}, Issuer: issuer, ExtraMembers: members, MaxAge: 10,
	}
	narrow := proto.CloneOf(full)
	narrow.Scopes = []string{"b"}
	inactive := &authv1.IntrospectResponse{}
	cases := map[string]struct {
		caller registered
		want   *authv1.IntrospectResponse
	}{
		"its own client":             {owner, full},
		"a server it is meant for":   {meant, narrow},
		"a server that may see all":  {all, full},
		"a server it is no business": {foreign, inactive},
		"another partner":            {r.register(partner("a")), inactive},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			got := r.introspect(r.by(c.caller), token)
			diff := cmp.Diff(c.want, got, protocmp.Transform(),
				protocmp.IgnoreFields(&authv1.IntrospectResponse{}, "token_id"))
			if diff != "" || got.GetActive() != (got.GetTokenId() != "") {
				t.Errorf("token id %q, %s", got.GetTokenId(), diff)
			}
		})
	}
}

func TestWhatIsVoidIsInactiveAndNothingElse(t *testing.T) {
	p := newPlatform(t)
	r := p.replica(false)
	server := resourceServer()
	server.IntrospectsAll = true
	caller := r.register(server)
	disabled, rotated, owner := r.register(partner()), r.register(partner()), r.register(partner())

	p.clock.Advance(-2 * time.Hour)
	over := r.issue(owner)
	p.clock.Advance(2 * time.Hour)
	p.clock.Advance(time.Minute)
	early := r.issue(owner)
	p.clock.Advance(4 * time.Second)
	soon := r.issue(owner)
	p.clock.Advance(-time.Minute - 4*time.Second)

	tokens := map[string]string{
		"disabled client": r.issue(disabled), "rotated secret": r.issue(rotated),
		"over": over, "not begun": early, "malformed": "a.b.c", "an internal token": func() string {
			answer, err := r.exchange(bySecret(owner))
			check(t, err)
			return answer.GetInternalToken()
		}(),
	}
	revoked := r.issue(owner)
	check(t, r.revoke(r.by(owner), revoked))
	tokens["revoked"] = revoked
	r.disable(disabled)
	r.rotate(rotated)
	for name, token := range tokens {
		if got := r.introspect(r.by(caller), token); !proto.Equal(got, &authv1.IntrospectResponse{}) {
			t.Errorf("%s: %v", name, got)
		}
	}

	p.clock.Advance(time.Minute)
	if got := r.introspect(r.by(caller), soon); !got.GetActive() {
		t.Error("a token of a clock 4 s ahead is inactive")
	}
}

func TestAnswersAreNotKeptPastTheTokensEnd(t *testing.T) {
	p := newPlatform(t)
	r := p.replica(false)
	owner := r.register(partner())
	token := r.issue(owner)
	p.clock.Advance(time.Hour - 3*time.Second) // 2.5 s are left
	if got := r.introspect(r.by(owner), token).GetMaxAge(); got != 2 {
		t.Errorf("max age %d", got)
	}
}

func TestIntrospectionNeedsACaller(t *testing.T) {
	p := newPlatform(t)
	r := p.replica(false)
	caller := r.register(resourceServer())
	ctx := r.by(caller)
	_, err := r.tokens().Introspect(t.Context(), &authv1.IntrospectRequest{Token: "x"})
	wantReason(t, err, errorsv1.Reason_REASON_CREDENTIAL_MISSING)
	_, err = r.tokens().Introspect(r.security(), &authv1.IntrospectRequest{Token: "x"})
	wantReason(t, err, errorsv1.Reason_REASON_PERMISSION_DENIED)
	r.disable(caller)
	_, err = r.tokens().Introspect(ctx, &authv1.IntrospectRequest{Token: "x"})
	wantReason(t, err, errorsv1.Reason_REASON_CREDENTIAL_INVALID)
}
