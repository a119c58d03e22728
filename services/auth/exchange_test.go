package auth_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/testing/protocmp"
	"google.golang.org/protobuf/types/known/durationpb"

	"github.com/ventanilla/ventanilla/pkg/authn"
	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
	"github.com/ventanilla/ventanilla/services/auth"
)

func TestExchangeTellsWhoItIs(t *testing.T) {
	p := newPlatform(t)
	r := p.replica(false)
	client := r.register(partner("a", "b"))
	token := r.issue(client, "b")
	certificate := r.operator("ana", authv1.OperatorRole_OPERATOR_ROLE_SUPPORT, authv1.OperatorRole_OPERATOR_ROLE_EDITOR)
	partnerKind, production := authv1.ClientKind_CLIENT_KIND_PARTNER, authv1.DataSet_DATA_SET_PRODUCTION
	cases := map[string]struct {
		req  *authv1.ExchangeRequest
		want *authv1.Principal
	}{
		"access token": {byToken(token), &authv1.Principal{
			ClientId: client.id, Family: "cmp", Kind: partnerKind, DataSet: production, Scopes: []string{"b"},
			TokenId: r.introspect(r.by(client), token).GetTokenId(), KeyId: authn.SignedWith(token),
		}},
		"client secret": {bySecret(client), &authv1.Principal{
			ClientId: client.id, Family: "cmp", Kind: partnerKind, DataSet: production, Scopes: []string{"a", "b"},
		}},
		"peer": {
			&authv1.ExchangeRequest{Credential: &authv1.ExchangeRequest_Peer{Peer: &authv1.PeerIdentity{}}},
			&authv1.Principal{Peer: "gateway"},
		},
		"operator": {byCertificate(certificate), &authv1.Principal{Operator: "ana", Roles: []string{"support", "editor"}}},
	}
	verifier, err := r.service.Verifier()
	check(t, err)
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			answer, err := r.exchange(c.req)
			check(t, err)
			if diff := cmp.Diff(c.want, answer.GetPrincipal(), protocmp.Transform()); diff != "" {
				t.Error(diff)
			}
			if got := answer.GetExpiresAt().GetSeconds(); got != start.Unix()+300 {
				t.Errorf("ends at %d", got)
			}
			claims, err := verifier.Verify(t.Context(), answer.GetInternalToken())
			check(t, err)
			if diff := cmp.Diff(c.want, claims.Principal(), protocmp.Transform()); diff != "" || claims.Issuer != issuer {
				t.Errorf("issuer %q, %s", claims.Issuer, diff)
			}
		})
	}
}

func TestExchangeRefuses(t *testing.T) {
	p := newPlatform(t)
	r := p.replica(false)
	client, disabled := r.register(partner()), r.register(partner())
	token, dead := r.issue(client), r.issue(disabled)
	r.disable(disabled)
	gone := r.operator("gone", authv1.OperatorRole_OPERATOR_ROLE_VIEWER)
	_, err := authv1.NewOperatorServiceClient(r.as("gateway")).DisableOperator(r.security(),
		&authv1.DisableOperatorRequest{Name: "gone"})
	check(t, err)
	stranger := newPlatform(t).replica(false).operator("ana", authv1.OperatorRole_OPERATOR_ROLE_SECURITY)
	otherFamily := func(req *authv1.ExchangeRequest) *authv1.ExchangeRequest {
		req.Families = []string{"tuidd"}
		return req
	}
	for name, req := range map[string]*authv1.ExchangeRequest{
		"malformed token":       byToken("a.b.c"),
		"disabled client":       byToken(dead),
		"disabled with secret":  bySecret(disabled),
		"wrong secret":          bySecret(registered{client.id, "wrong"}),
		"token, other family":   otherFamily(byToken(token)),
		"secret, other family":  otherFamily(bySecret(client)),
		"disabled operator":     byCertificate(gone),
		"another platform's":    byCertificate(stranger),
		"malformed certificate": byCertificate([]byte("certificate")),
	} {
		t.Run(name, func(t *testing.T) {
			_, err := r.exchange(req)
			wantReason(t, err, errorsv1.Reason_REASON_CREDENTIAL_INVALID)
		})
	}
	for _, req := range []*authv1.ExchangeRequest{byToken(token), bySecret(client)} {
		req.Families = []string{}
		_, err := r.exchange(req)
		wantReason(t, err, errorsv1.Reason_REASON_FIELD_MISSING)
	}
}

func TestOnlyTheGatewayVouchesForOperators(t *testing.T) {
	r := newPlatform(t).replica(false)
	certificate := r.operator("ana", authv1.OperatorRole_OPERATOR_ROLE_SECURITY)
	_, err := r.exchange(byCertificate(certificate))
	check(t, err)
	request := byCertificate(certificate)
	request.Audience = auth.Role
	_, err = authv1.NewTokenServiceClient(r.as("benefits")).Exchange(t.Context(), request)
	wantReason(t, err, errorsv1.Reason_REASON_CREDENTIAL_INVALID)
}

func TestAnInternalTokenEndsWithItsCredential(t *testing.T) {
	p := newPlatform(t)
	r := p.replica(false)
	registration := partner()
	registration.TokenLife = durationpb.New(time.Minute)
	token := r.issue(r.register(registration))
	answer, err := r.exchange(byToken(token))
	check(t, err)
	if got := answer.GetExpiresAt().GetSeconds(); got != start.Unix()+60 {
		t.Errorf("of a token that ends in a minute: %d s", got-start.Unix())
	}
	certificate := r.operator("ana", authv1.OperatorRole_OPERATOR_ROLE_VIEWER)
	p.clock.Advance(12*time.Hour - time.Minute)
	answer, err = r.exchange(byCertificate(certificate))
	check(t, err)
	if got := answer.GetExpiresAt().AsTime(); got.After(start.Add(12 * time.Hour)) {
		t.Errorf("of a certificate that ends in a minute: %v", got)
	}
	p.clock.Advance(time.Minute + time.Second)
	_, err = r.exchange(byCertificate(certificate))
	wantReason(t, err, errorsv1.Reason_REASON_CREDENTIAL_INVALID)
}
