package oauth_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ventanilla/ventanilla/gateway/credential"
	"github.com/ventanilla/ventanilla/gateway/oauth"
	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
)

func TestClient(t *testing.T) {
	const missing, invalid = errorsv1.Reason_REASON_CREDENTIAL_MISSING, errorsv1.Reason_REASON_CREDENTIAL_INVALID
	header := []string{"Basic MTpzM2NyZXQ="} // 1:s3cret
	for name, c := range map[string]struct {
		header     []string
		id, secret string
		reason     errorsv1.Reason
	}{
		"parameters":                {id: "1", secret: "s3cret"},
		"basic":                     {header: header},
		"basic, its own id":         {header: header, id: "1"},
		"basic, another id":         {header: header, id: "2", reason: invalid},
		"basic, malformed":          {header: []string{"Basic x"}, reason: invalid},
		"basic, empty secret":       {header: []string{"Basic MTo="}, reason: invalid},
		"bearer and parameters":     {header: []string{"Bearer x"}, id: "1", secret: "s3cret"},
		"nothing":                   {reason: missing},
		"bearer only":               {header: []string{"Bearer x"}, reason: missing},
		"identifier without secret": {id: "1", secret: " ", reason: invalid},
		"secret without identifier": {secret: "s3cret", reason: invalid},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := oauth.Client(c.header, c.id, c.secret)
			if rpcerr.Reason(err) != c.reason {
				t.Fatalf("got %v, want %v", err, c.reason)
			}
			want := credential.Credential{Scheme: credential.Basic, ClientID: "1", Secret: "s3cret"}
			if err == nil && !cmp.Equal(got, want) {
				t.Errorf("got %+v", got)
			}
		})
	}
}
