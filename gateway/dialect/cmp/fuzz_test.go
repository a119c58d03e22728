package cmp_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"google.golang.org/grpc"

	"github.com/ventanilla/ventanilla/gateway/credential"
	"github.com/ventanilla/ventanilla/gateway/dialect/cmp"
	"github.com/ventanilla/ventanilla/gateway/wirejson"
	"github.com/ventanilla/ventanilla/pkg/nationalid"
	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
	benefitsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/benefits/v1"
)

// called stands for the services, and keeps what they were asked.
type called struct {
	cmp.Issuer
	cmp.Exchanger
	grpc.ClientConnInterface
	token   *authv1.IssueWidgetTokenRequest
	citizen *credential.Citizen
	decide  *benefitsv1.EvaluateRequest
}

func (c *called) IssueWidgetToken(_ context.Context, in *authv1.IssueWidgetTokenRequest, _ ...grpc.CallOption) (*authv1.IssueWidgetTokenResponse, error) {
	c.token = in
	return &authv1.IssueWidgetTokenResponse{}, nil
}

func (c *called) Exchange(context.Context, credential.Credential, string, credential.Clients) (credential.Caller, error) {
	return credential.Caller{Principal: &authv1.Principal{Kind: authv1.ClientKind_CLIENT_KIND_PARTNER}}, nil
}

func (c *called) ExchangeFor(_ context.Context, _ credential.Credential, citizen credential.Citizen, _ string, _ credential.Clients) (credential.Caller, error) {
	c.citizen = &citizen
	return credential.Caller{}, nil
}

func (c *called) Invoke(_ context.Context, _ string, in, _ any, _ ...grpc.CallOption) error {
	c.decide, _ = in.(*benefitsv1.EvaluateRequest)
	return errors.New("nothing is decided")
}

// ask has the family serve a request.
func ask(t *testing.T, path, body, query string, form bool) *called {
	c := &called{}
	family, err := cmp.New(c, c, c, c)
	if err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, path, strings.NewReader(body))
	r.URL.RawQuery = query
	r.Header.Set("Authorization", "Bearer token")
	r.Header.Set("Content-Type", wirejson.MediaType)
	if form {
		r.Header.Set("Content-Type", wirejson.FormMediaType)
	}
	family.Handler.ServeHTTP(httptest.NewRecorder(), r)
	return c
}

func seed(f *testing.F, form string) {
	f.Helper()
	f.Add(form, "", true)
	f.Add("", form, true)
	f.Add(form+"&rut=1", "rut=%zz&&=", true)
	f.Add(`{"rut":"44.444.444-4","categoria":"salud","cu_token":"t","apiKey":"k","secretKey":"s"}`, "", false)
	f.Add(`{"rut":1,"categoria":null,"cu_token":{}}`, form, false)
	f.Add(`{"rut":`, "\xff", false)
}

// canonical tells whether a RUT is written as services take it.
func canonical(rut string) bool {
	parsed, err := nationalid.Parse(nationalid.RUT, rut)
	return err == nil && parsed == rut
}

func blank(texts ...string) bool {
	return slices.ContainsFunc(texts, func(s string) bool { return strings.TrimSpace(s) == "" })
}

func FuzzWidgetToken(f *testing.F) {
	seed(f, "apiKey=k&secretKey=s&cu_token=t&rut=44444444-4")
	f.Fuzz(func(t *testing.T, body, query string, form bool) {
		asked := ask(t, cmp.WidgetTokenPath, body, query, form).token
		if asked == nil {
			return
		}
		if citizen := asked.GetCitizen(); blank(asked.GetClientId(), asked.GetClientSecret(), citizen.GetToken()) || !canonical(citizen.GetRut()) {
			t.Errorf("auth was asked %v", asked)
		}
	})
}

func FuzzPotentialBenefits(f *testing.F) {
	seed(f, "rut=444444444&categoria=todas&cu_token=t")
	f.Fuzz(func(t *testing.T, body, query string, form bool) {
		c := ask(t, cmp.BenefitsPath, body, query, form)
		if (c.citizen == nil) != (c.decide == nil) {
			t.Fatalf("for %v was asked %v", c.citizen, c.decide)
		}
		if c.citizen == nil {
			return
		}
		if blank(c.citizen.Token) || !canonical(c.citizen.RUT) {
			t.Errorf("the citizen is %+v", c.citizen)
		}
		if category := c.decide.GetTerms().GetCategory(); category != "" && !slices.Contains(cmp.Categories, category) {
			t.Errorf("of category %q", category)
		}
	})
}
