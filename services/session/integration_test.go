package session_test

import (
	"bytes"
	"io"
	"net/http"
	"strings"
	"testing"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/fieldmaskpb"

	"github.com/ventanilla/ventanilla/pkg/eventlog"
	"github.com/ventanilla/ventanilla/pkg/keyring"
	"github.com/ventanilla/ventanilla/pkg/roletest"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
	sessionv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/session/v1"
)

func TestIntegrationsAreKeptAndTheirValuesNeverTold(t *testing.T) {
	onBoth(t, func(t *testing.T, p *platform) {
		logs := new(bytes.Buffer)
		p.Logs = logs
		e := p.endpoint()
		r := p.replica()
		c, editor := integrations(r), r.ByOperator("editor")
		var sent http.Header
		var body string
		e.does(&e.login, func(w http.ResponseWriter, r *http.Request) {
			text, _ := io.ReadAll(r.Body)
			sent, body = r.Header, string(text)
			_, _ = io.WriteString(w, `{"chave":"ana@example.org"}`)
		})
		key := enter(r, e.definition())
		read, err := c.GetIntegration(r.ByOperator("viewer"), &sessionv1.GetIntegrationRequest{IntegrationKey: key})
		roletest.Check(t, err)
		want := e.definition()
		for _, v := range append(want.GetStaticHeaders(), want.GetLogin().GetParameters()...) {
			v.Value = ""
		}
		want.Login.Method = sessionv1.Method_METHOD_POST
		want.IntegrationKey, want.CreatedAt, want.UpdatedAt = key, read.GetIntegration().GetCreatedAt(), read.GetIntegration().GetUpdatedAt()
		if !proto.Equal(read.GetIntegration(), want) {
			t.Errorf("read %v, want %v", read.GetIntegration(), want)
		}

		// What is read can be written: values that are not given stay.
		changed := proto.CloneOf(want)
		changed.Name, changed.StaticHeaders = "Outro", append(changed.StaticHeaders, &sessionv1.NamedValue{Name: "X-New", Value: "new-secret"})
		_, err = c.UpdateIntegration(editor, &sessionv1.UpdateIntegrationRequest{
			Integration: changed, UpdateMask: &fieldmaskpb.FieldMask{Paths: []string{"name", "static_headers", "login"}},
		})
		roletest.Check(t, err)
		tried, err := c.TryIntegration(editor, &sessionv1.TryIntegrationRequest{IntegrationKey: key, Login: "ana", Password: "pass-word"})
		roletest.Check(t, err)
		if len(tried.GetSteps()) != 2 || tried.GetSteps()[1].GetFailure() != "" || strings.Join(tried.GetAttributes(), " ") != "chave" {
			t.Errorf("tried: %v", tried)
		}
		if sent.Get("X-App") != "static-secret" || sent.Get("X-New") != "new-secret" || body != `{"key":"parameter-secret","user":"ana","word":"pass-word"}` {
			t.Errorf("sent %v, %s", sent, body)
		}
		changed.StaticHeaders = append(changed.StaticHeaders, &sessionv1.NamedValue{Name: "X-None"})
		_, err = c.UpdateIntegration(editor, &sessionv1.UpdateIntegrationRequest{
			Integration: changed, UpdateMask: &fieldmaskpb.FieldMask{Paths: []string{"static_headers"}},
		})
		roletest.WantField(t, err, errorsv1.Reason_REASON_FIELD_MISSING, "integration.static_headers[2].value")

		// Nobody gets to know values by leading them elsewhere.
		elsewhere := proto.CloneOf(want)
		elsewhere.Login.Url = "https://elsewhere.example.org/login"
		_, err = c.UpdateIntegration(editor, &sessionv1.UpdateIntegrationRequest{
			Integration: elsewhere, UpdateMask: &fieldmaskpb.FieldMask{Paths: []string{"login"}},
		})
		roletest.WantField(t, err, errorsv1.Reason_REASON_FIELD_MISSING, "integration.login.parameters[0].value")
		whole := e.definition()
		whole.IntegrationKey, whole.Login.Url = key, elsewhere.GetLogin().GetUrl()
		_, err = c.UpdateIntegration(editor, &sessionv1.UpdateIntegrationRequest{
			Integration: whole, UpdateMask: &fieldmaskpb.FieldMask{Paths: []string{"login", "static_headers"}},
		})
		roletest.Check(t, err)

		second := enter(r, e.definition())
		page, err := c.ListIntegrations(r.ByOperator("viewer"), &sessionv1.ListIntegrationsRequest{PageSize: 1, ClientId: partnerClient})
		roletest.Check(t, err)
		next, err := c.ListIntegrations(r.ByOperator("viewer"), &sessionv1.ListIntegrationsRequest{PageSize: 1, PageToken: page.GetNextPageToken()})
		roletest.Check(t, err)
		if got := page.GetIntegrations()[0].GetIntegrationKey() + next.GetIntegrations()[0].GetIntegrationKey(); got != key+second && got != second+key ||
			next.GetNextPageToken() != "" {
			t.Errorf("listed %s of %s and %s", got, key, second)
		}
		_, err = c.ListIntegrations(r.ByOperator("viewer"), &sessionv1.ListIntegrationsRequest{PageToken: "x"})
		roletest.WantField(t, err, errorsv1.Reason_REASON_FIELD_INVALID, "page_token")
		for range 2 {
			_, err = c.DeleteIntegration(editor, &sessionv1.DeleteIntegrationRequest{IntegrationKey: second})
		}
		roletest.WantReason(t, err, errorsv1.Reason_REASON_INTEGRATION_NOT_FOUND)

		// Nothing that is secret is where somebody may look.
		events, _, err := eventlog.List(t.Context(), p.DB, eventlog.Filter{}, 0, 100)
		roletest.Check(t, err)
		told := logs.String()
		for _, event := range events {
			told += event.Before + event.After
		}
		for _, m := range []proto.Message{read, page, tried} {
			text, err := protojson.Marshal(m)
			roletest.Check(t, err)
			told += string(text)
		}
		rows, err := p.DB.Read.QueryContext(t.Context(), `SELECT definition, secrets FROM integration`)
		roletest.Check(t, err)
		defer rows.Close()
		for rows.Next() {
			var definition string
			var secrets []byte
			roletest.Check(t, rows.Scan(&definition, &secrets))
			told += definition + string(secrets)
		}
		roletest.Check(t, rows.Err())
		for _, secret := range []string{"static-secret", "parameter-secret", "new-secret", "pass-word"} {
			if strings.Contains(told, secret) {
				t.Errorf("%s is told", secret)
			}
		}
	})
}

func TestWhatCannotBeAnIntegration(t *testing.T) {
	p := newPlatform(t)
	e := p.endpoint()
	r := p.replica()
	named := func(name, value string) []*sessionv1.NamedValue {
		return []*sessionv1.NamedValue{{Name: name, Value: value}}
	}
	attributes := func(names ...string) (all []*sessionv1.Attribute) {
		for _, name := range names {
			all = append(all, &sessionv1.Attribute{Name: name})
		}
		return all
	}
	invalid, missing := errorsv1.Reason_REASON_FIELD_INVALID, errorsv1.Reason_REASON_FIELD_MISSING
	for field, test := range map[string]struct {
		reason errorsv1.Reason
		change func(*sessionv1.Integration)
	}{
		"integration.client_id":              {invalid, func(i *sessionv1.Integration) { i.ClientId = "a b" }},
		"integration.name":                   {missing, func(i *sessionv1.Integration) { i.Name = " " }},
		"integration.login":                  {missing, func(i *sessionv1.Integration) { i.Login = nil }},
		"integration.login.url":              {invalid, func(i *sessionv1.Integration) { i.Login.Url = "https://user:word@example.org" }},
		"integration.static_headers[0].name": {invalid, func(i *sessionv1.Integration) { i.StaticHeaders[0].Name = "X App" }},
		"integration.static_headers[0].value": {invalid, func(i *sessionv1.Integration) {
			i.StaticHeaders[0].Value = "a\r\nX-Evil: b"
		}},
		"integration.static_headers[1].name": {invalid, func(i *sessionv1.Integration) {
			i.StaticHeaders = append(i.StaticHeaders, named("x-app", "b")...)
		}},
		"integration.login.parameters[0].value": {invalid, func(i *sessionv1.Integration) { i.Login.Parameters[0].Value = "{unique_key}" }},
		"integration.login.parameters[1].name":  {invalid, func(i *sessionv1.Integration) { i.Login.Parameters[1].Name = "user" }},
		"integration.login.parameters[2].value": {missing, func(i *sessionv1.Integration) { i.Login.Parameters[2].Value = "" }},
		"integration.login.attributes_pointer":  {invalid, func(i *sessionv1.Integration) { i.Login.AttributesPointer = "data" }},
		"integration.refresh.parameters[0].value": {invalid, func(i *sessionv1.Integration) {
			i.Refresh = &sessionv1.Endpoint{Url: "https://example.org", Parameters: named("a", "{password}")}
		}},
		"integration.authorization.url": {invalid, func(i *sessionv1.Integration) {
			i.Authorization = &sessionv1.AuthorizationStep{Url: "ftp://example.org"}
		}},
		"integration.authorization.headers[0].name": {invalid, func(i *sessionv1.Integration) {
			i.Authorization = &sessionv1.AuthorizationStep{Url: "https://example.org", Headers: named("host", "x")}
		}},
		"integration.authorization.header": {invalid, func(i *sessionv1.Integration) {
			i.Authorization = &sessionv1.AuthorizationStep{Url: "https://example.org", Header: "Transfer-Encoding"}
		}},
		"integration.authorization.prefix": {invalid, func(i *sessionv1.Integration) {
			i.Authorization = &sessionv1.AuthorizationStep{Url: "https://example.org", Prefix: "a\n"}
		}},
		"integration.authorization.token_pointer": {invalid, func(i *sessionv1.Integration) {
			i.Authorization = &sessionv1.AuthorizationStep{Url: "https://example.org", TokenPointer: "/~"}
		}},
		"integration.attributes[1].name": {invalid, func(i *sessionv1.Integration) { i.Attributes = attributes("a", "a") }},
		"integration.attributes[0].depends_on": {missing, func(i *sessionv1.Integration) {
			i.Attributes = attributes("a")
			i.Attributes[0].Requirement = sessionv1.Requirement_REQUIREMENT_CONDITIONAL
		}},
		"integration.attributes[1].depends_on": {invalid, func(i *sessionv1.Integration) {
			i.Attributes = attributes("a", "b")
			i.Attributes[1].DependsOn = []string{"a"}
		}},
		"integration.security_headers[0]": {invalid, func(i *sessionv1.Integration) { i.SecurityHeaders = []string{"Connection"} }},
		"integration.security_headers[1]": {invalid, func(i *sessionv1.Integration) { i.SecurityHeaders = []string{"X-A", "x-a"} }},
	} {
		in := e.definition()
		test.change(in)
		_, err := integrations(r).CreateIntegration(r.ByOperator("editor"), &sessionv1.CreateIntegrationRequest{Integration: in})
		roletest.WantField(t, err, test.reason, field)
	}
	key := enter(r, e.definition())
	for _, path := range []string{"client_id", "data_set", "integration_key", "login.url"} {
		_, err := integrations(r).UpdateIntegration(r.ByOperator("editor"), &sessionv1.UpdateIntegrationRequest{
			Integration: &sessionv1.Integration{IntegrationKey: key, DataSet: staging, ClientId: "x", Name: "x", Login: e.definition().GetLogin()},
			UpdateMask:  &fieldmaskpb.FieldMask{Paths: []string{path}},
		})
		roletest.WantField(t, err, invalid, "update_mask.paths[0]")
	}
}

func TestWhatIsSealedIsSealedAnew(t *testing.T) {
	onBoth(t, func(t *testing.T, p *platform) {
		e := p.endpoint()
		r := p.replica()
		in := e.definition()
		in.Refresh = &sessionv1.Endpoint{Url: e.URL + "/me"}
		key := enter(r, in)
		_, err := logInAt(r, partnerClient, key, "ana")
		roletest.Check(t, err)
		r.Stop()

		second, err := keyring.New(bytes.Repeat([]byte{1}, 32))
		roletest.Check(t, err)
		old := p.KEK
		p.KEK = second.WithPrevious(old)
		r = p.replica()
		for _, want := range []int64{3, 0} { // the integration's, the record, the key of failed logins
			done, err := integrations(r).RewrapSecrets(r.ByOperator("security"), &sessionv1.RewrapSecretsRequest{})
			roletest.Check(t, err)
			if done.GetRewrapped() != want || done.GetSecrets() != 3 || done.GetUnreadable() != 0 {
				t.Errorf("%v, want %d", done, want)
			}
		}
		r.Stop()
		p.KEK = second
		r = p.replica()
		if _, err := logInAt(r, partnerClient, key, "ana"); err != nil {
			t.Errorf("under the second key: %v", err)
		}
	})
}
