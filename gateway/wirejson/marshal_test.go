package wirejson_test

import (
	"math"
	"testing"

	"github.com/grpc-ecosystem/grpc-gateway/v2/runtime"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/structpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/ventanilla/ventanilla/gateway/wirejson"
	cmpv1 "github.com/ventanilla/ventanilla/proto/gen/go/cmp/v1"
	iddiv1 "github.com/ventanilla/ventanilla/proto/gen/go/iddi/v1"
	mosiav1 "github.com/ventanilla/ventanilla/proto/gen/go/mosia/v1"
	nativev1 "github.com/ventanilla/ventanilla/proto/gen/go/native/v1"
	tuiddv1 "github.com/ventanilla/ventanilla/proto/gen/go/tuidd/v1"
	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
)

func extra(t *testing.T, members map[string]any) *structpb.Struct {
	t.Helper()
	s, err := structpb.NewStruct(members)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestMarshal(t *testing.T) {
	members := map[string]any{"z": 1.0, "active": "own", "a": []any{nil, "é<&>\u2028"}, "m": map[string]any{"y": 1e21, "x": -0.5}}
	for name, c := range map[string]struct {
		message proto.Message
		want    string
	}{
		"zero values are written": {&cmpv1.TokenResponse{}, `{"token_type":"","expires_in":0,"access_token":""}`},
		"64 bits are a number":    {&cmpv1.TokenResponse{ExpiresIn: math.MaxInt64}, `{"token_type":"","expires_in":9223372036854775807,"access_token":""}`},
		"unset presence is not":   {&tuiddv1.TokenInfoResponse{}, `{"active":false}`},
		"set presence is":         {&tuiddv1.TokenInfoResponse{Scope: new(""), Exp: new(int64(0))}, `{"active":false,"scope":"","exp":0}`},
		"inline members come last, in order, and replace none": {
			&tuiddv1.TokenInfoResponse{Active: true, Aud: new("1"), Extra: extra(t, members)},
			`{"active":true,"aud":"1","a":[null,"é<&>` + "\u2028" + `"],"m":{"x":-0.5,"y":1e+21},"z":1}`,
		},
		"nothing inline": {&tuiddv1.TokenInfoResponse{Active: true, Extra: extra(t, map[string]any{"active": false})}, `{"active":true}`},
		"escapes": {
			&cmpv1.TokenResponse{TokenType: "\"\\\n\r\t\x00\x1f\x7f/"},
			`{"token_type":"\"\\\n\r\t\u0000\u001f` + "\x7f" + `/","expires_in":0,"access_token":""}`,
		},
		"lists, enums and well-known types": {
			&authv1.Client{
				Scopes: []string{"a"}, Kind: authv1.ClientKind_CLIENT_KIND_PARTNER, TokenLife: durationpb.New(3e9),
				CreatedAt: &timestamppb.Timestamp{Seconds: 1}, IntrospectionMembers: &structpb.Struct{},
			},
			`{"clientId":"","name":"","family":"","kind":"CLIENT_KIND_PARTNER","scopes":["a"],"audiences":[],"tokenLife":"3s",` +
				`"resourceScopes":[],"introspectsAll":false,"personalData":false,"introspectionMembers":{},"disabled":false,"epoch":0,` +
				`"createdAt":"1970-01-01T00:00:01Z","tokenAlgorithm":"SIGNATURE_ALGORITHM_UNSPECIFIED",` +
				`"introspectionAlgorithm":"SIGNATURE_ALGORITHM_UNSPECIFIED","publicKeys":"","dataSet":"DATA_SET_UNSPECIFIED","origins":[]}`,
		},
		"nullable and unset": {
			&iddiv1.GetStatusResponse{Motivo: new("")},
			`{"folio":"","estado":"","motivo":"","vigencia_at":null,"revocada_at":null}`,
		},
		"an alternative": {
			&iddiv1.GetProfileResponse{Perfiles: []*iddiv1.Perfil{
				{Kind: &iddiv1.Perfil_Externo{Externo: &iddiv1.Externo{Tipo: "E"}}}, {Kind: &iddiv1.Perfil_Externo{Externo: &iddiv1.Externo{}}}, {},
			}},
			`{"id":"","nombre":"","ap_paterno":null,"ap_materno":null,"email":null,"telefono":null,"foto_url":null,"foto_aceptada":false,` +
				`"iddi_qr":false,"iddi_movil":false,"perfiles":[{"tipo":"E","id_perfil":"","entidad":"","estatus":"","vigencia_at":null},` +
				`{"tipo":"","id_perfil":"","entidad":"","estatus":"","vigencia_at":null},{}]}`,
		},
		"raw JSON, as it is": {
			&mosiav1.User{Integracao: `{"n": 9288701, "x":1.50e2,"big":12345678901234567890123,"s":"<é>","b":[true,null]}`},
			`{"chaveUnica":"","integracao":{"n": 9288701, "x":1.50e2,"big":12345678901234567890123,"s":"<é>","b":[true,null]}}`,
		},
		"bytes": {&authv1.GetKeySetResponse{Jwks: []byte{0xfb, 0xff}}, `{"jwks":"+/8="}`},
	} {
		t.Run(name, func(t *testing.T) {
			var j wirejson.JSON
			for range 2 {
				got, err := j.Marshal(c.message)
				if err != nil || string(got) != c.want {
					t.Errorf("got  %s, %v\nwant %s", got, err, c.want)
				}
			}
		})
	}
}

func TestAStringInsteadOfTheMessage(t *testing.T) {
	const signed = "application/token-introspection+jwt"
	for name, c := range map[string]struct {
		message         proto.Message
		mediaType, want string
	}{
		"set":                        {&tuiddv1.TokenInfoResponse{Active: true, Jti: new("j"), Signed: new("a.b.c")}, signed, "a.b.c"},
		"set, beside inline members": {&tuiddv1.TokenInfoResponse{Signed: new("a.b.c"), Extra: extra(t, map[string]any{"a": 1.0})}, signed, "a.b.c"},
		"set to nothing":             {&tuiddv1.TokenInfoResponse{Signed: new("")}, signed, ""},
		"unset":                      {&tuiddv1.TokenInfoResponse{Active: true}, wirejson.MediaType, `{"active":true}`},
		"its name is nobody's":       {&tuiddv1.TokenInfoResponse{Extra: extra(t, map[string]any{"signed": "x"})}, wirejson.MediaType, `{"active":false,"signed":"x"}`},
		"bytes":                      {&nativev1.GetPictureResponse{Png: []byte("\x89PNG")}, "image/png", "\x89PNG"},
		"other bytes":                {&nativev1.GetPictureResponse{Jpeg: []byte{0xff}}, "image/jpeg", "\xff"},
		"no bytes":                   {&nativev1.GetPictureResponse{}, wirejson.MediaType, `{}`},
		"none in the message":        {&cmpv1.TokenResponse{}, wirejson.MediaType, `{"token_type":"","expires_in":0,"access_token":""}`},
	} {
		t.Run(name, func(t *testing.T) {
			j := &wirejson.JSON{}
			for _, m := range []runtime.Marshaler{j, wirejson.Form{JSON: j}} {
				got, err := m.Marshal(c.message)
				if err != nil || string(got) != c.want {
					t.Errorf("got %s, %v, want %s", got, err, c.want)
				}
				if mediaType := m.ContentType(c.message); mediaType != c.mediaType {
					t.Errorf("got %s, want %s", mediaType, c.mediaType)
				}
			}
		})
	}
}

func TestTheMediaTypeOfWhatIsNoMessage(t *testing.T) {
	if got := new(wirejson.JSON).ContentType("text"); got != wirejson.MediaType {
		t.Errorf("got %s", got)
	}
}

func TestMarshalRefusesWhatIsNoJSON(t *testing.T) {
	for name, m := range map[string]proto.Message{
		"not UTF-8":        &cmpv1.TokenResponse{TokenType: "\xff"},
		"not UTF-8 inline": &tuiddv1.TokenInfoResponse{Extra: &structpb.Struct{Fields: map[string]*structpb.Value{"\xff": nil}}},
		"raw, not UTF-8":   &mosiav1.User{Integracao: "\"\xff\""},
		"raw, no JSON":     &mosiav1.User{Integracao: `{"a":1,}`},
		"raw, nothing":     &mosiav1.User{},
		"no number":        structpb.NewNumberValue(math.NaN()),
	} {
		if got, err := new(wirejson.JSON).Marshal(m); err == nil {
			t.Errorf("%s: got %s", name, got)
		}
	}
}

func BenchmarkMarshal(b *testing.B) {
	var j wirejson.JSON
	m := &tuiddv1.TokenInfoResponse{
		Active: true, Scope: new("read write"), ClientId: new("c"), TokenType: new("Bearer"),
		Exp: new(int64(1580833602)), Iat: new(int64(1549297602)), Nbf: new(int64(1549297602)), Aud: new("c"), Jti: new("j"),
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := j.Marshal(m); err != nil {
			b.Fatal(err)
		}
	}
}
