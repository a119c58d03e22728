package discovery_test

import (
	"net"
	"strings"
	"testing"

	"github.com/ventanilla/ventanilla/pkg/discovery"
)

func TestParseEndpoint(t *testing.T) {
	for value, want := range map[string]string{
		`{"Op":0,"Addr":"10.0.0.7:4001","Metadata":null}`:             "10.0.0.7:4001",
		`{"Addr":"[::1]:4001","Zone":"b"}`:                            "[::1]:4001",
		`{"Op":0,"Addr":"auth-0.auth:4001","Metadata":{"version":1}}`: "auth-0.auth:4001",
		``:                          "",
		`null`:                      "",
		`[]`:                        "",
		`{"Addr":7}`:                "",
		`{"Addr":"10.0.0.7"}`:       "",
		`{"Addr":"10.0.0.7:0"}`:     "",
		`{"Addr":"10.0.0.7:65536"}`: "",
		`{"Addr":"10.0.0.7:grpc"}`:  "",
		`{"Addr":"10.0.0.7:4001","Metadata":"` + strings.Repeat("x", 5000) + `"}`: "",
	} {
		endpoint, err := discovery.ParseEndpoint([]byte(value))
		if endpoint.Addr != want || (err == nil) != (want != "") {
			t.Errorf("%.60s: got %q, %v; want %q", value, endpoint.Addr, err, want)
		}
	}
}

func FuzzParseEndpoint(f *testing.F) {
	f.Add([]byte(`{"Op":0,"Addr":"10.0.0.7:4001","Metadata":null}`))
	f.Add([]byte(`{"Addr":"[::1%25eth0]:1","Metadata":{"a":[1,2,{"b":null}]}}`))
	f.Add([]byte(`{"Addr":":1"}`))
	f.Fuzz(func(t *testing.T, value []byte) {
		endpoint, err := discovery.ParseEndpoint(value)
		if err != nil {
			if endpoint.Addr != "" || endpoint.Metadata != nil {
				t.Fatalf("refused, but gave %v", endpoint)
			}
			return
		}
		if host, port, err := net.SplitHostPort(endpoint.Addr); err != nil || host == "" || port == "" {
			t.Fatalf("%q cannot be dialled: %v", endpoint.Addr, err)
		}
	})
}
