package mosia_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"

	"github.com/ventanilla/ventanilla/gateway/credential"
	"github.com/ventanilla/ventanilla/gateway/dialect/mosia"
	"github.com/ventanilla/ventanilla/gateway/wirejson"
	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
	sessionv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/session/v1"
)

// called stands for the services, and keeps what they were asked.
type called struct {
	grpc.ClientConnInterface
	presented *credential.Credential
	asked     any
	// opened is what an opening answers; everything else fails.
	opened *sessionv1.OpenFunctionalityResponse
}

func (c *called) Exchange(_ context.Context, presented credential.Credential, _ string, _ credential.Clients) (credential.Caller, error) {
	c.presented = &presented
	return credential.Caller{Principal: &authv1.Principal{Scopes: []string{"chavePasse", "seguranca", "mensageria"}}}, nil
}

func (c *called) Invoke(_ context.Context, _ string, in, out any, _ ...grpc.CallOption) error {
	c.asked = in
	if to, ok := out.(*sessionv1.OpenFunctionalityResponse); ok && c.opened != nil {
		proto.Merge(to, c.opened)
		return nil
	}
	return errors.New("nothing is known")
}

// ask has the family serve a request.
func (c *called) ask(t *testing.T, cfg mosia.Config, method, target, query, body string, header http.Header) *httptest.ResponseRecorder {
	t.Helper()
	family, err := mosia.New(c, c, time.Now, cfg)
	if err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequestWithContext(t.Context(), method, target, strings.NewReader(body))
	r.URL.RawQuery = query
	r.Header = header.Clone()
	w := httptest.NewRecorder()
	family.Handler.ServeHTTP(w, r)
	return w
}

func blank(text string) bool { return strings.TrimSpace(text) == "" }

// by are the headers of a request with a token.
func by(token, mediaType string) http.Header {
	return http.Header{"Authorization": {token}, "Content-Type": {mediaType}}
}

func TestAnOldClientMayLeaveTheInstanceOut(t *testing.T) {
	const query = "chavePasse=k&chaveFuncionalidade=f"
	for name, c := range map[string]struct {
		cfg   mosia.Config
		query string
		set   authv1.DataSet
		asked bool
	}{
		"the document":      {mosia.Config{}, query, 0, false},
		"an old client":     {mosia.Config{OptionalInstance: true}, query, authv1.DataSet_DATA_SET_UNSPECIFIED, true},
		"which may say so":  {mosia.Config{OptionalInstance: true}, query + "&instanciaApp=1", authv1.DataSet_DATA_SET_STAGING, true},
		"but nothing wrong": {mosia.Config{OptionalInstance: true}, query + "&instanciaApp=0", 0, false},
	} {
		t.Run(name, func(t *testing.T) {
			to := &called{}
			to.ask(t, c.cfg, http.MethodGet, mosia.UserPath, c.query, "", by("t", ""))
			in, asked := to.asked.(*sessionv1.RedeemPassKeyRequest)
			if asked != c.asked || in.GetPassKey().GetDataSet() != c.set {
				t.Errorf("asked %v", to.asked)
			}
		})
	}
}

// FuzzPassKey reads any query and credential: the session service is asked about a whole pass key, or not at all.
func FuzzPassKey(f *testing.F) {
	f.Add("instanciaApp=2&chavePasse=k&chaveFuncionalidade=f", "token")
	f.Add("instanciaApp=1&chavePasse=%20&chaveFuncionalidade=f", "Bearer token")
	f.Add("instanciaApp=1&instanciaApp=2&chavePasse=%zz&=&chaveFuncionalidade=%ff", "bearer  a.b-c==")
	f.Add("", "Basic MTpzM2NyZXQ=")
	f.Fuzz(func(t *testing.T, query, token string) {
		to := &called{}
		to.ask(t, mosia.Config{}, http.MethodGet, mosia.UserPath, query, "", by(token, ""))
		if p := to.presented; p != nil && (p.Scheme != credential.APIKey || p.Token == "" || !strings.HasSuffix(token, p.Token)) {
			t.Errorf("%q was taken for another token", token)
		}
		in, asked := to.asked.(*sessionv1.RedeemPassKeyRequest)
		if !asked {
			return
		}
		if key := in.GetPassKey(); blank(key.GetPassKey()) || blank(key.GetFunctionalityKey()) || key.GetDataSet() == 0 || to.presented == nil {
			t.Errorf("session was asked %v", in)
		}
	})
}

// FuzzOpening reads any body, query and credential: a functionality is opened with a token in an instance, or not at all.
func FuzzOpening(f *testing.F) {
	const form = "token=t&instanciaApp=2&chaveFuncionalidade=f&dispositivo.plataforma=ios&localizacao.latitude=1.5&localizacao.longitude=-2"
	f.Add(form, "", "", true)
	f.Add("", "instanciaApp=1&chaveFuncionalidade=f&plataforma=web&latitude=1&longitude=NaN&precisao=1e400", "Bearer t", true)
	f.Add(`{"token":"t","instanciaApp":"2","chaveFuncionalidade":"f","dispositivo":{"modelo":"m"},"localizacao":{"latitude":1,"longitude":"2"}}`, "", "", false)
	f.Add(`{"token":"a b","instanciaApp":2,"localizacao":[]}`, form, "t", false)
	f.Add("\xff", "\xff", "Bearer", false)
	f.Fuzz(func(t *testing.T, body, query, token string, isForm bool) {
		mediaType := wirejson.MediaType
		if isForm {
			mediaType = wirejson.FormMediaType
		}
		for _, method := range []string{http.MethodGet, http.MethodPost} {
			to := &called{}
			to.ask(t, mosia.Config{}, method, mosia.OpeningPath, query, body, by(token, mediaType))
			in, asked := to.asked.(*sessionv1.OpenFunctionalityRequest)
			if asked && (blank(in.GetBeneficiaryToken()) || blank(in.GetFunctionalityKey()) || in.GetDataSet() == 0 || to.presented != nil) {
				t.Errorf("session was asked %v", in)
			}
		}
	})
}

// FuzzRedirect opens functionalities of any address: all of it stays but another pass key, and the pass key is its last parameter.
func FuzzRedirect(f *testing.F) {
	f.Add("https://app.example/abrir", "k")
	f.Add("https://app.example?", "k")
	f.Add("https://app.example/?origem=app&chavePasse=%20&a=b&ch%61vePasse", "a&b=c")
	f.Add("https://app.example/?a=b;c", "a&b=c")
	f.Add("http://[::1]:8091/%2F?%zz&", "é")
	f.Fuzz(func(t *testing.T, address, key string) {
		want, err := url.Parse(address)
		if err != nil || want.Fragment != "" {
			return // the session service has no such address
		}
		to := &called{opened: &sessionv1.OpenFunctionalityResponse{RedirectUri: address, PassKey: key}}
		w := to.ask(t, mosia.Config{}, http.MethodGet, mosia.OpeningPath, "instanciaApp=2&chaveFuncionalidade=f", "", by("t", ""))
		got, err := url.Parse(w.Header().Get("Location"))
		if err != nil || w.Code != http.StatusFound || got.Scheme != want.Scheme || got.Host != want.Host || got.Path != want.Path {
			t.Fatalf("%d, to %q, %v", w.Code, w.Header().Get("Location"), err)
		}
		kept, last := got.RawQuery, ""
		if at := strings.LastIndex(kept, "chavePasse="); at >= 0 {
			kept, last = strings.TrimSuffix(kept[:at], "&"), kept[at:]
		}
		if last != "chavePasse="+url.QueryEscape(key) || kept != want.RawQuery && !want.Query().Has("chavePasse") && want.RawQuery != kept+"&" {
			t.Errorf("%q became %q", address, got)
		}
		if keys := got.Query()["chavePasse"]; len(keys) != 1 || keys[0] != key {
			t.Errorf("the page of %q reads %q", address, keys)
		}
	})
}

// FuzzBody reads any body at the endpoints that take JSON: the session service is asked with all that is required, or not at all.
func FuzzBody(f *testing.F) {
	f.Add(`{"chaveUnica":"u","msg":"m","idFuncionalidade":null,"idRegistro":"203","msgRegistrarPush":false}`)
	f.Add(`{"chaveIntegracao":"i","login":"l","senha":"s"}`)
	f.Add(`{"chaveUnica":1,"msg":{},"login":[[]],"senha":true}`)
	f.Add(`{"chaveUnica":" ","chaveUnica":"u"`)
	f.Fuzz(func(t *testing.T, body string) {
		for _, path := range []string{mosia.AuthenticationPath, mosia.LoginPath, mosia.MessagePath} {
			to := &called{}
			to.ask(t, mosia.Config{}, http.MethodPost, path, "", body, by("t", wirejson.MediaType))
			var required []string
			switch in := to.asked.(type) {
			case *sessionv1.AuthenticateBeneficiaryRequest:
				required = []string{in.GetUniqueKey()}
			case *sessionv1.LogInBeneficiaryRequest:
				required = []string{in.GetIntegrationKey(), in.GetLogin(), in.GetPassword()}
			case *sessionv1.SendMessageRequest:
				required = []string{in.GetUniqueKey(), in.GetMessage()}
			}
			for _, text := range required {
				if blank(text) {
					t.Errorf("session was asked %v", to.asked)
				}
			}
		}
	})
}
