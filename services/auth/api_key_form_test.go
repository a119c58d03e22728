package auth_test

import (
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
	"github.com/ventanilla/ventanilla/services/auth"
)

// newPlatformWith also serves a family whose clients have keys in the form of a JWT.
func newPlatformWith(t *testing.T, family string) *platform {
	p := newPlatform(t)
	p.change = func(c *auth.Config) { c.Families = append(c.Families, family) }
	return p
}

func app(scopes ...string) *authv1.Client {
	client := partner(scopes...)
	client.Family, client.DataSet = "mosia", authv1.DataSet_DATA_SET_STAGING
	return client
}

func tokenKeyRequest(client registered, apis ...string) *authv1.CreateApiKeyRequest {
	return &authv1.CreateApiKeyRequest{ClientId: client.id, Name: "A token", Form: authv1.ApiKeyForm_API_KEY_FORM_JWT, Apis: apis}
}

// byAppKey presents a key where apps of both data sets are served.
func byAppKey(key string) *authv1.ExchangeRequest {
	req := byKey(key)
	req.Families = []string{"mosia"}
	req.DataSets = []authv1.DataSet{authv1.DataSet_DATA_SET_PRODUCTION, authv1.DataSet_DATA_SET_STAGING}
	return req
}

func TestAKeyInTheFormOfAJWT(t *testing.T) {
	p := newPlatformWith(t, "mosia")
	r, other := p.replica(false), p.replica(false)
	client := r.register(app("mensageria", "seguranca", "chavePasse"))
	made, err := r.apiKeys().CreateApiKey(r.security(), tokenKeyRequest(client, "segurança", "chavePasse"))
	check(t, err)
	id, parts := made.GetApiKey().GetApiKeyId(), strings.Split(made.GetKey(), ".")
	if len(parts) != 3 {
		t.Fatalf("a key of %d parts", len(parts))
	}
	end := start.Truncate(time.Second).Add(90 * 24 * time.Hour)
	for i, want := range []string{
		`{"alg":"HS256","typ":"JWT"}`,
		fmt.Sprintf(`{"apis":["segurança","chavePasse"],"key":%q,"iat":%d,"exp":%d,"aud":"all"}`, id, start.Unix(), end.Unix()),
	} {
		if raw, err := base64.RawURLEncoding.DecodeString(parts[i]); err != nil || string(raw) != want {
			t.Errorf("part %d is %s, %v; want %s", i, raw, err, want)
		}
	}
	key := made.GetApiKey()
	if key.GetForm() != authv1.ApiKeyForm_API_KEY_FORM_JWT || !key.GetExpiresAt().AsTime().Equal(end) ||
		!slices.Equal(key.GetScopes(), []string{"seguranca", "chavePasse"}) {
		t.Errorf("made %v", key)
	}
	answer, err := other.exchange(byAppKey(made.GetKey()))
	check(t, err)
	if who := answer.GetPrincipal(); who.GetClientId() != client.id || who.GetTokenId() != id || who.GetFamily() != "mosia" ||
		who.GetDataSet() != authv1.DataSet_DATA_SET_STAGING || !slices.Equal(who.GetScopes(), []string{"seguranca", "chavePasse"}) {
		t.Errorf("exchanged for %v", who)
	}
	for _, entry := range r.entries(&authv1.ListLogEntriesRequest{}) {
		if strings.Contains(entry.String(), parts[2]) || strings.Contains(entry.String(), parts[1]) {
			t.Error("the record holds the key")
		}
		if entry.GetTarget() == id && (entry.GetAct() != "CreateApiKey" || !strings.Contains(entry.String(), `jwt`)) {
			t.Errorf("recorded %v", entry)
		}
	}
	_, err = r.apiKeys().DeleteApiKey(r.security(), &authv1.DeleteApiKeyRequest{ApiKeyId: id})
	check(t, err)
	for _, replica := range []*replica{r, other} {
		_, err := replica.exchange(byAppKey(made.GetKey()))
		wantReason(t, err, errorsv1.Reason_REASON_CREDENTIAL_INVALID)
	}
}

func TestJWTsThatAreRefused(t *testing.T) {
	p := newPlatformWith(t, "mosia")
	r := p.replica(false)
	client, disabled := r.register(app("chavePasse")), r.register(app("chavePasse"))
	create := func(req *authv1.CreateApiKeyRequest) string {
		t.Helper()
		made, err := r.apiKeys().CreateApiKey(r.security(), req)
		check(t, err)
		return made.GetKey()
	}
	key, lost, brief := create(tokenKeyRequest(client, "chavePasse")), create(tokenKeyRequest(disabled, "chavePasse")), tokenKeyRequest(client, "chavePasse")
	brief.ExpiresAt = timestamppb.New(start.Add(time.Minute))
	ended := create(brief)
	r.disable(disabled)
	p.clock.Advance(time.Minute)
	otherFamily, otherSet := byAppKey(key), byAppKey(key)
	otherFamily.Families, otherSet.DataSets = []string{"cmp"}, nil
	parts := strings.Split(key, ".")
	signature := strings.Repeat("A", len(parts[2]))
	for name, req := range map[string]*authv1.ExchangeRequest{
		"another signature": byAppKey(parts[0] + "." + parts[1] + "." + signature),
		"no signature":      byAppKey(parts[0] + "." + parts[1] + "."),
		"no algorithm":      byAppKey("eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0." + parts[1] + "."),
		"its identifier":    byAppKey("vtk_" + parts[1]),
		"disabled client":   byAppKey(lost),
		"ended":             byAppKey(ended),
		"other family":      otherFamily,
		"other data set":    otherSet,
	} {
		if _, err := r.exchange(req); rpcerr.Reason(err) != errorsv1.Reason_REASON_CREDENTIAL_INVALID {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := r.exchange(byAppKey(key)); err != nil {
		t.Errorf("the key itself: %v", err)
	}
}

func TestJWTsThatAreNotMade(t *testing.T) {
	r := newPlatformWith(t, "mosia").replica(false)
	client, ctx := r.register(app("chavePasse")), r.security()
	for field, c := range map[string]struct {
		change func(*authv1.CreateApiKeyRequest)
		want   errorsv1.Reason
	}{
		"apis":       {func(r *authv1.CreateApiKeyRequest) { r.Apis = nil }, errorsv1.Reason_REASON_FIELD_MISSING},
		"apis[1]":    {func(r *authv1.CreateApiKeyRequest) { r.Apis = []string{"chavePasse", "mensageria"} }, errorsv1.Reason_REASON_SCOPE_INVALID},
		"apis[0]":    {func(r *authv1.CreateApiKeyRequest) { r.Apis = []string{"chavepasse"} }, errorsv1.Reason_REASON_SCOPE_INVALID},
		"scopes":     {func(r *authv1.CreateApiKeyRequest) { r.Scopes = []string{"chavePasse"} }, errorsv1.Reason_REASON_FIELD_INVALID},
		"expires_at": {func(r *authv1.CreateApiKeyRequest) { r.ExpiresAt = timestamppb.New(start.AddDate(50, 0, 1)) }, errorsv1.Reason_REASON_FIELD_INVALID},
	} {
		req := tokenKeyRequest(client, "chavePasse")
		c.change(req)
		_, err := r.apiKeys().CreateApiKey(ctx, req)
		wantField(t, err, c.want, field)
	}
	longest := tokenKeyRequest(client, "chavePasse")
	longest.ExpiresAt = timestamppb.New(start.AddDate(50, 0, 0))
	made, err := r.apiKeys().CreateApiKey(ctx, longest)
	check(t, err)
	if end := made.GetApiKey().GetExpiresAt().AsTime(); !end.Equal(start.AddDate(50, 0, 0).Truncate(time.Second)) {
		t.Errorf("ends at %v", end)
	}
}
