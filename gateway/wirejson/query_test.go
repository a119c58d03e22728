package wirejson_test

import (
	"testing"

	"google.golang.org/protobuf/encoding/prototext"
	"google.golang.org/protobuf/proto"

	"github.com/ventanilla/ventanilla/gateway/wirejson"
	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
)

func TestQuery(t *testing.T) {
	for name, c := range map[string]struct {
		query, want string
		reason      errorsv1.Reason
		fields      []string
	}{
		"nothing":          {want: `client_id:"1"`},
		"values":           {query: `name=a+%C3%B1&epoch=7&disabled=true&kind=CLIENT_KIND_PARTNER`, want: `client_id:"1" name:"a ñ" epoch:7 disabled:true kind:CLIENT_KIND_PARTNER`},
		"the path's wins":  {query: `clientId=2&clientId=3`, want: `client_id:"1"`},
		"unknown":          {query: `x=%zz&%zz=1&x=2&&=&client_id=2&scopes=a&createdAt=1`, want: `client_id:"1"`},
		"blank":            {query: `name=&epoch=+&disabled`, want: `client_id:"1"`},
		"one as true":      {query: `disabled=1`, want: `client_id:"1" disabled:true`},
		"repeated":         {query: `name=a&name=a&name=b&epoch=x&disabled=&disabled=true`, reason: repeated, fields: []string{"name", "disabled"}},
		"wrong":            {query: `epoch=x&disabled=yes&kind=0&name=%zz`, reason: invalid, fields: []string{"epoch", "disabled", "kind", "name"}},
		"not UTF-8":        {query: `name=%ff`, reason: invalid, fields: []string{"name"}},
		"raw not UTF-8":    {query: "name=\xff", reason: invalid, fields: []string{"name"}},
		"number too large": {query: `epoch=9223372036854775808`, reason: invalid, fields: []string{"epoch"}},
	} {
		t.Run(name, func(t *testing.T) {
			got, want := authv1.Client{ClientId: "1"}, authv1.Client{}
			err := wirejson.Query(&got, c.query)
			if rpcerr.Reason(err) != c.reason {
				t.Fatalf("got %v, want %v", err, c.reason)
			}
			if err != nil {
				violations := rpcerr.Fields(err)
				if len(violations) != len(c.fields) {
					t.Fatalf("got %v, want %v", violations, c.fields)
				}
				for i, v := range violations {
					if v.Field != c.fields[i] {
						t.Errorf("got %v, want %v", violations, c.fields)
					}
				}
				return
			}
			if err := prototext.Unmarshal([]byte(c.want), &want); err != nil {
				t.Fatal(err)
			}
			if !proto.Equal(&got, &want) {
				t.Errorf("got %v, want %v", &got, &want)
			}
		})
	}
}

func FuzzQuery(f *testing.F) {
	for _, seed := range []string{`name=a+%C3%B1&epoch=7&disabled=true`, `name=%zz&name=`, `kind=CLIENT_KIND_PARTNER&;=`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, query string) {
		var m authv1.Client
		checkDecoded(t, wirejson.Query(&m, query), &m)
	})
}
