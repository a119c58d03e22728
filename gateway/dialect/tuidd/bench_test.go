package tuidd_test

import (
	"crypto/tls"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/ventanilla/ventanilla/gateway/credential"
	"github.com/ventanilla/ventanilla/gateway/dialect/tuidd"
	"github.com/ventanilla/ventanilla/gateway/edge"
	"github.com/ventanilla/ventanilla/gateway/edgetest"
	"github.com/ventanilla/ventanilla/gateway/wirejson"
)

// BenchmarkTokenInfo is a whole introspection over TLS, with the scripted auth service behind it.
func BenchmarkTokenInfo(b *testing.B) {
	auth := (&edgetest.Auth{}).Serve(b)
	exchanger, err := credential.NewExchanger(auth, edgetest.Nothing{}, edge.Callers{}, time.Now)
	if err != nil {
		b.Fatal(err)
	}
	family, err := tuidd.New(auth, exchanger, nil, edgetest.Issuer)
	if err != nil {
		b.Fatal(err)
	}
	cfg := edgetest.Config()
	cfg.Rate.PerSecond, cfg.Rate.Burst = 1e6, 1e6
	opts, roots := edgetest.Options(b)
	opts.Clock = time.Now
	e := edgetest.Start(b, cfg, opts, roots, family, edgetest.Fallback())
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}}
	defer transport.CloseIdleConnections()
	client := &http.Client{Transport: transport}
	url := "https://" + e.Addr().String() + "/mcg/v1/tokeninfo"
	b.ReportAllocs()
	for b.Loop() {
		r, err := http.NewRequestWithContext(b.Context(), http.MethodPost, url, strings.NewReader("token=active"))
		if err != nil {
			b.Fatal(err)
		}
		r.Header.Set("Content-Type", wirejson.FormMediaType)
		r.SetBasicAuth("1", "s3cret")
		answer, err := client.Do(r)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := io.Copy(io.Discard, answer.Body); err != nil || answer.StatusCode != http.StatusOK {
			b.Fatal(answer.Status, err)
		}
		_ = answer.Body.Close()
	}
}
