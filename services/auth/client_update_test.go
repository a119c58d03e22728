package auth_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/testing/protocmp"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/fieldmaskpb"
	"google.golang.org/protobuf/types/known/structpb"

	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
)

// update changes fields of a client.
func (r *replica) update(ctx context.Context, client *authv1.Client, paths ...string) (*authv1.Client, error) {
	answer, err := r.clients().UpdateClient(ctx, &authv1.UpdateClientRequest{
		Client: client, UpdateMask: &fieldmaskpb.FieldMask{Paths: paths},
	})
	return answer.GetClient(), err
}

func TestAnUpdateChangesWhatItNames(t *testing.T) {
	p := newPlatform(t)
	r := p.replica(false)
	ctx := r.security()
	server := r.register(resourceServer("a"))
	created, err := r.clients().CreateClient(ctx, &authv1.CreateClientRequest{Client: partner("a", "b")})
	check(t, err)
	client := registered{created.GetClient().GetClientId(), created.GetClientSecret()}
	token := r.issue(client)
	members, err := structpb.NewStruct(map[string]any{"tenant": "x"})
	check(t, err)
	p.clock.Advance(time.Minute)

	want := proto.CloneOf(created.GetClient())
	for _, step := range []struct {
		path string
		set  func(*authv1.Client)
	}{
		{"name", func(c *authv1.Client) { c.Name = "Renamed" }},
		{"scopes", func(c *authv1.Client) { c.Scopes = []string{"b", "c"} }},
		{"audiences", func(c *authv1.Client) { c.Audiences = []string{server.id} }},
		{"token_life", func(c *authv1.Client) { c.TokenLife = durationpb.New(time.Minute) }},
		{"introspection_members", func(c *authv1.Client) { c.IntrospectionMembers = members }},
		{"token_algorithm", func(c *authv1.Client) { c.TokenAlgorithm = authv1.SignatureAlgorithm_SIGNATURE_ALGORITHM_ES256 }},
		{"introspection_algorithm", func(c *authv1.Client) {
			c.IntrospectionAlgorithm = authv1.SignatureAlgorithm_SIGNATURE_ALGORITHM_EDDSA
		}},
		{"limit", func(c *authv1.Client) { c.Limit = &authv1.Limit{PerSecond: 0.5, Burst: 3} }},
		{"limit", func(c *authv1.Client) { c.Limit = nil }},
		{"scopes", func(c *authv1.Client) { c.Scopes = nil }},
	} {
		step.set(want)
		sent := &authv1.Client{ClientId: client.id, Epoch: 9, Disabled: true}
		step.set(sent)
		got, err := r.update(ctx, sent, step.path)
		check(t, err)
		want.UpdatedAt = got.GetUpdatedAt()
		if diff := cmp.Diff(want, got, protocmp.Transform()); diff != "" {
			t.Errorf("%s: %s", step.path, diff)
		}
	}
	stored, err := r.clients().GetClient(ctx, &authv1.GetClientRequest{ClientId: client.id})
	check(t, err)
	if diff := cmp.Diff(want, stored.GetClient(), protocmp.Transform()); diff != "" {
		t.Error(diff)
	}
	if answer := r.introspect(r.by(client), token); !answer.GetActive() || len(answer.GetScopes()) != 2 {
		t.Errorf("a token from before: %v", answer)
	}
	if got := r.introspect(r.by(server), token); !got.GetActive() {
		t.Error("a new audience may not see a token from before")
	}
	for _, path := range []string{"resource_scopes", "introspects_all", "personal_data"} {
		changed := &authv1.Client{ClientId: server.id, ResourceScopes: []string{"z"}, IntrospectsAll: true, PersonalData: true}
		got, err := r.update(ctx, changed, path)
		check(t, err)
		if !got.ProtoReflect().Has(got.ProtoReflect().Descriptor().Fields().ByTextName(path)) {
			t.Errorf("%s is not there", path)
		}
	}
}

func TestAnUpdateThatChangesNothingIsNoAct(t *testing.T) {
	r := newPlatform(t).replica(false)
	ctx := r.security()
	registration := partner("a")
	registration.IntrospectionMembers, _ = structpb.NewStruct(map[string]any{"b": 1.5, "a": []any{nil}})
	registration.PublicKeys = newSigner(t, "1").set()
	client := r.register(registration)
	registration.ClientId = client.id
	paths := []string{"name", "scopes", "introspection_members", "public_keys", "limit"}
	for range 2 {
		_, err := r.update(ctx, registration, paths...)
		check(t, err)
	}
	acts, err := authv1.NewOperatorServiceClient(r.as("gateway")).ListAdminActs(ctx, &authv1.ListAdminActsRequest{})
	check(t, err)
	for _, act := range acts.GetActs() {
		if act.GetAct() == "UpdateClient" {
			t.Errorf("recorded %v", act)
		}
	}
}

func TestUpdatesThatAreRefused(t *testing.T) {
	r := newPlatform(t).replica(false)
	ctx := r.security()
	client := r.register(partner("a"))
	missing, invalid := errorsv1.Reason_REASON_FIELD_MISSING, errorsv1.Reason_REASON_FIELD_INVALID
	for name, c := range map[string]struct {
		change func(*authv1.Client)
		paths  []string
		reason errorsv1.Reason
		field  string
	}{
		"no mask":          {func(*authv1.Client) {}, nil, missing, "update_mask"},
		"no client":        {func(c *authv1.Client) { c.ClientId = "" }, []string{"name"}, missing, "client.client_id"},
		"long client":      {func(c *authv1.Client) { c.ClientId = strings.Repeat("a", 129) }, []string{"name"}, invalid, "client.client_id"},
		"unknown path":     {func(*authv1.Client) {}, []string{"name", "colour"}, invalid, "update_mask.paths[1]"},
		"not changeable":   {func(*authv1.Client) {}, []string{"family"}, invalid, "update_mask.paths[0]"},
		"part of a field":  {func(*authv1.Client) {}, []string{"limit.burst"}, invalid, "update_mask.paths[0]"},
		"no name":          {func(*authv1.Client) {}, []string{"name"}, missing, "client.name"},
		"control":          {func(c *authv1.Client) { c.Name = "a\x00" }, []string{"name"}, invalid, "client.name"},
		"bad scope":        {func(c *authv1.Client) { c.Scopes = []string{"two words"} }, []string{"scopes"}, invalid, "client.scopes[0]"},
		"short life":       {func(c *authv1.Client) { c.TokenLife = durationpb.New(1) }, []string{"token_life"}, invalid, "client.token_life"},
		"partner audience": {func(c *authv1.Client) { c.Audiences = []string{client.id} }, []string{"audiences"}, invalid, "client.audiences[0]"},
		"many audiences":   {func(c *authv1.Client) { c.Audiences = make([]string, 65) }, []string{"audiences"}, invalid, "client.audiences"},
		"of a server":      {func(c *authv1.Client) { c.PersonalData = true }, []string{"personal_data"}, invalid, "client.personal_data"},
		"bad keys":         {func(c *authv1.Client) { c.PublicKeys = "{}" }, []string{"public_keys"}, invalid, "client.public_keys"},
		"bad limit":        {func(c *authv1.Client) { c.Limit = &authv1.Limit{PerSecond: 1e9, Burst: 1} }, []string{"limit"}, invalid, "client.limit.per_second"},
	} {
		t.Run(name, func(t *testing.T) {
			sent := &authv1.Client{ClientId: client.id}
			c.change(sent)
			_, err := r.update(ctx, sent, c.paths...)
			wantReason(t, err, c.reason)
			if fields := rpcerr.Fields(err); len(fields) != 1 || fields[0].Field != c.field {
				t.Errorf("says %q, want %s", fields, c.field)
			}
		})
	}
}

func TestInternalClientsOfTheNativeFamily(t *testing.T) {
	r := newPlatform(t).replica(false)
	for _, family := range []string{"native", "cmp"} {
		client := r.register(&authv1.Client{Name: "Ours", Family: family, Kind: authv1.ClientKind_CLIENT_KIND_INTERNAL})
		request := bySecret(client)
		request.Families = []string{family}
		answer, err := r.exchange(request)
		check(t, err)
		if p := answer.GetPrincipal(); p.GetFamily() != family || p.GetKind() != authv1.ClientKind_CLIENT_KIND_INTERNAL {
			t.Errorf("principal %v", p)
		}
	}
}

func TestALimitComesWithThePrincipal(t *testing.T) {
	r := newPlatform(t).replica(false)
	limited := partner("a")
	limited.Limit = &authv1.Limit{PerSecond: 2.5, Burst: 7}
	client := r.register(limited)
	for name, request := range map[string]*authv1.ExchangeRequest{"secret": bySecret(client), "token": byToken(r.issue(client))} {
		answer, err := r.exchange(request)
		check(t, err)
		if diff := cmp.Diff(limited.GetLimit(), answer.GetPrincipal().GetLimit(), protocmp.Transform()); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}
