package wirejson_test

import (
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/grpc-ecosystem/grpc-gateway/v2/runtime"
	"google.golang.org/protobuf/encoding/prototext"
	"google.golang.org/protobuf/proto"

	"github.com/ventanilla/ventanilla/gateway/wirejson"
	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
)

const (
	ok        = errorsv1.Reason_REASON_UNSPECIFIED
	malformed = errorsv1.Reason_REASON_MALFORMED_BODY
	invalid   = errorsv1.Reason_REASON_FIELD_INVALID
	repeated  = errorsv1.Reason_REASON_FIELD_REPEATED
)

type decodeCase struct {
	body, want string // want is the message as text
	reason     errorsv1.Reason
	field      string
}

func (c decodeCase) check(t *testing.T, m runtime.Marshaler) {
	t.Helper()
	var got authv1.CreateClientRequest
	err := m.NewDecoder(strings.NewReader(c.body)).Decode(&got)
	if rpcerr.Reason(err) != c.reason {
		t.Fatalf("got %v, want %v", err, c.reason)
	}
	if err != nil {
		if fields := rpcerr.Fields(err); c.field != "" && (len(fields) != 1 || fields[0].Field != c.field) {
			t.Errorf("got the fields %v, want %s", fields, c.field)
		}
		return
	}
	var want authv1.CreateClientRequest
	if err := prototext.Unmarshal([]byte(c.want), &want); err != nil {
		t.Fatal(err)
	}
	if !proto.Equal(&got, &want) {
		t.Errorf("got %v, want %v", &got, &want)
	}
}

func TestDecodeJSON(t *testing.T) {
	for name, c := range map[string]decodeCase{
		"empty":            {body: ``},
		"white space":      {body: ` `, reason: malformed},
		"empty object":     {body: ` {} `},
		"unknown members":  {body: `{"x":{"y":[1,{}]},"client":{"z":1,"name":"n"}}`, want: `client{name:"n"}`},
		"null is missing":  {body: `{"client":{"name":null,"scopes":null,"tokenLife":null}}`, want: `client{}`},
		"digits or number": {body: `{"client":{"epoch":7}}`, want: `client{epoch:7}`},
		"digits in string": {body: `{"client":{"epoch":"7"}}`, want: `client{epoch:7}`},
		"everything else": {
			body: `{"client":{"scopes":["a","b"],"kind":"CLIENT_KIND_PARTNER","personalData":true,"tokenLife":"60s",` +
				`"introspectionMembers":{"a":[1,null,{"b":"c"}]}}}`,
			want: `client{scopes:"a" scopes:"b" kind:CLIENT_KIND_PARTNER personal_data:true token_life{seconds:60}
				introspection_members{fields{key:"a" value{list_value{values{number_value:1} values{null_value:NULL_VALUE}
				values{struct_value{fields{key:"b" value{string_value:"c"}}}}}}}}}`,
		},
		"not JSON":            {body: `{`, reason: malformed},
		"bare word":           {body: `{"a":tru}`, reason: malformed},
		"trailing comma":      {body: `{"a":1,}`, reason: malformed},
		"two values":          {body: `{}{}`, reason: malformed},
		"no object":           {body: `[]`, reason: malformed},
		"twice":               {body: `{"client":{"name":"a","name":"b"}}`, reason: malformed},
		"unknown twice":       {body: `{"x":1,"x":1}`, reason: malformed},
		"not UTF-8":           {body: "{\"x\":\"\xff\"}", reason: malformed},
		"deepest":             {body: `{"x":` + strings.Repeat("[", 31) + strings.Repeat("]", 31) + `}`},
		"too deep":            {body: `{"x":` + strings.Repeat("[", 32) + strings.Repeat("]", 32) + `}`, reason: malformed},
		"string for object":   {body: `{"client":"x"}`, reason: invalid, field: "client"},
		"number for string":   {body: `{"client":{"name":1}}`, reason: invalid, field: "client.name"},
		"string for bool":     {body: `{"client":{"disabled":"true"}}`, reason: invalid, field: "client.disabled"},
		"string for list":     {body: `{"client":{"scopes":"a"}}`, reason: invalid, field: "client.scopes"},
		"number in list":      {body: `{"client":{"scopes":["a",1]}}`, reason: invalid, field: "client.scopes[1]"},
		"null in list":        {body: `{"client":{"scopes":[null]}}`, reason: invalid, field: "client.scopes[0]"},
		"fraction for int":    {body: `{"client":{"epoch":1.5}}`, reason: invalid, field: "client.epoch"},
		"out of range":        {body: `{"client":{"epoch":9223372036854775808}}`, reason: invalid, field: "client.epoch"},
		"empty number":        {body: `{"client":{"epoch":""}}`, reason: invalid, field: "client.epoch"},
		"bool for number":     {body: `{"client":{"epoch":true}}`, reason: invalid, field: "client.epoch"},
		"unknown enum":        {body: `{"client":{"kind":"X"}}`, reason: invalid, field: "client.kind"},
		"list for struct":     {body: `{"client":{"introspectionMembers":[]}}`, reason: invalid, field: "client.introspectionMembers"},
		"number beyond float": {body: `{"client":{"introspectionMembers":{"a":1e999}}}`, reason: invalid, field: "client.introspectionMembers"},
		"malformed duration":  {body: `{"client":{"tokenLife":"x"}}`, reason: invalid, field: "client.tokenLife"},
	} {
		t.Run(name, func(t *testing.T) { c.check(t, &wirejson.JSON{}) })
	}
}

func TestDecodeForm(t *testing.T) {
	for name, c := range map[string]decodeCase{
		"empty":              {body: ``},
		"nested":             {body: `client.name=a+b%21&client.scopes=x&client.scopes=y`, want: `client{name:"a b!" scopes:"x" scopes:"y"}`},
		"unknown":            {body: `x=1&x=2&client_id=3`},
		"malformed":          {body: `client.name=%zz`, reason: malformed},
		"semicolon":          {body: `a=1;b=2`, reason: malformed},
		"not UTF-8":          {body: `client.name=%ff`, reason: malformed},
		"raw not UTF-8":      {body: "client.name=\xff", reason: malformed},
		"not a number":       {body: `client.epoch=x`, reason: invalid, field: "client.epoch"},
		"no number":          {body: `client.epoch=+`, want: ``},
		"repeated":           {body: `client.name=a&client.name=b`, reason: repeated, field: "client.name"},
		"too many":           {body: strings.Repeat("x=&", 256), reason: malformed},
		"bracketed singular": {body: `client[name]=a`, want: ``},
	} {
		t.Run(name, func(t *testing.T) { c.check(t, wirejson.Form{JSON: &wirejson.JSON{}}) })
	}
}

func TestBodyKeepsTheError(t *testing.T) {
	body := &wirejson.Body{ReadCloser: httptest.NewRequest("POST", "/", strings.NewReader(`[]`)).Body}
	err := new(wirejson.JSON).NewDecoder(body).Decode(&authv1.Client{})
	if err == nil || body.Err() != err {
		t.Errorf("decoded with %v, kept %v", err, body.Err())
	}
}

func checkDecoded(t *testing.T, err error, m proto.Message) {
	t.Helper()
	if err != nil {
		switch rpcerr.Reason(err) {
		case malformed, invalid, repeated:
			return
		}
		t.Fatalf("unexpected reason: %v", err)
	}
	// What was read can be written, and reads as the same again.
	var j wirejson.JSON
	text, err := j.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	again := m.ProtoReflect().New().Interface()
	if err := j.Unmarshal(text, again); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	if twice, err := j.Marshal(again); err != nil || string(twice) != string(text) {
		t.Fatalf("%s became %s, %v", text, twice, err)
	}
}

func FuzzJSON(f *testing.F) {
	for _, seed := range []string{`{}`, `{"clientId":"a","epoch":"1","scopes":["x"]}`, `{"introspectionMembers":{"a":[1e3]}}`, `{"tokenLife":"1.5s"}`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, body string) {
		var m authv1.Client
		checkDecoded(t, new(wirejson.JSON).Unmarshal([]byte(body), &m), &m)
	})
}

func FuzzForm(f *testing.F) {
	for _, seed := range []string{`clientId=a&epoch=1&scopes=x&scopes=y`, `tokenLife=1.5s`, `introspectionMembers[a]=1`, `createdAt.seconds=1`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, body string) {
		var m authv1.Client
		checkDecoded(t, wirejson.Form{JSON: &wirejson.JSON{}}.Unmarshal([]byte(body), &m), &m)
	})
}
