package auth_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/testing/protocmp"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	"github.com/ventanilla/ventanilla/pkg/testkit"
	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
)

func (r *replica) apiKeys() authv1.ApiKeyServiceClient {
	return authv1.NewApiKeyServiceClient(r.as("gateway"))
}

// newKey makes an API key as an operator.
func (r *replica) newKey(client registered, scopes ...string) *authv1.CreateApiKeyResponse {
	r.t.Helper()
	answer, err := r.apiKeys().CreateApiKey(r.security(), &authv1.CreateApiKeyRequest{
		ClientId: client.id, Name: "A key", Scopes: scopes,
	})
	check(r.t, err)
	return answer
}

func byKey(key string) *authv1.ExchangeRequest {
	return &authv1.ExchangeRequest{Credential: &authv1.ExchangeRequest_ApiKey{ApiKey: key}}
}

func keyed(key string, scopes ...string) *authv1.IssueTokenRequest {
	return &authv1.IssueTokenRequest{ApiKey: key, Scopes: scopes, Families: []string{"cmp", "tuidd"}}
}

func TestAnAPIKeysLife(t *testing.T) {
	p := newPlatform(t)
	r, other := p.replica(false), p.replica(false)
	ctx := r.security()
	client := r.register(partner("a", "b", "c"))
	made, err := r.apiKeys().CreateApiKey(ctx, &authv1.CreateApiKeyRequest{
		ClientId: client.id, Name: "Clé", Scopes: []string{"c", "a"}, ExpiresAt: timestamppb.New(start.Add(time.Hour)),
	})
	check(t, err)
	want := &authv1.ApiKey{
		ApiKeyId: made.GetApiKey().GetApiKeyId(), ClientId: client.id, Name: "Clé", Scopes: []string{"a", "c"},
		CreatedAt: timestamppb.New(start), ExpiresAt: timestamppb.New(start.Add(time.Hour)), Form: authv1.ApiKeyForm_API_KEY_FORM_OPAQUE,
	}
	if diff := cmp.Diff(want, made.GetApiKey(), protocmp.Transform()); diff != "" {
		t.Error(diff)
	}
	if !strings.HasPrefix(made.GetKey(), "vtk_"+want.GetApiKeyId()+"_") || len(made.GetKey()) != 64 {
		t.Errorf("a key of %d characters", len(made.GetKey()))
	}
	list, err := r.apiKeys().ListApiKeys(ctx, &authv1.ListApiKeysRequest{ClientId: client.id})
	check(t, err)
	if diff := cmp.Diff([]*authv1.ApiKey{want}, list.GetApiKeys(), protocmp.Transform()); diff != "" {
		t.Error(diff)
	}

	exchanged, err := other.exchange(byKey(made.GetKey()))
	check(t, err)
	principal := &authv1.Principal{
		ClientId: client.id, Family: "cmp", Kind: authv1.ClientKind_CLIENT_KIND_PARTNER, Scopes: []string{"a", "c"},
		TokenId: want.GetApiKeyId(), DataSet: authv1.DataSet_DATA_SET_PRODUCTION,
	}
	if diff := cmp.Diff(principal, exchanged.GetPrincipal(), protocmp.Transform()); diff != "" {
		t.Error(diff)
	}
	issued, err := other.tokens().IssueToken(t.Context(), keyed(made.GetKey()))
	check(t, err)
	if !slices.Equal(issued.GetScopes(), []string{"a", "c"}) {
		t.Errorf("a token with the scopes %v", issued.GetScopes())
	}
	_, err = other.tokens().IssueToken(t.Context(), keyed(made.GetKey(), "b"))
	wantReason(t, err, errorsv1.Reason_REASON_SCOPE_INVALID)

	_, err = r.apiKeys().DeleteApiKey(ctx, &authv1.DeleteApiKeyRequest{ApiKeyId: want.GetApiKeyId()})
	check(t, err)
	for _, replica := range []*replica{r, other} {
		_, err := replica.exchange(byKey(made.GetKey()))
		wantReason(t, err, errorsv1.Reason_REASON_CREDENTIAL_INVALID)
	}
	if _, err := r.exchange(byToken(issued.GetAccessToken())); err != nil {
		t.Errorf("the token issued for it: %v", err)
	}
	_, err = r.apiKeys().DeleteApiKey(ctx, &authv1.DeleteApiKeyRequest{ApiKeyId: want.GetApiKeyId()})
	wantReason(t, err, errorsv1.Reason_REASON_API_KEY_NOT_FOUND)
	list, err = r.apiKeys().ListApiKeys(ctx, &authv1.ListApiKeysRequest{ClientId: client.id})
	check(t, err)
	if len(list.GetApiKeys()) != 0 {
		t.Errorf("listed %v", list)
	}

	var done []string
	for _, entry := range r.entries(&authv1.ListLogEntriesRequest{}) {
		if entry.GetTarget() == want.GetApiKeyId() {
			done = append(done, entry.GetAct())
		}
		if _, secret, _ := strings.Cut(made.GetKey()[4:], "_"); strings.Contains(entry.String(), secret) {
			t.Error("the record holds a secret")
		}
	}
	if !slices.Equal(done, []string{"DeleteApiKey", "CreateApiKey"}) {
		t.Errorf("recorded %v", done)
	}
}

func TestAKeyHasWhatItsClientHasNow(t *testing.T) {
	r := newPlatform(t).replica(false)
	client := r.register(partner("a", "b"))
	all, some := r.newKey(client).GetKey(), r.newKey(client, "a").GetKey()
	_, err := r.update(r.security(), &authv1.Client{ClientId: client.id, Scopes: []string{"b", "c"}}, "scopes")
	check(t, err)
	for key, want := range map[string][]string{all: {"b", "c"}, some: nil} {
		answer, err := r.exchange(byKey(key))
		check(t, err)
		if got := answer.GetPrincipal().GetScopes(); !slices.Equal(got, want) {
			t.Errorf("scopes %v, want %v", got, want)
		}
		issued, err := r.tokens().IssueToken(t.Context(), keyed(key))
		check(t, err)
		if got := issued.GetScopes(); !slices.Equal(got, want) {
			t.Errorf("a token with the scopes %v, want %v", got, want)
		}
	}
}

func TestKeysThatAreRefused(t *testing.T) {
	p := newPlatform(t)
	r := p.replica(false)
	ctx := r.security()
	client, disabled := r.register(partner("a")), r.register(partner())
	key, lost := r.newKey(client).GetKey(), r.newKey(disabled).GetKey()
	r.disable(disabled)
	short, err := r.apiKeys().CreateApiKey(ctx, &authv1.CreateApiKeyRequest{
		ClientId: client.id, Name: "Short", ExpiresAt: timestamppb.New(start.Add(time.Minute)),
	})
	check(t, err)
	answer, err := r.exchange(byKey(short.GetKey()))
	check(t, err)
	if got := answer.GetExpiresAt().AsTime(); !got.Equal(start.Add(time.Minute)) {
		t.Errorf("an exchange outlives its key: %v", got)
	}
	p.clock.Advance(time.Minute)
	otherFamily := byKey(key)
	otherFamily.Families = []string{"tuidd"}
	for name, req := range map[string]*authv1.ExchangeRequest{
		"malformed":          byKey("vtk_"),
		"unknown":            byKey("vtk_aaaaaaaaaaaaaaaa_" + strings.Repeat("A", 43)),
		"wrong secret":       byKey(key[:21] + strings.Repeat("A", 43)),
		"disabled client":    byKey(lost),
		"ended":              byKey(short.GetKey()),
		"other family":       otherFamily,
		"a secret, not keys": byKey(client.secret),
	} {
		if _, err := r.exchange(req); rpcerr.Reason(err) != errorsv1.Reason_REASON_CREDENTIAL_INVALID {
			t.Errorf("%s: %v", name, err)
		}
	}
	otherClient := keyed(key)
	otherClient.ClientId = disabled.id
	_, err = r.tokens().IssueToken(t.Context(), otherClient)
	wantReason(t, err, errorsv1.Reason_REASON_CREDENTIAL_INVALID)

	for name, c := range map[string]struct {
		change func(*authv1.CreateApiKeyRequest)
		want   errorsv1.Reason
	}{
		"no name":          {func(r *authv1.CreateApiKeyRequest) { r.Name = "" }, errorsv1.Reason_REASON_FIELD_MISSING},
		"control in name":  {func(r *authv1.CreateApiKeyRequest) { r.Name = "a\nb" }, errorsv1.Reason_REASON_FIELD_INVALID},
		"over":             {func(r *authv1.CreateApiKeyRequest) { r.ExpiresAt = timestamppb.New(start) }, errorsv1.Reason_REASON_FIELD_INVALID},
		"no time":          {func(r *authv1.CreateApiKeyRequest) { r.ExpiresAt = &timestamppb.Timestamp{Seconds: 1 << 60} }, errorsv1.Reason_REASON_FIELD_INVALID},
		"scope of another": {func(r *authv1.CreateApiKeyRequest) { r.Scopes = []string{"a", "b"} }, errorsv1.Reason_REASON_SCOPE_INVALID},
		"apis":             {func(r *authv1.CreateApiKeyRequest) { r.Apis = []string{"a"} }, errorsv1.Reason_REASON_FIELD_INVALID},
	} {
		req := &authv1.CreateApiKeyRequest{ClientId: client.id, Name: "Key"}
		c.change(req)
		if _, err := r.apiKeys().CreateApiKey(ctx, req); rpcerr.Reason(err) != c.want {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAClientHasAtMostAHundredKeys(t *testing.T) {
	r := newPlatform(t).replica(false)
	client, keys, ctx := r.register(partner()), r.apiKeys(), r.security()
	request := &authv1.CreateApiKeyRequest{ClientId: client.id, Name: "Key"}
	for range 100 {
		_, err := keys.CreateApiKey(ctx, request)
		check(t, err)
	}
	_, err := keys.CreateApiKey(ctx, request)
	wantReason(t, err, errorsv1.Reason_REASON_API_KEY_LIMIT)
}

func TestVerifiersHearOfADeletedKey(t *testing.T) {
	p := newPlatform(t)
	r, watched := p.replica(false), p.replica(true)
	client := r.register(partner())
	made := r.newKey(client)
	_, err := r.apiKeys().DeleteApiKey(r.security(), &authv1.DeleteApiKeyRequest{ApiKeyId: made.GetApiKey().GetApiKeyId()})
	check(t, err)
	testkit.Eventually(t, 10*time.Second, func() error {
		if revoked, _, _ := keys(t, watched.watch(t.Context(), 0)); !slices.Contains(revoked, made.GetApiKey().GetApiKeyId()) {
			return errors.New("not heard of yet")
		}
		return nil
	})
}

func TestTheLastUseOfAKeyIsStoredAtTheEnd(t *testing.T) {
	p := newPlatform(t)
	first, second, third := p.replica(true), p.replica(true), p.replica(true)
	client := first.register(partner())
	key, unused := first.newKey(client), first.newKey(client)
	use := func(r *replica) time.Time {
		_, err := r.exchange(byKey(key.GetKey()))
		check(t, err)
		return p.clock.Now()
	}
	use(first)
	p.clock.Advance(time.Second)
	use(second)
	p.clock.Advance(time.Second)
	last := use(second)
	second.stop()
	first.stop() // an earlier use, stored later
	list, err := third.apiKeys().ListApiKeys(third.security(), &authv1.ListApiKeysRequest{ClientId: client.id})
	check(t, err)
	for _, got := range list.GetApiKeys() {
		switch used := got.GetLastUsedAt(); {
		case got.GetApiKeyId() == unused.GetApiKey().GetApiKeyId() && used != nil:
			t.Errorf("used at %v", used)
		case got.GetApiKeyId() == key.GetApiKey().GetApiKeyId() && !used.AsTime().Equal(last):
			t.Errorf("used at %v, want %v", used, last)
		}
	}
}
