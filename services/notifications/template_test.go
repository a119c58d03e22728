package notifications_test

import (
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
	notificationsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/notifications/v1"
)

func (r *replica) templates() notificationsv1.TemplateServiceClient {
	return notificationsv1.NewTemplateServiceClient(r.As("gateway"))
}

func reminder(provider *notificationsv1.Provider, message string) *notificationsv1.PutTemplateRequest {
	return &notificationsv1.PutTemplateRequest{Template: &notificationsv1.Template{
		ProviderId: provider.GetProviderId(), Name: "recordatorio", Title: "Hora", Message: message, Lengths: map[string]int32{"day": 20},
	}}
}

func TestTemplatesAreVersioned(t *testing.T) {
	onBoth(t, func(t *testing.T, p *platform) {
		r := p.replica()
		provider := r.newProvider(authv1.DataSet_DATA_SET_PRODUCTION)
		client := p.byClient(authv1.DataSet_DATA_SET_PRODUCTION)
		first, err := r.templates().PutTemplate(client, reminder(provider, "El {{day}}.\nTraiga su cédula."))
		check(t, err)
		want := proto.CloneOf(reminder(provider, "El {{day}}.\nTraiga su cédula.").GetTemplate())
		want.Version, want.CreatedAt = 1, timestamppb.New(p.Clock.Now().Truncate(time.Millisecond))
		wantProto(t, first.GetTemplate(), want)
		same, err := r.templates().PutTemplate(p.ByOperator("editor"), reminder(provider, "El {{day}}.\nTraiga su cédula."))
		check(t, err)
		wantProto(t, same, first)
		second, err := r.templates().PutTemplate(p.ByOperator("editor"), reminder(provider, "Le esperamos el {{day}}."))
		check(t, err)
		get := func(version int32) *notificationsv1.Template {
			got, err := r.templates().GetTemplate(client, &notificationsv1.GetTemplateRequest{ProviderId: provider.GetProviderId(), Name: "recordatorio", Version: version})
			check(t, err)
			return got.GetTemplate()
		}
		wantProto(t, get(1), first.GetTemplate())
		wantProto(t, get(2), second.GetTemplate())
		wantProto(t, get(0), second.GetTemplate())
		listed, err := r.templates().ListTemplates(client, &notificationsv1.ListTemplatesRequest{ProviderId: provider.GetProviderId()})
		check(t, err)
		wantProto(t, listed, &notificationsv1.ListTemplatesResponse{Templates: []*notificationsv1.Template{second.GetTemplate()}})
	})
}

func TestTemplatesOfOthersDoNotExist(t *testing.T) {
	p := newPlatform(t)
	r := p.replica()
	mine, staging := r.newProvider(authv1.DataSet_DATA_SET_PRODUCTION), r.newProvider(authv1.DataSet_DATA_SET_STAGING)
	_, err := r.templates().PutTemplate(p.ByOperator("editor"), reminder(staging, "El {{day}}."))
	check(t, err)
	client := p.byClient(authv1.DataSet_DATA_SET_PRODUCTION)
	_, err = r.templates().ListTemplates(client, &notificationsv1.ListTemplatesRequest{ProviderId: mine.GetProviderId()})
	check(t, err)
	for _, id := range []int64{staging.GetProviderId(), 1 << 40} {
		provider := &notificationsv1.Provider{ProviderId: id}
		_, err := r.templates().PutTemplate(client, reminder(provider, "El {{day}}."))
		wantReason(t, err, errorsv1.Reason_REASON_PROVIDER_NOT_FOUND)
		_, err = r.templates().ListTemplates(client, &notificationsv1.ListTemplatesRequest{ProviderId: id})
		wantReason(t, err, errorsv1.Reason_REASON_PROVIDER_NOT_FOUND)
		_, err = r.templates().GetTemplate(client, &notificationsv1.GetTemplateRequest{ProviderId: id, Name: "recordatorio"})
		wantReason(t, err, errorsv1.Reason_REASON_TEMPLATE_NOT_FOUND)
	}
	for _, missing := range []*notificationsv1.GetTemplateRequest{
		{ProviderId: staging.GetProviderId(), Name: "recordatorio", Version: 2},
		{ProviderId: staging.GetProviderId(), Name: "otro"},
		{ProviderId: staging.GetProviderId(), Name: "\x00"},
		{ProviderId: 1 << 40, Name: "recordatorio"},
	} {
		_, err := r.templates().GetTemplate(p.ByOperator("viewer"), missing)
		wantReason(t, err, errorsv1.Reason_REASON_TEMPLATE_NOT_FOUND)
	}
	_, err = r.templates().ListTemplates(p.ByOperator("viewer"), &notificationsv1.ListTemplatesRequest{ProviderId: 1 << 40})
	wantReason(t, err, errorsv1.Reason_REASON_PROVIDER_NOT_FOUND)
	for _, role := range []string{"viewer", "support", "publisher", "security"} {
		_, err := r.templates().PutTemplate(p.ByOperator(role), reminder(mine, "El {{day}}."))
		wantReason(t, err, errorsv1.Reason_REASON_PERMISSION_DENIED)
	}
}

func TestTemplatesThatAreRefused(t *testing.T) {
	p := newPlatform(t)
	r := p.replica()
	provider := r.newProvider(authv1.DataSet_DATA_SET_PRODUCTION)
	for name, c := range map[string]struct {
		change func(*notificationsv1.Template)
		field  string
	}{
		"a placeholder that is not declared": {func(t *notificationsv1.Template) { t.Message += "{{hour}}" }, "template.message"},
		"one that is not used":               {func(t *notificationsv1.Template) { t.Lengths["hour"] = 5 }, "template.lengths.hour"},
		"a title that may be too long":       {func(t *notificationsv1.Template) { t.Title = strings.Repeat("ñ", 20) + "{{day}}" }, "template.title"},
		"a message that may be too long":     {func(t *notificationsv1.Template) { t.Message += strings.Repeat("ñ", 160) }, "template.message"},
		"a length below nothing":             {func(t *notificationsv1.Template) { t.Lengths["day"] = -1 }, "template.lengths"},
		"a length that cannot be":            {func(t *notificationsv1.Template) { t.Lengths["day"] = 167 }, "template.lengths"},
		"a name with capitals":               {func(t *notificationsv1.Template) { t.Name = "Hora" }, "template.name"},
		"a title of two lines":               {func(t *notificationsv1.Template) { t.Title = "a\nb" }, "template.title"},
		"a message of NUL":                   {func(t *notificationsv1.Template) { t.Message += "\x00" }, "template.message"},
		"a blank message":                    {func(t *notificationsv1.Template) { t.Message = " " }, "template.message"},
	} {
		t.Run(name, func(t *testing.T) {
			req := reminder(provider, "El {{day}}.")
			c.change(req.GetTemplate())
			_, err := r.templates().PutTemplate(p.ByOperator("editor"), req)
			wantFault(t, err, fieldInvalid, c.field)
		})
	}
}
