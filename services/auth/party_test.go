package auth_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/testing/protocmp"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/ventanilla/ventanilla/pkg/authn"
	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
)

const api = "https://api.example/v1/iddi"

// developer is a partner of a family whose credentials all have the scope perfil.
func developer(scopes ...string) *authv1.Client {
	client := partner(scopes...)
	client.Family = "iddi"
	return client
}

// asParty asks for a token by API key in the form that names the client as the authorized party.
func asParty(key string, scopes ...string) *authv1.IssueTokenRequest {
	return &authv1.IssueTokenRequest{
		ApiKey: key, Scopes: scopes, Families: []string{"iddi"}, Life: durationpb.New(24 * time.Hour),
		AuthorizedPartyForm: &authv1.AuthorizedPartyForm{SubjectRealm: "docencia", Audience: api},
	}
}

func iddi(req *authv1.ExchangeRequest) *authv1.ExchangeRequest {
	req.Families = []string{"iddi"}
	return req
}

func TestAPartysTokenHasTheDocumentedShape(t *testing.T) {
	r := newPlatform(t).replica(false)
	client := r.register(developer("catalogo", "perfil:extendido"))
	key := r.newKey(client, "catalogo", "perfil:extendido").GetKey()
	answer, err := r.tokens().IssueToken(t.Context(), asParty(key, "catalogo"))
	check(t, err)
	parts := strings.Split(answer.GetAccessToken(), ".")
	payload, err := base64.RawURLEncoding.DecodeString(parts[1])
	check(t, err)
	var claims struct{ Jti string }
	check(t, json.Unmarshal(payload, &claims))
	want := fmt.Sprintf(`{"iss":%q,"sub":%q,"aud":%q,"iat":%d,"exp":%d,"azp":%q,"scope":"perfil catalogo","gty":"client-credentials","jti":%q}`,
		issuer, client.id+"@docencia", api, start.Unix(), start.Unix()+86400, client.id, claims.Jti)
	if string(payload) != want {
		t.Errorf("payload %s, want %s", payload, want)
	}
	header, err := base64.RawURLEncoding.DecodeString(parts[0])
	check(t, err)
	if want := fmt.Sprintf(`{"typ":"JWT","alg":"RS256","jti":%q,"kid":%q}`, claims.Jti, authn.SignedWith(answer.GetAccessToken())); string(header) != want {
		t.Errorf("header %s, want %s", header, want)
	}
	if answer.GetExpiresIn() != 86399 || !slices.Equal(answer.GetScopes(), []string{"perfil", "catalogo"}) {
		t.Errorf("answered %v", answer)
	}
}

func TestAPartysTokenIsOneLikeOthers(t *testing.T) {
	onBoth(t, func(t *testing.T, p *platform) {
		r, other := p.replica(true), p.replica(true)
		client := r.register(developer())
		key := r.newKey(client).GetKey()
		issue := func() string {
			answer, err := r.tokens().IssueToken(t.Context(), asParty(key))
			check(t, err)
			return answer.GetAccessToken()
		}
		token := issue()
		exchanged, err := other.exchange(iddi(byToken(token)))
		check(t, err)
		caller := authn.Outgoing(t.Context(), exchanged.GetInternalToken())
		id := exchanged.GetPrincipal().GetTokenId()
		principal := &authv1.Principal{
			ClientId: client.id, Family: "iddi", Kind: authv1.ClientKind_CLIENT_KIND_PARTNER, Scopes: []string{"perfil"},
			TokenId: id, KeyId: authn.SignedWith(token), DataSet: production,
		}
		if diff := cmp.Diff(principal, exchanged.GetPrincipal(), protocmp.Transform()); diff != "" {
			t.Error(diff)
		}
		issued := &timestamppb.Timestamp{Seconds: start.Unix()}
		known := &authv1.IntrospectResponse{
			Active: true, Scopes: []string{"perfil"}, ClientId: client.id, TokenType: "Bearer", IssuedAt: issued, NotBefore: issued,
			ExpiresAt: &timestamppb.Timestamp{Seconds: start.Unix() + 86400}, Audience: []string{api}, Issuer: issuer, TokenId: id, MaxAge: 10,
		}
		if diff := cmp.Diff(known, other.introspect(caller, token), protocmp.Transform()); diff != "" {
			t.Error(diff)
		}
		for name, c := range map[string]struct {
			req *authv1.ExchangeRequest
		}{"other family": {byToken(token)}, "other data set": {iddi(byToken(token))}} {
			if name == "other data set" {
				c.req.DataSets = []authv1.DataSet{staging}
			}
			_, err := other.exchange(c.req)
			wantReason(t, err, errorsv1.Reason_REASON_CREDENTIAL_INVALID)
		}

		check(t, other.revoke(caller, token))
		_, err = other.exchange(iddi(byToken(token)))
		wantReason(t, err, errorsv1.Reason_REASON_CREDENTIAL_INVALID)
		ended, over := issue(), issue()
		r.disable(client)
		_, err = r.exchange(iddi(byToken(ended)))
		wantReason(t, err, errorsv1.Reason_REASON_CREDENTIAL_INVALID)
		p.clock.Advance(24 * time.Hour)
		_, err = r.exchange(iddi(byToken(over)))
		wantReason(t, err, errorsv1.Reason_REASON_CREDENTIAL_INVALID)
	})
}

func TestATokenLivesAsLongAsIsAsked(t *testing.T) {
	p := newPlatform(t)
	r := p.replica(false)
	client := r.register(partner("a"))
	ask := func(life time.Duration) (*authv1.IssueTokenResponse, error) {
		request := issueRequest(client)
		request.Life = durationpb.New(life)
		return r.tokens().IssueToken(t.Context(), request)
	}
	for life, want := range map[time.Duration]int64{
		time.Second: 1, 1999 * time.Millisecond: 1, 30 * time.Second: 30, 92 * 24 * time.Hour: 7948800,
	} {
		answer, err := ask(life)
		check(t, err)
		if got := answer.GetExpiresAt().GetSeconds() - start.Unix(); got != want || answer.GetExpiresIn() != want-1 {
			t.Errorf("asked %v, got %d s", life, got)
		}
	}
	for _, life := range []time.Duration{0, -time.Second, 999 * time.Millisecond, 92*24*time.Hour + 1} {
		_, err := ask(life)
		wantField(t, err, errorsv1.Reason_REASON_FIELD_INVALID, "life")
	}
	answer, err := ask(time.Second)
	check(t, err)
	if !r.introspect(r.by(client), answer.GetAccessToken()).GetActive() {
		t.Error("over before its end")
	}
	p.clock.Advance(500 * time.Millisecond)
	if r.introspect(r.by(client), answer.GetAccessToken()).GetActive() {
		t.Error("active after its end")
	}
}

func TestATokenForAnAPIKeyIsAUseOfIt(t *testing.T) {
	p := newPlatform(t)
	r, after := p.replica(true), p.replica(true)
	registration := developer()
	registration.Limit = &authv1.Limit{PerSecond: 0.5, Burst: 1}
	client := r.register(registration)
	key := r.newKey(client)
	answer, err := r.tokens().IssueToken(t.Context(), asParty(key.GetKey()))
	check(t, err)
	_, err = r.tokens().IssueToken(t.Context(), asParty(key.GetKey()))
	wantReason(t, err, errorsv1.Reason_REASON_RATE_LIMITED)
	exchanged, err := r.exchange(iddi(byToken(answer.GetAccessToken())))
	check(t, err)
	entries := r.entries(&authv1.ListLogEntriesRequest{Target: exchanged.GetPrincipal().GetTokenId()})
	want := `{"scopes":["perfil"],"alg":"RS256","expires_at":"2019-02-05T16:26:42Z","api_key":"` + key.GetApiKey().GetApiKeyId() + `"}`
	if len(entries) != 1 || entries[0].GetActor() != "client:"+client.id || !strings.Contains(entries[0].GetText(), want) {
		t.Errorf("recorded %v", entries)
	}
	r.stop()
	list, err := after.apiKeys().ListApiKeys(after.security(), &authv1.ListApiKeysRequest{ClientId: client.id})
	check(t, err)
	if used := list.GetApiKeys()[0].GetLastUsedAt(); !used.AsTime().Equal(start) {
		t.Errorf("used at %v", used)
	}
}

func TestThePartysFormIsChecked(t *testing.T) {
	r := newPlatform(t).replica(false)
	key := r.newKey(r.register(developer())).GetKey()
	for field, change := range map[string]func(*authv1.AuthorizedPartyForm){
		"subject_realm": func(f *authv1.AuthorizedPartyForm) { f.SubjectRealm = "doc@encia" },
		"audience":      func(f *authv1.AuthorizedPartyForm) { f.Audience = strings.Repeat("a", 513) },
	} {
		request := asParty(key)
		change(request.AuthorizedPartyForm)
		_, err := r.tokens().IssueToken(t.Context(), request)
		wantField(t, err, errorsv1.Reason_REASON_FIELD_INVALID, "authorized_party_form."+field)
	}
}

func TestAFamilysScopesComeWithEveryCredential(t *testing.T) {
	r := newPlatform(t).replica(false)
	signer := newSigner(t, "")
	registration := developer("catalogo")
	registration.PublicKeys = signer.set()
	signing, client := r.register(registration), r.register(developer("catalogo"))
	narrow, whole, named := r.newKey(client, "catalogo"), r.newKey(client), r.newKey(client, "perfil")
	for name, c := range map[string]struct {
		req  *authv1.ExchangeRequest
		want []string
	}{
		"secret":                {bySecret(client), []string{"perfil", "catalogo"}},
		"assertion":             {byAssertion(signer.assert(signing.id, start, nil)), []string{"perfil", "catalogo"}},
		"key of a scope":        {byKey(narrow.GetKey()), []string{"perfil", "catalogo"}},
		"key of all":            {byKey(whole.GetKey()), []string{"perfil", "catalogo"}},
		"key of the family's":   {byKey(named.GetKey()), []string{"perfil"}},
		"client of another one": {bySecret(r.register(partner("catalogo"))), []string{"catalogo"}},
	} {
		if name != "client of another one" {
			c.req = iddi(c.req)
		}
		answer, err := r.exchange(c.req)
		check(t, err)
		if got := answer.GetPrincipal().GetScopes(); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
	for _, c := range []struct {
		asked, want []string
	}{
		{nil, []string{"perfil", "catalogo"}},
		{[]string{"*"}, []string{"perfil", "catalogo"}},
		{[]string{"catalogo"}, []string{"perfil", "catalogo"}},
		{[]string{"perfil"}, []string{"perfil"}},
	} {
		answer, err := r.tokens().IssueToken(t.Context(), asParty(narrow.GetKey(), c.asked...))
		check(t, err)
		exchanged, err := r.exchange(iddi(byToken(answer.GetAccessToken())))
		check(t, err)
		if got := exchanged.GetPrincipal().GetScopes(); !slices.Equal(got, c.want) || !slices.Equal(answer.GetScopes(), c.want) {
			t.Errorf("asked for %v, got %v and %v", c.asked, answer.GetScopes(), got)
		}
	}
	_, err := r.tokens().IssueToken(t.Context(), asParty(named.GetKey(), "catalogo"))
	wantReason(t, err, errorsv1.Reason_REASON_SCOPE_INVALID)
	_, err = r.tokens().IssueToken(t.Context(), asParty(narrow.GetKey(), "perfil:extendido"))
	wantReason(t, err, errorsv1.Reason_REASON_SCOPE_INVALID)
}
