package accesstoken_test

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/golang-jwt/jwt/v5"
	"github.com/google/go-cmp/cmp"

	"github.com/ventanilla/ventanilla/services/auth/internal/accesstoken"
)

const partyBody = `{"iss":"https://auth.example","sub":"1@docencia","aud":"https://api.example/v1","iat":1,"exp":2,"azp":"1",` +
	`"scope":"a b","gty":"client-credentials","jti":"ID"}`

// signBody signs any payload under the header that Sign writes.
func signBody(t testing.TB, body, tokenID string) string {
	t.Helper()
	jti, err := json.Marshal(tokenID)
	if err != nil {
		t.Fatal(err)
	}
	encode := base64.RawURLEncoding.EncodeToString
	text := encode([]byte(`{"typ":"JWT","alg":"EdDSA","jti":`+string(jti)+`,"kid":"k3"}`)) + "." + encode([]byte(body))
	signature, err := jwt.SigningMethodEdDSA.Sign(text, signers["k3"])
	if err != nil {
		t.Fatal(err)
	}
	return text + "." + encode(signature)
}

func TestPartysClaimsAgree(t *testing.T) {
	whole := strings.Replace(partyBody, "ID", id, 1)
	if _, err := parser.Parse(signBody(t, whole, id)); err != nil {
		t.Fatalf("the base case: %v", err)
	}
	for name, change := range map[string][2]string{
		"another's subject":  {`"1@docencia"`, `"2@docencia"`},
		"subject of no one":  {`"1@docencia"`, `""`},
		"subject, no realm":  {`"1@docencia"`, `"1"`},
		"longer client":      {`"1@docencia"`, `"11@docencia"`},
		"no party":           {`"azp":"1",`, ``},
		"empty party":        {`"azp":"1"`, `"azp":""`},
		"other grant":        {"client-credentials", "password"},
		"no audience":        {`"https://api.example/v1"`, `""`},
		"several audiences":  {`"https://api.example/v1"`, `["https://api.example/v1"]`},
		"no end":             {`"exp":2,`, ``},
		"no beginning":       {`"iat":1,`, ``},
		"scopes in an array": {`"a b"`, `["a","b"]`},
	} {
		body := strings.Replace(whole, change[0], change[1], 1)
		if body == whole {
			t.Fatalf("%s changes nothing", name)
		}
		if _, err := parser.Parse(signBody(t, body, id)); !errors.Is(err, accesstoken.ErrInvalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// FuzzPayload signs payloads of all kinds: the signature is no excuse. What passes says the same when it is written anew.
func FuzzPayload(f *testing.F) {
	f.Add(partyBody, "ID")
	f.Add(`{"aud":"1","jti":"ID","iat":1,"nbf":1,"exp":2,"sub":"","scopes":["a"]}`, "ID")
	f.Add(`{"iss":null,"sub":"@","aud":"","iat":0,"exp":-1,"azp":""}`, "")
	f.Fuzz(func(t *testing.T, body, tokenID string) {
		got, err := parser.Parse(signBody(t, body, tokenID))
		if err != nil {
			if !errors.Is(err, accesstoken.ErrInvalid) {
				t.Error(err)
			}
			return
		}
		if got.ClientID == "" || got.Form == accesstoken.PartyForm && !strings.HasPrefix(got.Subject, got.ClientID+"@") {
			t.Errorf("a token of nobody: %+v", got)
		}
		again, err := parser.Parse(sign(t, got, "k3"))
		if err != nil {
			t.Fatalf("%+v cannot be written: %v", got, err)
		}
		if diff := cmp.Diff(got, again); diff != "" {
			t.Error(diff)
		}
	})
}
