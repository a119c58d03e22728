package auth_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	"github.com/ventanilla/ventanilla/pkg/authn"
	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
)

const (
	production = authv1.DataSet_DATA_SET_PRODUCTION
	staging    = authv1.DataSet_DATA_SET_STAGING
)

// of puts a registration into a data set.
func of(set authv1.DataSet, client *authv1.Client) *authv1.Client {
	client.DataSet = set
	return client
}

// world is one client of a data set with a credential of each kind.
type world struct {
	set       authv1.DataSet
	client    registered
	token     string
	key       string
	signing   registered
	assertion func() *authv1.ClientAssertion
}

func (r *replica) world(set authv1.DataSet) world {
	r.t.Helper()
	w := world{set: set, client: r.register(of(set, partner("a")))}
	request := issueRequest(w.client)
	request.DataSets = []authv1.DataSet{set}
	issued, err := r.tokens().IssueToken(r.t.Context(), request)
	check(r.t, err)
	w.token, w.key = issued.GetAccessToken(), r.newKey(w.client).GetKey()
	signer := newSigner(r.t, "")
	keyed := of(set, partner("a"))
	keyed.PublicKeys = signer.set()
	w.signing = r.register(keyed)
	w.assertion = func() *authv1.ClientAssertion { return signer.assert(w.signing.id, start, nil) }
	return w
}

// exchanges are all credentials of a world.
func (w world) exchanges() map[string]*authv1.ExchangeRequest {
	return map[string]*authv1.ExchangeRequest{
		"secret": bySecret(w.client), "token": byToken(w.token), "API key": byKey(w.key), "assertion": byAssertion(w.assertion()),
	}
}

// issues are those that get tokens.
func (w world) issues() map[string]*authv1.IssueTokenRequest {
	return map[string]*authv1.IssueTokenRequest{
		"secret": issueRequest(w.client), "API key": keyed(w.key), "assertion": asserted(w.assertion()),
	}
}

func TestACredentialIsGoodInItsDataSetOnly(t *testing.T) {
	onBoth(t, func(t *testing.T, p *platform) {
		r, refused := p.replica(false), &wants{t: t}
		for _, w := range []world{r.world(production), r.world(staging)} {
			for name, serves := range map[string][]authv1.DataSet{
				"nothing said": nil, "production": {production}, "staging": {staging}, "both": {production, staging},
			} {
				want := slices.Contains(serves, w.set) || w.set == production && serves == nil
				for kind, req := range w.exchanges() {
					req.DataSets = serves
					answer, err := r.exchange(req)
					refused.check(fmt.Sprintf("%v at %s, exchange by %s", w.set, name, kind), want, err)
					if want && answer.GetPrincipal().GetDataSet() != w.set {
						t.Errorf("%v, by %s, is %v", w.set, kind, answer.GetPrincipal())
					}
				}
				for kind, req := range w.issues() {
					req.DataSets = serves
					_, err := r.tokens().IssueToken(t.Context(), req)
					refused.check(fmt.Sprintf("%v at %s, token by %s", w.set, name, kind), want, err)
				}
			}
		}
	})
}

// wants tells what came of a credential apart from what was to come. All refusals must be the same.
type wants struct {
	t     *testing.T
	first *status.Status
}

func (w *wants) check(what string, good bool, err error) {
	w.t.Helper()
	if good {
		if err != nil {
			w.t.Errorf("%s: %v", what, err)
		}
		return
	}
	wantReason(w.t, err, errorsv1.Reason_REASON_CREDENTIAL_INVALID)
	if w.first == nil {
		w.first = status.Convert(err)
	}
	if !proto.Equal(w.first.Proto(), status.Convert(err).Proto()) {
		w.t.Errorf("%s: %v differs from %v", what, err, w.first)
	}
}

func TestInternalTokensSayTheDataSet(t *testing.T) {
	r := newPlatform(t).replica(false)
	verifier, err := r.service.Verifier()
	check(t, err)
	for _, w := range []world{r.world(production), r.world(staging)} {
		for kind, req := range w.exchanges() {
			req.DataSets = []authv1.DataSet{w.set}
			answer, err := r.exchange(req)
			check(t, err)
			claims, err := verifier.Verify(t.Context(), answer.GetInternalToken())
			check(t, err)
			if claims.DataSet != w.set {
				t.Errorf("by %s: %v, want %v", kind, claims.DataSet, w.set)
			}
		}
	}
	for name, req := range map[string]*authv1.ExchangeRequest{
		"operator": byCertificate(r.operator("ana", authv1.OperatorRole_OPERATOR_ROLE_VIEWER)),
		"peer":     {Credential: &authv1.ExchangeRequest_Peer{Peer: &authv1.PeerIdentity{}}},
	} {
		answer, err := r.exchange(req)
		check(t, err)
		if set := answer.GetPrincipal().GetDataSet(); set != authv1.DataSet_DATA_SET_UNSPECIFIED {
			t.Errorf("an %s of %v", name, set)
		}
	}
}

// in is a context for calls in the name of a client of a data set.
func (r *replica) in(set authv1.DataSet, client registered) context.Context {
	r.t.Helper()
	req := bySecret(client)
	req.DataSets = []authv1.DataSet{set}
	answer, err := r.exchange(req)
	check(r.t, err)
	return authn.Outgoing(r.t.Context(), answer.GetInternalToken())
}

func TestAResourceServerLearnsOfItsDataSetOnly(t *testing.T) {
	onBoth(t, func(t *testing.T, p *platform) {
		r := p.replica(false)
		worlds := []world{r.world(production), r.world(staging)}
		for _, w := range worlds {
			server := resourceServer("a")
			server.IntrospectsAll = true
			overseer := r.in(w.set, r.register(of(w.set, server)))
			owner := r.in(w.set, w.client)
			for _, other := range worlds {
				same := other.set == w.set
				if r.introspect(overseer, other.token).GetActive() != same {
					t.Errorf("a server of %v learns of a token of %v: %v", w.set, other.set, !same)
				}
				if same {
					wantReason(t, r.revoke(overseer, other.token), errorsv1.Reason_REASON_TOKEN_NOT_OWNED)
				} else { // as if there were no such token
					check(t, r.revoke(overseer, other.token))
					check(t, r.revoke(owner, other.token))
				}
			}
			if !r.introspect(owner, w.token).GetActive() {
				t.Errorf("the token of %v is gone", w.set)
			}
		}
	})
}

func TestAClientsDataSetIsForGood(t *testing.T) {
	onBoth(t, func(t *testing.T, p *platform) {
		r, elsewhere := p.replica(false), p.replica(false)
		ctx := r.security()
		usual, staged := r.register(partner()), r.register(of(staging, partner()))
		for id, want := range map[string]authv1.DataSet{usual.id: production, staged.id: staging} {
			got, err := elsewhere.clients().GetClient(ctx, &authv1.GetClientRequest{ClientId: id})
			check(t, err)
			if got.GetClient().GetDataSet() != want {
				t.Errorf("got %v, want %v", got.GetClient().GetDataSet(), want)
			}
			_, err = r.update(ctx, &authv1.Client{ClientId: id, DataSet: staging}, "data_set")
			wantField(t, err, errorsv1.Reason_REASON_FIELD_INVALID, "update_mask.paths[0]")
			renamed, err := r.update(ctx, &authv1.Client{ClientId: id, Name: "New", DataSet: 3 - want}, "name")
			check(t, err)
			if renamed.GetDataSet() != want {
				t.Errorf("renamed into %v", renamed.GetDataSet())
			}
		}
		list, err := r.clients().ListClients(ctx, &authv1.ListClientsRequest{})
		check(t, err)
		for _, client := range list.GetClients() {
			if (client.GetDataSet() == staging) != (client.GetClientId() == staged.id) {
				t.Errorf("listed %v", client)
			}
		}
		_, err = r.clients().CreateClient(ctx, &authv1.CreateClientRequest{Client: of(7, partner())})
		wantField(t, err, errorsv1.Reason_REASON_FIELD_INVALID, "client.data_set")
	})
}

func TestAnAudienceIsOfTheClientsDataSet(t *testing.T) {
	r := newPlatform(t).replica(false)
	ctx := r.security()
	servers := map[authv1.DataSet]string{
		production: r.register(resourceServer()).id, staging: r.register(of(staging, resourceServer())).id,
	}
	for set := range servers {
		for other, server := range servers {
			registration := of(set, partner())
			registration.Audiences = []string{server}
			_, created := r.clients().CreateClient(ctx, &authv1.CreateClientRequest{Client: registration})
			client := r.register(of(set, partner()))
			_, updated := r.update(ctx, &authv1.Client{ClientId: client.id, Audiences: []string{server}}, "audiences")
			for _, err := range []error{created, updated} {
				if set == other {
					check(t, err)
					continue
				}
				wantField(t, err, errorsv1.Reason_REASON_FIELD_INVALID, "client.audiences[0]")
			}
		}
	}
	_, err := r.update(ctx, &authv1.Client{ClientId: "nobody", Audiences: []string{servers[staging]}}, "audiences")
	wantReason(t, err, errorsv1.Reason_REASON_CLIENT_NOT_FOUND)
}

func TestTheLogTellsADataSetThatWasRefused(t *testing.T) {
	p := newPlatform(t)
	r := p.replica(false)
	w := r.world(staging)
	for _, req := range []*authv1.ExchangeRequest{bySecret(w.client), byToken(w.token)} {
		_, err := r.exchange(req)
		wantReason(t, err, errorsv1.Reason_REASON_CREDENTIAL_INVALID)
	}
	r.stop()
	entries := p.replica(false).entries(&authv1.ListLogEntriesRequest{Act: "Refusal", Target: w.client.id})
	if len(entries) != 1 || !strings.Contains(entries[0].GetText(), `{"reason":"other data set","count":2}`) {
		t.Errorf("entries %v", entries)
	}
}
