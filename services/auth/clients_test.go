package auth_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/structpb"

	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
)

func TestAClientsLife(t *testing.T) {
	p := newPlatform(t)
	r := p.replica(false)
	clients, ctx := r.clients(), r.security()
	registration := partner("a")
	registration.ClientId, registration.Disabled, registration.Epoch = "chosen", true, 7
	created, err := clients.CreateClient(ctx, &authv1.CreateClientRequest{Client: registration})
	check(t, err)
	client := registered{created.GetClient().GetClientId(), created.GetClientSecret()}
	if len(client.id) != 16 || strings.ToLower(client.id) != client.id || len(client.secret) != 43 {
		t.Errorf("identifier %q, secret of %d characters", client.id, len(client.secret))
	}
	if c := created.GetClient(); c.GetDisabled() || c.GetEpoch() != 0 || c.GetTokenLife().GetSeconds() != 3600 {
		t.Errorf("created as %v", c)
	}
	first := r.issue(client)

	for range 2 { // disabling twice is disabling once
		disabled, err := clients.DisableClient(ctx, &authv1.DisableClientRequest{ClientId: client.id})
		check(t, err)
		if c := disabled.GetClient(); !c.GetDisabled() || c.GetEpoch() != 1 {
			t.Errorf("disabled as %v", c)
		}
	}
	_, err = r.tokens().IssueToken(t.Context(), issueRequest(client))
	wantReason(t, err, errorsv1.Reason_REASON_CREDENTIAL_INVALID)

	enabled, err := clients.EnableClient(ctx, &authv1.EnableClientRequest{ClientId: client.id})
	check(t, err)
	if c := enabled.GetClient(); c.GetDisabled() || c.GetEpoch() != 1 {
		t.Errorf("enabled as %v", c)
	}
	if r.introspect(r.by(client), first).GetActive() || !r.introspect(r.by(client), r.issue(client)).GetActive() {
		t.Error("old tokens live, or new ones do not")
	}
	got, err := clients.GetClient(ctx, &authv1.GetClientRequest{ClientId: client.id})
	check(t, err)
	if got.GetClient().GetName() != "A partner" {
		t.Errorf("got %v", got)
	}

	var done []string
	for _, entry := range r.entries(&authv1.ListLogEntriesRequest{}) {
		if entry.GetTarget() == client.id && entry.GetAct() != "Refusal" {
			done = append(done, entry.GetAct())
			if !strings.HasPrefix(entry.GetActor(), "sec-") || strings.Contains(entry.GetText(), `"before"`) == (entry.GetAct() == "CreateClient") {
				t.Errorf("recorded %v", entry)
			}
		}
		if strings.Contains(entry.String(), client.secret) || strings.Contains(entry.String(), "secret_hash") {
			t.Error("the record holds a secret")
		}
	}
	if want := []string{"EnableClient", "DisableClient", "CreateClient"}; !slices.Equal(done, want) {
		t.Errorf("recorded %v, want %v", done, want)
	}
}

func TestUnknownClients(t *testing.T) {
	r := newPlatform(t).replica(false)
	clients, ctx := r.clients(), r.security()
	calls := map[string]func() error{
		"get": func() error { _, err := clients.GetClient(ctx, &authv1.GetClientRequest{ClientId: "no"}); return err },
		"disable": func() error {
			_, err := clients.DisableClient(ctx, &authv1.DisableClientRequest{ClientId: "no"})
			return err
		},
		"enable": func() error {
			_, err := clients.EnableClient(ctx, &authv1.EnableClientRequest{ClientId: "no"})
			return err
		},
		"rotate": func() error {
			_, err := clients.RotateSecret(ctx, &authv1.RotateSecretRequest{ClientId: "no"})
			return err
		},
		"update": func() error {
			_, err := r.update(ctx, &authv1.Client{ClientId: "no", Name: "New"}, "name")
			return err
		},
		"delete": func() error {
			_, err := clients.DeleteClient(ctx, &authv1.DeleteClientRequest{ClientId: "no"})
			return err
		},
		"new API key": func() error {
			_, err := r.apiKeys().CreateApiKey(ctx, &authv1.CreateApiKeyRequest{ClientId: "no", Name: "Key"})
			return err
		},
		"API keys": func() error {
			_, err := r.apiKeys().ListApiKeys(ctx, &authv1.ListApiKeysRequest{ClientId: "no"})
			return err
		},
	}
	for name, call := range calls {
		t.Run(name, func(t *testing.T) { wantReason(t, call(), errorsv1.Reason_REASON_CLIENT_NOT_FOUND) })
	}
}

func TestRegistrationsThatAreRefused(t *testing.T) {
	r := newPlatform(t).replica(false)
	clients := authv1.NewClientServiceClient(r.as("bootstrap"))
	other, server := r.register(partner()), r.register(resourceServer())
	for name, c := range map[string]struct {
		change func(*authv1.Client)
		field  string
	}{
		"control character": {func(c *authv1.Client) { c.Name = "a\x00b" }, "client.name"},
		"standard member": {func(c *authv1.Client) {
			c.IntrospectionMembers, _ = structpb.NewStruct(map[string]any{"sub": "someone"})
		}, "client.introspection_members"},
		"long members": {func(c *authv1.Client) {
			c.IntrospectionMembers, _ = structpb.NewStruct(map[string]any{"x": strings.Repeat("y", 5000)})
		}, "client.introspection_members"},
		"bad scope":          {func(c *authv1.Client) { c.Scopes = []string{"two words"} }, "client.scopes[0]"},
		"all scopes":         {func(c *authv1.Client) { c.Scopes = []string{"*"} }, "client.scopes[0]"},
		"unknown kind":       {func(c *authv1.Client) { c.Kind = 9 }, "client.kind"},
		"short life":         {func(c *authv1.Client) { c.TokenLife = durationpb.New(time.Second) }, "client.token_life"},
		"unknown family":     {func(c *authv1.Client) { c.Family = "cpm" }, "client.family"},
		"unknown audience":   {func(c *authv1.Client) { c.Audiences = []string{server.id, "nobody"} }, "client.audiences[1]"},
		"partner audience":   {func(c *authv1.Client) { c.Audiences = []string{other.id} }, "client.audiences[0]"},
		"partner's concern":  {func(c *authv1.Client) { c.ResourceScopes = []string{"a"} }, "client.resource_scopes"},
		"curious partner":    {func(c *authv1.Client) { c.IntrospectsAll = true }, "client.introspects_all"},
		"partner and person": {func(c *authv1.Client) { c.PersonalData = true }, "client.personal_data"},
		"native partner":     {func(c *authv1.Client) { c.Family = "native" }, "client.family"},
		"no keys":            {func(c *authv1.Client) { c.PublicKeys = `{"keys":[]}` }, "client.public_keys"},
		"widget's keys": {func(c *authv1.Client) {
			c.Kind, c.PublicKeys = authv1.ClientKind_CLIENT_KIND_WIDGET, newSigner(t, "1").set()
		}, "client.public_keys"},
		"curious widget": {func(c *authv1.Client) {
			c.Kind = authv1.ClientKind_CLIENT_KIND_WIDGET
			c.IntrospectionAlgorithm = authv1.SignatureAlgorithm_SIGNATURE_ALGORITHM_ES256
		}, "client.introspection_algorithm"},
		"unknown algorithm": {func(c *authv1.Client) { c.TokenAlgorithm = 9 }, "client.token_algorithm"},
		"no rate":           {func(c *authv1.Client) { c.Limit = &authv1.Limit{PerSecond: -1, Burst: 1} }, "client.limit.per_second"},
		"no burst":          {func(c *authv1.Client) { c.Limit = &authv1.Limit{PerSecond: 1, Burst: -1} }, "client.limit.burst"},
	} {
		t.Run(name, func(t *testing.T) {
			client := partner()
			c.change(client)
			_, err := clients.CreateClient(t.Context(), &authv1.CreateClientRequest{Client: client})
			wantReason(t, err, errorsv1.Reason_REASON_FIELD_INVALID)
			if fields := rpcerr.Fields(err); len(fields) != 1 || fields[0].Field != c.field || !strings.Contains(fields[0].Description, " ") {
				t.Errorf("says %q, want words about %s", fields, c.field)
			}
		})
	}
}

func TestClientsComeInPages(t *testing.T) {
	r := newPlatform(t).replica(false)
	want := []string{}
	for range 5 {
		want = append(want, r.register(partner()).id)
	}
	r.register(resourceServer())
	slices.Sort(want)
	clients, ctx := r.clients(), r.security()
	var got []string
	for token, pages := "", 0; pages == 0 || token != ""; pages++ {
		page, err := clients.ListClients(ctx, &authv1.ListClientsRequest{PageSize: 2, PageToken: token, Family: "cmp"})
		check(t, err)
		for _, client := range page.GetClients() {
			got = append(got, client.GetClientId())
		}
		token = page.GetNextPageToken()
		if pages > 3 {
			t.Fatal("the pages do not end")
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestRolesOfOperators(t *testing.T) {
	r := newPlatform(t).replica(false)
	client := r.register(partner())
	clients, operators := r.clients(), authv1.NewOperatorServiceClient(r.as("gateway"))
	keyed := r.keyed(newSigner(t, ""))
	calls := map[string]struct {
		call    func(ctx context.Context) error
		allowed string
	}{
		"GetClient": {func(ctx context.Context) error {
			_, err := clients.GetClient(ctx, &authv1.GetClientRequest{ClientId: client.id})
			return err
		}, "viewer support editor publisher security"},
		"CreateClient": {func(ctx context.Context) error {
			_, err := clients.CreateClient(ctx, &authv1.CreateClientRequest{Client: partner()})
			return err
		}, "editor security"},
		"DisableClient": {func(ctx context.Context) error {
			_, err := clients.DisableClient(ctx, &authv1.DisableClientRequest{ClientId: client.id})
			return err
		}, "support security"},
		"EnableClient": {func(ctx context.Context) error {
			_, err := clients.EnableClient(ctx, &authv1.EnableClientRequest{ClientId: client.id})
			return err
		}, "security"},
		"RotateSecret": {func(ctx context.Context) error {
			_, err := clients.RotateSecret(ctx, &authv1.RotateSecretRequest{ClientId: client.id})
			return err
		}, "security"},
		"UpdateClient": {func(ctx context.Context) error {
			_, err := r.update(ctx, &authv1.Client{ClientId: client.id, Name: "New"}, "name")
			return err
		}, "editor security"},
		"DeleteClient": {func(ctx context.Context) error {
			_, err := clients.DeleteClient(ctx, &authv1.DeleteClientRequest{ClientId: r.register(partner()).id})
			return err
		}, "security"},
		"CreateApiKey": {func(ctx context.Context) error {
			_, err := r.apiKeys().CreateApiKey(ctx, &authv1.CreateApiKeyRequest{ClientId: client.id, Name: "Key"})
			return err
		}, "security"},
		"UpdateClient with keys": {func(ctx context.Context) error {
			_, err := r.update(ctx, &authv1.Client{ClientId: keyed.id, PublicKeys: newSigner(t, "").set()}, "public_keys")
			return err
		}, "security"},
		"ListApiKeys": {func(ctx context.Context) error {
			_, err := r.apiKeys().ListApiKeys(ctx, &authv1.ListApiKeysRequest{ClientId: client.id})
			return err
		}, "viewer support editor publisher security"},
		"DeleteApiKey": {func(ctx context.Context) error {
			id := r.newKey(client).GetApiKey().GetApiKeyId()
			_, err := r.apiKeys().DeleteApiKey(ctx, &authv1.DeleteApiKeyRequest{ApiKeyId: id})
			return err
		}, "support security"},
		"DisableOperator": {func(ctx context.Context) error {
			_, err := operators.DisableOperator(ctx, &authv1.DisableOperatorRequest{Name: "idle"})
			return err
		}, "security"},
		"EnableOperator": {func(ctx context.Context) error {
			_, err := operators.EnableOperator(ctx, &authv1.EnableOperatorRequest{Name: "idle"})
			return err
		}, "security"},
		"IssueCredential for another": {func(ctx context.Context) error {
			_, err := operators.IssueCredential(ctx, &authv1.IssueCredentialRequest{
				Name: "other", CertificateRequest: certificateRequest(t),
			})
			return err
		}, "security"},
	}
	r.operator("idle", authv1.OperatorRole_OPERATOR_ROLE_VIEWER)
	r.operator("other", authv1.OperatorRole_OPERATOR_ROLE_VIEWER)
	for number, role := range authv1.OperatorRole_name {
		if number == 0 {
			continue
		}
		name := strings.ToLower(strings.TrimPrefix(role, "OPERATOR_ROLE_"))
		ctx := r.byOperator(r.operator(name, authv1.OperatorRole(number)))
		for call, c := range calls {
			want := errorsv1.Reason_REASON_PERMISSION_DENIED
			if slices.Contains(strings.Fields(c.allowed), name) {
				want = errorsv1.Reason_REASON_UNSPECIFIED
			}
			t.Run(name+" "+call, func(t *testing.T) { wantReason(t, c.call(ctx), want) })
		}
	}
}
