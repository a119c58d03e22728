package session_test

import (
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/fieldmaskpb"

	"github.com/ventanilla/ventanilla/pkg/roletest"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
	sessionv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/session/v1"
)

func mask(paths ...string) *fieldmaskpb.FieldMask { return &fieldmaskpb.FieldMask{Paths: paths} }

func TestOperatorsKeepFunctionalities(t *testing.T) {
	p := newPlatform(t)
	a := p.app("c1", staging)
	made := a.page(func(f *sessionv1.Functionality) { f.PassKeyLife = nil })
	if made.GetPassKeyLife().AsDuration() != 5*time.Minute || made.GetDataSet() != staging {
		t.Errorf("made %v", made)
	}
	p.Clock.Advance(time.Hour)
	changed, err := a.functionalities().UpdateFunctionality(a.ByOperator("security"), &sessionv1.UpdateFunctionalityRequest{
		Functionality: &sessionv1.Functionality{FunctionalityKey: made.GetFunctionalityKey(), Name: "Guia", RedirectUri: "http://127.0.0.1:8091/x"},
		UpdateMask:    mask("name", "redirect_uri", "pass_key_life"),
	})
	roletest.Check(t, err)
	want := proto.CloneOf(made)
	want.Name, want.RedirectUri, want.UpdatedAt = "Guia", "http://127.0.0.1:8091/x", changed.GetFunctionality().GetUpdatedAt()
	wantProto(t, "changed", changed.GetFunctionality(), want)
	read, err := a.functionalities().GetFunctionality(a.ByOperator("viewer"), &sessionv1.GetFunctionalityRequest{FunctionalityKey: made.GetFunctionalityKey()})
	roletest.Check(t, err)
	wantProto(t, "read", read.GetFunctionality(), want)

	keys := []string{made.GetFunctionalityKey()}
	for range 2 {
		p.Clock.Advance(time.Second)
		keys = append(keys, a.page(nil).GetFunctionalityKey())
	}
	a.of("c2", staging).page(nil)
	var listed []string
	in := &sessionv1.ListFunctionalitiesRequest{PageSize: 2, ClientId: "c1"}
	for more := true; more; more = in.GetPageToken() != "" {
		page, err := a.functionalities().ListFunctionalities(a.ByOperator("support"), in)
		roletest.Check(t, err)
		for _, f := range page.GetFunctionalities() {
			listed = append(listed, f.GetFunctionalityKey())
		}
		in.PageToken = page.GetNextPageToken()
	}
	if strings.Join(listed, " ") != strings.Join(keys, " ") {
		t.Errorf("listed %v, want %v", listed, keys)
	}
	for range 2 {
		_, err = a.functionalities().DeleteFunctionality(a.ByOperator("editor"), &sessionv1.DeleteFunctionalityRequest{FunctionalityKey: keys[0]})
		if err != nil {
			roletest.WantReason(t, err, errorsv1.Reason_REASON_FUNCTIONALITY_NOT_FOUND)
		}
	}
	_, err = a.functionalities().GetFunctionality(a.ByOperator("viewer"), &sessionv1.GetFunctionalityRequest{FunctionalityKey: keys[0]})
	roletest.WantReason(t, err, errorsv1.Reason_REASON_FUNCTIONALITY_NOT_FOUND)
}

func TestFunctionalitiesThatAreRefused(t *testing.T) {
	p := newPlatform(t)
	a := p.app("c1", production)
	const invalid, missing = errorsv1.Reason_REASON_FIELD_INVALID, errorsv1.Reason_REASON_FIELD_MISSING
	type in = sessionv1.Functionality
	for name, c := range map[string]struct {
		change func(*in)
		want   errorsv1.Reason
		field  string
	}{
		"no client":            {func(f *in) { f.ClientId = "" }, missing, "client_id"},
		"a client with a line": {func(f *in) { f.ClientId = "a\nb" }, invalid, "client_id"},
		"a blank name":         {func(f *in) { f.Name = " \u00a0" }, missing, "name"},
		"a name with a NUL":    {func(f *in) { f.Name = "a\x00" }, invalid, "name"},
		"a relative address":   {func(f *in) { f.RedirectUri = "/c" }, invalid, "redirect_uri"},
		"no host":              {func(f *in) { f.RedirectUri = "https://:443/" }, invalid, "redirect_uri"},
		"http elsewhere":       {func(f *in) { f.RedirectUri = "http://example.org" }, invalid, "redirect_uri"},
		"a script":             {func(f *in) { f.RedirectUri = "javascript:alert(1)" }, invalid, "redirect_uri"},
		"a user":               {func(f *in) { f.RedirectUri = "https://a@example.org" }, invalid, "redirect_uri"},
		"a fragment":           {func(f *in) { f.RedirectUri = "https://example.org/#" }, invalid, "redirect_uri"},
		"a line":               {func(f *in) { f.RedirectUri = "https://example.org/a\r\nSet-Cookie:b" }, invalid, "redirect_uri"},
		"a long address":       {func(f *in) { f.RedirectUri = "https://example.org/" + strings.Repeat("ñ", 1500) }, invalid, "redirect_uri"},
		"no life":              {func(f *in) { f.PassKeyLife = durationpb.New(0) }, invalid, "pass_key_life"},
		"a long life":          {func(f *in) { f.PassKeyLife = durationpb.New(367 * 24 * time.Hour) }, invalid, "pass_key_life"},
		"an integration":       {func(f *in) { f.IntegrationKey = "none" }, errorsv1.Reason_REASON_INTEGRATION_NOT_FOUND, "integration_key"},
	} {
		t.Run(name, func(t *testing.T) {
			f := a.page(nil)
			c.change(f)
			_, err := a.functionalities().CreateFunctionality(a.ByOperator("editor"), &sessionv1.CreateFunctionalityRequest{Functionality: f})
			roletest.WantField(t, err, c.want, "functionality."+c.field)
			if c.field == "client_id" {
				return
			}
			_, err = a.functionalities().UpdateFunctionality(a.ByOperator("editor"), &sessionv1.UpdateFunctionalityRequest{Functionality: f, UpdateMask: mask(c.field)})
			roletest.WantField(t, err, c.want, "functionality."+c.field)
		})
	}
	update := func(f *in, paths ...string) error {
		_, err := a.functionalities().UpdateFunctionality(a.ByOperator("editor"), &sessionv1.UpdateFunctionalityRequest{Functionality: f, UpdateMask: mask(paths...)})
		return err
	}
	roletest.WantField(t, update(&in{FunctionalityKey: "x"}, "client_id"), invalid, "update_mask.paths[0]")
	roletest.WantField(t, update(&in{FunctionalityKey: "x"}), missing, "update_mask")
	roletest.WantField(t, update(&in{}, "name"), missing, "functionality.functionality_key")
	roletest.WantReason(t, update(&in{FunctionalityKey: "x", Name: "y"}, "name"), errorsv1.Reason_REASON_FUNCTIONALITY_NOT_FOUND)
	for _, token := range []string{"x", "1", "0.a"} {
		_, err := a.functionalities().ListFunctionalities(a.ByOperator("viewer"), &sessionv1.ListFunctionalitiesRequest{PageToken: token})
		roletest.WantField(t, err, invalid, "page_token")
	}
}
