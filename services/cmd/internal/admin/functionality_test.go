package admin

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/fieldmaskpb"

	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
	sessionv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/session/v1"
)

func TestFunctionalitiesAreKept(t *testing.T) {
	f := &sessionv1.Functionality{FunctionalityKey: "f1", ClientId: "c1", DataSet: 2, Name: "Turnos", RedirectUri: "https://t.example", PassKeyLife: durationpb.New(5 * time.Minute)}
	d := &dispatcher{answers: map[string]proto.Message{
		"GetClient":           &authv1.GetClientResponse{Client: &authv1.Client{Kind: authv1.ClientKind_CLIENT_KIND_PARTNER, DataSet: 2}},
		"CreateFunctionality": &sessionv1.CreateFunctionalityResponse{Functionality: f},
		"GetFunctionality":    &sessionv1.GetFunctionalityResponse{Functionality: f},
		"ListFunctionalities": &sessionv1.ListFunctionalitiesResponse{Functionalities: []*sessionv1.Functionality{f}},
		"UpdateFunctionality": &sessionv1.UpdateFunctionalityResponse{Functionality: f},
		"DeleteFunctionality": &sessionv1.DeleteFunctionalityResponse{},
		"EraseBeneficiary":    &sessionv1.EraseBeneficiaryResponse{Erased: 6},
	}}
	wantShown(t, runs(t, d, alone(CreateFunctionality.Run), &sessionv1.CreateFunctionalityRequest{Functionality: &sessionv1.Functionality{
		Name: "Turnos", RedirectUri: "https://t.example", ClientId: "c1", DataSet: 2, PassKeyLife: durationpb.New(time.Minute), IntegrationKey: "i1",
	}}, "Turnos", "https://t.example", "--client-id=c1", "--pass-key-life=1m", "--integration=i1"), "f1", "staging", "5m0s")
	wantShown(t, runs(t, d, alone(ListFunctionalities.Run), &sessionv1.ListFunctionalitiesRequest{PageSize: 50, ClientId: "c1"}, "--client-id=c1"), "f1", "Turnos")
	runs(t, d, alone(ShowFunctionality.Run), &sessionv1.GetFunctionalityRequest{FunctionalityKey: "f1"}, "f1")
	updated := proto.CloneOf(f)
	updated.RedirectUri, updated.Disabled, updated.PassKeyLife = "https://u.example", true, durationpb.New(time.Hour)
	runs(t, d, alone(UpdateFunctionality.Run), &sessionv1.UpdateFunctionalityRequest{
		Functionality: updated, UpdateMask: &fieldmaskpb.FieldMask{Paths: []string{"redirect_uri", "pass_key_life", "disabled"}},
	}, "f1", "--redirect-uri=https://u.example", "--pass-key-life=1h", "--disabled")
	wantShown(t, runs(t, d, DeleteFunctionality.Run, &sessionv1.DeleteFunctionalityRequest{FunctionalityKey: "f1"}, "f1", "--yes"), "f1")
	wantShown(t, runs(t, d, EraseBeneficiary.Run, &sessionv1.EraseBeneficiaryRequest{PersonId: "p1", DataSet: 1}, "p1", "--yes"), "6")
	if _, err := parse[UpdateFunctionality](t, "f1"); err == nil {
		t.Error("nothing was changed")
	}
	other, err := parse[CreateFunctionality](t, "Turnos", "https://t.example", "--client-id=c1", "--data-set=production")
	if err != nil {
		t.Fatal(err)
	}
	if err := other.Run(t.Context(), d.connect(t), Output{}); err == nil || !strings.Contains(err.Error(), "staging") {
		t.Errorf("a functionality of another data set than its client's: %v", err)
	}
}

const clinic = `
name: Clínica
static_headers:
  - {name: X-Api-Key, value: s3cret}
authorization:
  url: https://c.example/token
  token_life: 5m
  json: true
login:
  url: https://c.example/login
  method: post
  parameters:
    - {name: user, value: "{login}"}
attributes:
  - {name: plan, requirement: mandatory}
  - {name: since, requirement: conditional, depends_on: [plan]}
security_headers: [X-Session]
`

func TestIntegrationsComeFromFiles(t *testing.T) {
	wanted := &sessionv1.Integration{
		Name: "Clínica", ClientId: "c1", DataSet: 2, StaticHeaders: []*sessionv1.NamedValue{{Name: "X-Api-Key", Value: "s3cret"}},
		Authorization: &sessionv1.AuthorizationStep{Url: "https://c.example/token", TokenLife: durationpb.New(5 * time.Minute), Json: true},
		Login: &sessionv1.Endpoint{
			Url: "https://c.example/login", Method: sessionv1.Method_METHOD_POST, Parameters: []*sessionv1.NamedValue{{Name: "user", Value: "{login}"}},
		},
		Attributes: []*sessionv1.Attribute{
			{Name: "plan", Requirement: sessionv1.Requirement_REQUIREMENT_MANDATORY},
			{Name: "since", Requirement: sessionv1.Requirement_REQUIREMENT_CONDITIONAL, DependsOn: []string{"plan"}},
		},
		SecurityHeaders: []string{"X-Session"},
	}
	stored := proto.CloneOf(wanted)
	stored.IntegrationKey, stored.StaticHeaders[0].Value = "i1", ""
	d := &dispatcher{answers: map[string]proto.Message{
		"GetClient":         &authv1.GetClientResponse{Client: &authv1.Client{Kind: authv1.ClientKind_CLIENT_KIND_PARTNER, DataSet: 2}},
		"CreateIntegration": &sessionv1.CreateIntegrationResponse{Integration: stored},
		"GetIntegration":    &sessionv1.GetIntegrationResponse{Integration: stored},
		"ListIntegrations":  &sessionv1.ListIntegrationsResponse{Integrations: []*sessionv1.Integration{stored}},
		"UpdateIntegration": &sessionv1.UpdateIntegrationResponse{Integration: stored},
		"DeleteIntegration": &sessionv1.DeleteIntegrationResponse{},
		"RewrapSecrets":     &sessionv1.RewrapSecretsResponse{Rewrapped: 2, Secrets: 5, Unreadable: 1},
	}}
	file := func(text string) string {
		path := filepath.Join(t.TempDir(), "integration.yaml")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	wantShown(t, runs(t, d, CreateIntegration.Run, &sessionv1.CreateIntegrationRequest{Integration: wanted}, file(clinic), "--client-id=c1"),
		"i1", "X-Api-Key", "plan (mandatory), since (conditional)")
	wantShown(t, runs(t, d, alone(ListIntegrations.Run), &sessionv1.ListIntegrationsRequest{PageSize: 50, ClientId: "c1"}, "--client-id=c1"), "i1", "https://c.example/login")
	wantShown(t, runs(t, d, alone(RewrapSessionSecret.Run), &sessionv1.RewrapSecretsRequest{}), "2", "5", "1")

	// What is shown as a file says the same again.
	shown := runs(t, d, alone(ShowIntegration.Run), &sessionv1.GetIntegrationRequest{IntegrationKey: "i1"}, "i1", "--as-file")
	paths := []string{"attributes", "authorization", "login", "name", "security_headers", "static_headers"}
	runs(t, d, UpdateIntegration.Run, &sessionv1.UpdateIntegrationRequest{Integration: stored, UpdateMask: &fieldmaskpb.FieldMask{Paths: paths}}, "i1", file(shown))

	changed := proto.CloneOf(stored)
	changed.Login, changed.Authorization, changed.Disabled = &sessionv1.Endpoint{Url: "https://d.example"}, nil, true
	runs(t, d, UpdateIntegration.Run, &sessionv1.UpdateIntegrationRequest{
		Integration: changed, UpdateMask: &fieldmaskpb.FieldMask{Paths: []string{"authorization", "disabled", "login"}},
	}, "i1", file(`{"login": {"url": "https://d.example"}}`), "--clear=authorization", "--disabled")
	wantShown(t, runs(t, d, DeleteIntegration.Run, &sessionv1.DeleteIntegrationRequest{IntegrationKey: "i1"}, "i1", "--yes"), "i1")

	for text, says := range map[string]string{
		"client_id: c2":                    "--client-id",
		"disabled: true":                   "--disabled",
		"logins: {}":                       "logins",
		"login: {method: send}":            "get, post",
		"login: {url: [1]}":                "login.url",
		"authorization: {json: 1, url: x}": "true or false",
		"authorization: {token_life: 300}": "90s",
	} {
		update, err := parse[UpdateIntegration](t, "i1", file(text))
		if err != nil {
			t.Fatal(err)
		}
		if err := update.Run(t.Context(), d.connect(t), Input{}, Output{}); !errors.Is(err, ErrUsage) || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v", text, err)
		}
	}
	if _, err := parse[UpdateIntegration](t, "i1"); err == nil {
		t.Error("nothing was changed")
	}
}

func TestAnIntegrationIsTried(t *testing.T) {
	answer := &sessionv1.TryIntegrationResponse{
		Steps:      []*sessionv1.IntegrationStep{{Name: "authorization", Status: 200, Took: durationpb.New(time.Millisecond)}, {Name: "attributes", Took: durationpb.New(0)}},
		Attributes: []string{"plan"},
	}
	d := &dispatcher{answers: map[string]proto.Message{"TryIntegration": answer}}
	try := func() (string, error) {
		var shown bytes.Buffer
		command, err := parse[TryIntegration](t, "i1")
		if err == nil {
			err = command.Run(t.Context(), d.connect(t), Input{strings.NewReader("ana\ns3cret\n")}, Output{Writer: &shown})
		}
		return shown.String(), err
	}
	shown, err := try()
	if err != nil {
		t.Fatal(err)
	}
	wantShown(t, shown, "authorization\t200\t1ms\tdone", "attributes\t\t0s\tdone", "plan")
	if asked := d.asked[0].(*sessionv1.TryIntegrationRequest); asked.GetIntegrationKey() != "i1" || asked.GetLogin() != "ana" || asked.GetPassword() != "s3cret" {
		t.Errorf("asked %v", asked)
	}
	answer.Steps[1].Failure, answer.Steps[1].Rejected = "mandatory attributes are missing:", []string{"plan"}
	if shown, err = try(); err == nil || !strings.Contains(err.Error(), "attributes failed") || !strings.Contains(shown, "missing: plan") {
		t.Errorf("%v\n%s", err, shown)
	}
}
