package credential_test

import (
	"encoding/base64"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ventanilla/ventanilla/gateway/credential"
	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
)

const (
	missing = errorsv1.Reason_REASON_CREDENTIAL_MISSING
	invalid = errorsv1.Reason_REASON_CREDENTIAL_INVALID
)

func basic(text string) string { return "Basic " + base64.StdEncoding.EncodeToString([]byte(text)) }

func TestParse(t *testing.T) {
	for name, c := range map[string]struct {
		values []string
		want   credential.Credential
		reason errorsv1.Reason
	}{
		"none":                  {reason: missing},
		"bearer":                {values: []string{"Bearer a.b-c_~+/=="}, want: credential.Credential{Scheme: credential.Bearer, Token: "a.b-c_~+/=="}},
		"any case":              {values: []string{"bEARER  x"}, want: credential.Credential{Scheme: credential.Bearer, Token: "x"}},
		"bearer without token":  {values: []string{"Bearer "}, reason: invalid},
		"bearer only padding":   {values: []string{"Bearer =="}, reason: invalid},
		"bearer with two words": {values: []string{"Bearer a b"}, reason: invalid},
		"bearer too long":       {values: []string{"Bearer " + strings.Repeat("a", 20000)}, reason: invalid},
		"basic":                 {values: []string{basic("id:secret")}, want: credential.Credential{Scheme: credential.Basic, ClientID: "id", Secret: "secret"}},
		"basic form-encoded":    {values: []string{basic("a%3Ab:c+d%25")}, want: credential.Credential{Scheme: credential.Basic, ClientID: "a:b", Secret: "c d%"}},
		"basic colon in secret": {values: []string{basic("id:a:b")}, want: credential.Credential{Scheme: credential.Basic, ClientID: "id", Secret: "a:b"}},
		"basic empty secret":    {values: []string{basic("id:")}, want: credential.Credential{Scheme: credential.Basic, ClientID: "id"}},
		"basic without id":      {values: []string{basic(":secret")}, reason: invalid},
		"basic without colon":   {values: []string{basic("id")}, reason: invalid},
		"basic bad escape":      {values: []string{basic("id:%zz")}, reason: invalid},
		"basic not UTF-8":       {values: []string{basic("id:%ff")}, reason: invalid},
		"basic control":         {values: []string{basic("id:%00")}, reason: invalid},
		"basic unused bits":     {values: []string{"Basic aWQ6cx=="}, reason: invalid},
		"basic line break":      {values: []string{"Basic aWQ6\ncw=="}, reason: invalid},
		"other scheme":          {values: []string{"Digest x"}, reason: invalid},
		"empty":                 {values: []string{""}, reason: invalid},
		"two":                   {values: []string{"Bearer a", "Bearer a"}, reason: invalid},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := credential.Parse(c.values)
			if !cmp.Equal(got, c.want) || rpcerr.Reason(err) != c.reason {
				t.Errorf("got %+v, %v", got, err)
			}
		})
	}
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{"Bearer a.b.c", "basic aWQ6c2VjcmV0", basic("a%3Ab:c+d"), "Digest x", ""} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, value string) {
		got, err := credential.Parse([]string{value})
		if err != nil {
			if !cmp.Equal(got, credential.Credential{}) || rpcerr.Reason(err) != invalid {
				t.Fatalf("got %+v, %v", got, err)
			}
			return
		}
		// What was understood can be presented again.
		again := "Bearer " + got.Token
		if got.Scheme == credential.Basic {
			again = basic(url.QueryEscape(got.ClientID) + ":" + url.QueryEscape(got.Secret))
		}
		if same, err := credential.Parse([]string{again}); err != nil || !cmp.Equal(same, got) {
			t.Fatalf("%+v became %+v, %v", got, same, err)
		}
	})
}
