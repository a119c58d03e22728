package native_test

import (
	"crypto/tls"
	"net/http"
	"testing"

	"github.com/ventanilla/ventanilla/gateway/dialect/native"
	"github.com/ventanilla/ventanilla/gateway/edgetest"
)

// A client compares the issuer with the address it asked (RFC 8414, 3.3): without an address there is nothing to tell.
func TestNoMetadataWithoutAnAddress(t *testing.T) {
	for _, issuer := range []string{"ventanilla", "http://partners.example.org", "https://partners.example.org/"} {
		family, err := native.New(nil, nil, nil, nil, issuer)
		if err != nil {
			t.Fatal(err)
		}
		opts, roots := edgetest.Options(t)
		e := edgetest.Start(t, edgetest.Config(), opts, roots, family)
		transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: e.Roots, MinVersion: tls.VersionTLS12}}
		client := &http.Client{Transport: transport}
		response, err := client.Get("https://" + e.Addr().String() + "/.well-known/oauth-authorization-server")
		if err != nil {
			t.Fatal(err)
		}
		transport.CloseIdleConnections()
		if err := response.Body.Close(); err != nil {
			t.Fatal(err)
		}
		if response.StatusCode != http.StatusNotFound {
			t.Errorf("%s: status %d", issuer, response.StatusCode)
		}
	}
}
