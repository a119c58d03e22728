package main

import (
	"crypto/x509"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestRoundsAskAboutEachUnseenTokenOnce(t *testing.T) {
	const runs, requests = 3, 5
	work := subject{caller: "caller", token: "warm"}
	want := map[string]int{}
	for i := range runs * requests {
		token := "unseen-" + string(rune('a'+i))
		work.unseen = append(work.unseen, token)
		want[token] = 1
		work.callers = append(work.callers, "caller-"+token)
	}
	work.others = map[string]client{issueES256: {}, issueEdDSA: {}}
	var mu sync.Mutex
	asked, callers := map[string]int{}, map[string]int{}
	target := startTestServer(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == tokenPath {
			_, _ = io.WriteString(w, tokenAnswer)
			return
		}
		mu.Lock()
		defer mu.Unlock()
		if caller := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer "); caller != work.caller {
			callers[caller]++
		}
		if r.Header.Get("Accept") == signedType {
			_, _ = io.WriteString(w, "eyJ.e30.c2ln")
			return
		}
		if token := r.FormValue("token"); want[token] > 0 {
			asked[token]++
		}
		_, _ = io.WriteString(w, activeAnswer)
	})

	found, err := work.rounds(t.Context(), []*server{target}, options{runs: runs, requests: requests}, func(string) {})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, asked); diff != "" {
		t.Errorf("times asked about (-want +got):\n%s", diff)
	}
	for _, caller := range work.callers {
		if callers[caller] != 1 {
			t.Errorf("%s called %d times", caller, callers[caller])
		}
	}
	for _, kind := range works {
		if got := len(found[kind][platformName]); got != runs {
			t.Errorf("%s: %d samples, want %d", kind, got, runs)
		}
	}
}

// startTestServer serves in this process, in the platform's place, until the test ends.
func startTestServer(t *testing.T, handler http.HandlerFunc) *server {
	t.Helper()
	serving := httptest.NewTLSServer(handler)
	t.Cleanup(serving.Close)
	roots := x509.NewCertPool()
	roots.AddCert(serving.Certificate())
	to, err := newLoader(serving.URL, roots, 2)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(to.client.CloseIdleConnections)
	return &server{name: platformName, pid: os.Getpid(), loader: to}
}
