package demo_test

import (
	"context"
	"crypto"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/go-jose/go-jose/v4"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
	"github.com/ventanilla/ventanilla/services/cmd/internal/demo"
)

func file() demo.File {
	return demo.File{
		BaseURL: "https://127.0.0.1:8443", CAFile: "/it's here/ca.pem", AdminRPC: "127.0.0.1:9443",
		CMP: demo.CMP{
			ClientID: "partner", ClientSecret: "s1", APIKey: "widget", SecretKey: "s4", RUT: "44444444-4", CUToken: "c1",
			Citizens: []demo.Citizen{{RUT: "44444444-4", CUToken: "c1"}, {RUT: "44000001-0", CUToken: "c2"}},
		},
		TUIDD: demo.TUIDD{ClientID: "server", ClientSecret: "s2", ForeignClientID: "foreign", ForeignClientSecret: "s3", ProviderClientID: "provider", ProviderClientSecret: "s5", ProviderID: 7, ServiceToken: "t0ken", ServiceID: 3, Destination: "p1"},
	}
}

func TestFileSurvivesARoundTrip(t *testing.T) {
	text, err := file().Encode()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "demo.json")
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
	got, err := demo.Read(path)
	if err != nil || !reflect.DeepEqual(got, file()) {
		t.Errorf("got %+v, %v", got, err)
	}
}

// clients registers what it is asked to, and knows no client of an earlier run.
type clients struct {
	authv1.ClientServiceClient
	made map[string]*authv1.Client
}

func (c *clients) CreateClient(_ context.Context, in *authv1.CreateClientRequest, _ ...grpc.CallOption) (*authv1.CreateClientResponse, error) {
	client := in.GetClient()
	client.ClientId = strings.ReplaceAll(client.GetName(), " ", "-")
	c.made[client.GetClientId()] = client
	return &authv1.CreateClientResponse{Client: client, ClientSecret: "s3cret"}, nil
}

func (c *clients) GetClient(_ context.Context, in *authv1.GetClientRequest, _ ...grpc.CallOption) (*authv1.GetClientResponse, error) {
	client, ok := c.made[in.GetClientId()]
	if !ok {
		return nil, status.Error(codes.NotFound, "no such client")
	}
	return &authv1.GetClientResponse{Client: client}, nil
}

func seeded(t *testing.T, c *clients, text []byte) []byte {
	t.Helper()
	path := filepath.Join(t.TempDir(), "demo.json")
	if text != nil {
		if err := os.WriteFile(path, text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	f, err := demo.Read(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := demo.Seed(t.Context(), c, &f); err != nil {
		t.Fatal(err)
	}
	if text, err = f.Encode(); err != nil {
		t.Fatal(err)
	}
	return text
}

func TestSeedKeepsClientsThatServe(t *testing.T) {
	c := &clients{made: make(map[string]*authv1.Client)}
	first := seeded(t, c, nil)
	registered := len(c.made)
	if second := seeded(t, c, first); string(second) != string(first) || len(c.made) != registered {
		t.Errorf("seeding again changed the file, or made %d clients more", len(c.made)-registered)
	}
	for _, client := range c.made {
		client.Disabled = true
	}
	if third := seeded(t, c, first); string(third) == string(first) {
		t.Error("disabled clients were kept")
	}
}

// The file has the private halves of the keys that auth has the public halves of.
func TestSeededKeysAreTheClients(t *testing.T) {
	c := &clients{made: make(map[string]*authv1.Client)}
	var f struct {
		OAuth map[string]json.RawMessage `json:"oauth"`
	}
	if err := json.Unmarshal(seeded(t, c, nil), &f); err != nil {
		t.Fatal(err)
	}
	for _, prefix := range []string{"", "resource_server_"} {
		var id string
		var private jose.JSONWebKey
		if err := errors.Join(json.Unmarshal(f.OAuth[prefix+"client_id"], &id), json.Unmarshal(f.OAuth[prefix+"private_key"], &private)); err != nil {
			t.Fatal(err)
		}
		var set jose.JSONWebKeySet
		if err := json.Unmarshal([]byte(c.made[id].GetPublicKeys()), &set); err != nil {
			t.Fatal(err)
		}
		keys := set.Key(private.KeyID)
		if private.IsPublic() || len(keys) != 1 || !keys[0].IsPublic() || !keys[0].Key.(interface{ Equal(crypto.PublicKey) bool }).Equal(private.Public().Key) {
			t.Errorf("%sclient %s: registered %v", prefix, id, c.made[id].GetPublicKeys())
		}
	}
}

func TestReadWithoutAFile(t *testing.T) {
	got, err := demo.Read(filepath.Join(t.TempDir(), "demo.json"))
	if err != nil || !reflect.DeepEqual(got, demo.File{}) {
		t.Errorf("got %+v, %v", got, err)
	}
}

func TestReadABrokenFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "demo.json")
	if err := os.WriteFile(path, []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := demo.Read(path); err == nil || !strings.Contains(err.Error(), path) {
		t.Errorf("got %v", err)
	}
}

// The lines are run by a shell whose curl shows its arguments, so that quoting is seen as a shell sees it.
func TestPrintedLinesAreShell(t *testing.T) {
	var printed strings.Builder
	if err := file().Print(&printed); err != nil {
		t.Fatal(err)
	}
	script := `curl() { for a in "$@"; do printf '[%s]' "$a"; done; echo; }
` + strings.ReplaceAll(printed.String(), "bin/ventanilla", "echo")
	out, err := exec.CommandContext(t.Context(), "sh", "-euc", script).CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	for _, want := range []string{
		"[--cacert][/it's here/ca.pem]", "[scope=*]", "[-u][server:s2]", "admin --data /it's here --address 127.0.0.1:9443 client list",
		`[-d][{"provider_id":7,"service_token":"t0ken","service_id":3,"parameters":{"destination":"p1","notification":{"titulo":"Clínica Dr. Nano. Turno",`,
		"[https://127.0.0.1:8443/Services/",
	} {
		if !strings.Contains(string(out), want) {
			t.Errorf("no %s in\n%s", want, out)
		}
	}
}
