package oauth_test

import (
	"encoding/base64"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ventanilla/ventanilla/gateway/credential"
	"github.com/ventanilla/ventanilla/gateway/oauth"
	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
)

const (
	missing  = errorsv1.Reason_REASON_CREDENTIAL_MISSING
	invalid  = errorsv1.Reason_REASON_CREDENTIAL_INVALID
	absent   = errorsv1.Reason_REASON_FIELD_MISSING
	repeated = errorsv1.Reason_REASON_FIELD_REPEATED
)

func basic(text string) []string {
	return []string{"Basic " + base64.StdEncoding.EncodeToString([]byte(text))}
}

func bearer(token string) []string { return []string{"Bearer " + token} }

func TestCredential(t *testing.T) {
	audiences := []string{"https://issuer.example"}
	secret := credential.Credential{Scheme: credential.Basic, ClientID: "1", Secret: "s3cret"}
	key := credential.Credential{Scheme: credential.APIKey, Token: "vtk_1_x"}
	asserted := credential.Credential{Scheme: credential.Assertion, Assertion: "a.b.c", Audiences: audiences}
	named := func(c credential.Credential) credential.Credential { c.ClientID = "1"; return c }
	for name, c := range map[string]struct {
		presented oauth.Authentication
		want      credential.Credential
		reason    errorsv1.Reason
	}{
		"nothing":                   {oauth.Authentication{}, credential.Credential{}, missing},
		"blanks":                    {oauth.Authentication{ClientID: " ", ClientSecret: "\t"}, credential.Credential{}, missing},
		"parameters":                {oauth.Authentication{ClientID: "1", ClientSecret: "s3cret"}, secret, 0},
		"identifier without secret": {oauth.Authentication{ClientID: "1", ClientSecret: " "}, credential.Credential{}, invalid},
		"secret without identifier": {oauth.Authentication{ClientSecret: "s3cret"}, credential.Credential{}, invalid},
		"basic":                     {oauth.Authentication{Authorization: basic("1:s3cret")}, secret, 0},
		"basic, its own id":         {oauth.Authentication{Authorization: basic("1:s3cret"), ClientID: "1"}, secret, 0},
		"basic, another id":         {oauth.Authentication{Authorization: basic("1:s3cret"), ClientID: "2"}, credential.Credential{}, invalid},
		"basic, empty secret":       {oauth.Authentication{Authorization: basic("1:")}, credential.Credential{}, invalid},
		"basic, blank secret":       {oauth.Authentication{Authorization: basic("1: ")}, credential.Credential{}, invalid},
		"basic, malformed":          {oauth.Authentication{Authorization: []string{"Basic x"}}, credential.Credential{}, invalid},
		"two headers":               {oauth.Authentication{Authorization: append(basic("1:s3cret"), basic("1:s3cret")...)}, credential.Credential{}, invalid},
		"another scheme":            {oauth.Authentication{Authorization: []string{"Digest x"}}, credential.Credential{}, invalid},
		"key as user":               {oauth.Authentication{Authorization: basic("vtk_1_x:")}, key, 0},
		"key as user, with id":      {oauth.Authentication{Authorization: basic("vtk_1_x:"), ClientID: "1"}, named(key), 0},
		"key as bearer":             {oauth.Authentication{Authorization: bearer("vtk_1_x"), ClientID: " "}, key, 0},
		"key too long":              {oauth.Authentication{Authorization: bearer("vtk_" + strings.Repeat("a", 253))}, credential.Credential{}, invalid},
		"key with a password":       {oauth.Authentication{Authorization: basic("vtk_1_x:y")}, credential.Credential{Scheme: credential.Basic, ClientID: "vtk_1_x", Secret: "y"}, 0},
		"token":                     {oauth.Authentication{Authorization: bearer("a.b.c")}, credential.Credential{}, invalid},
		"assertion":                 {oauth.Authentication{Assertion: "a.b.c", AssertionType: oauth.AssertionType}, asserted, 0},
		"assertion, with id":        {oauth.Authentication{ClientID: "1", Assertion: "a.b.c", AssertionType: oauth.AssertionType}, named(asserted), 0},
		"assertion, blank id":       {oauth.Authentication{ClientID: " ", Assertion: "a.b.c", AssertionType: oauth.AssertionType}, asserted, 0},
		"assertion of another type": {oauth.Authentication{Assertion: "a.b.c", AssertionType: "urn:ietf:params:oauth:client-assertion-type:saml2-bearer"}, credential.Credential{}, invalid},
	} {
		t.Run(name, func(t *testing.T) {
			if err := c.presented.Check(); err != nil {
				t.Fatal(err)
			}
			got, err := c.presented.Credential(audiences, credential.Basic, credential.Assertion, credential.APIKey)
			if rpcerr.Reason(err) != c.reason || !cmp.Equal(got, c.want) {
				t.Errorf("got %+v, %v, want %+v, %v", got, err, c.want, c.reason)
			}
		})
	}
}

func TestOnlyAcceptedSchemesPass(t *testing.T) {
	for scheme, presented := range map[credential.Scheme]oauth.Authentication{
		credential.Basic:     {ClientID: "1", ClientSecret: "s3cret"},
		credential.Bearer:    {Authorization: bearer("a.b.c")},
		credential.APIKey:    {Authorization: bearer("vtk_1_x")},
		credential.Assertion: {Assertion: "a.b.c", AssertionType: oauth.AssertionType},
	} {
		if got, err := presented.Credential(nil, scheme); err != nil || got.Scheme != scheme {
			t.Errorf("%v: got %+v, %v", scheme, got, err)
		}
		if _, err := presented.Credential(nil, credential.Other); rpcerr.Reason(err) != invalid {
			t.Errorf("%v: got %v", scheme, err)
		}
	}
}

func TestCheck(t *testing.T) {
	for name, c := range map[string]struct {
		presented oauth.Authentication
		reason    errorsv1.Reason
		field     string
	}{
		"basic and secret":       {oauth.Authentication{Authorization: basic("1:x"), ClientSecret: "x"}, repeated, "client_secret"},
		"bearer and secret":      {oauth.Authentication{Authorization: bearer("x"), ClientID: "1", ClientSecret: "x"}, repeated, "client_secret"},
		"bearer and assertion":   {oauth.Authentication{Authorization: bearer("x"), Assertion: "a", AssertionType: "t"}, repeated, "client_assertion"},
		"secret and assertion":   {oauth.Authentication{ClientSecret: "x", Assertion: "a", AssertionType: "t"}, repeated, "client_assertion"},
		"assertion without type": {oauth.Authentication{Assertion: "a", AssertionType: " "}, absent, "client_assertion_type"},
		"type without assertion": {oauth.Authentication{AssertionType: "t"}, absent, "client_assertion"},
	} {
		err := c.presented.Check()
		if fields := rpcerr.Fields(err); rpcerr.Reason(err) != c.reason || len(fields) != 1 || fields[0].Field != c.field {
			t.Errorf("%s: got %v", name, err)
		}
	}
}
