package demo_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/ventanilla/ventanilla/services/cmd/internal/demo"
)

// Every citizen is signed in, and a token of one data set is none in the other.
func TestCitizensAreSignedIn(t *testing.T) {
	emulator, err := demo.NewClaveUnica()
	check(t, err)
	server := httptest.NewServer(emulator)
	defer server.Close()
	var f demo.CMP
	check(t, emulator.SignIn(server.URL, &f))
	if len(f.Citizens) != 8 || f.RUT != "44444444-4" || f.CUToken != f.Citizens[0].CUToken || f.StagingRUT == f.RUT {
		t.Errorf("signed in: %+v", f)
	}
	production, staging := emulator.UserinfoURLs(f.ClaveUnicaURL)
	for _, at := range []struct {
		url, token string
		want       int
	}{
		{production, f.CUToken, http.StatusOK},
		{staging, f.StagingCUToken, http.StatusOK},
		{production, f.StagingCUToken, http.StatusUnauthorized},
		{staging, f.CUToken, http.StatusUnauthorized},
	} {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, at.url, nil)
		check(t, err)
		request.Header.Set("Authorization", "Bearer "+at.token)
		response, err := server.Client().Do(request)
		check(t, err)
		check(t, response.Body.Close())
		if response.StatusCode != at.want {
			t.Errorf("%s answered %d, want %d", at.url, response.StatusCode, at.want)
		}
	}
}
