package notifications_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
	"google.golang.org/protobuf/types/descriptorpb"
	"google.golang.org/protobuf/types/known/fieldmaskpb"

	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
	notificationsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/notifications/v1"
	"github.com/ventanilla/ventanilla/services/notifications"
	"github.com/ventanilla/ventanilla/services/notifications/internal/message"
)

// events are those that a request finds, newest first, whatever the pages.
func (r *replica) events(req *notificationsv1.ListEventsRequest) (all []*notificationsv1.Event, pages int) {
	r.T.Helper()
	for {
		page, err := r.providers().ListEvents(r.ByOperator("viewer"), req)
		check(r.T, err)
		all = append(all, page.GetEvents()...)
		if pages++; page.GetNextPageToken() == "" {
			return all, pages
		}
		req.PageToken = page.GetNextPageToken()
	}
}

// changing are the RPCs that operators may call and that change something, by what the contract and the rules say.
func changing(t *testing.T) map[string]bool {
	t.Helper()
	found, rules := make(map[string]bool), notifications.Rules()
	protoregistry.GlobalFiles.RangeFilesByPackage("ventanilla.notifications.v1", func(file protoreflect.FileDescriptor) bool {
		for i := range file.Services().Len() {
			methods := file.Services().Get(i).Methods()
			for j := range methods.Len() {
				method := methods.Get(j)
				options, ok := method.Options().(*descriptorpb.MethodOptions)
				reads := ok && options.GetIdempotencyLevel() == descriptorpb.MethodOptions_NO_SIDE_EFFECTS || method.IsStreamingServer()
				rule := rules[fmt.Sprintf("/%s/%s", method.Parent().FullName(), method.Name())]
				if !reads && len(rule.OperatorRoles) > 0 {
					found[string(method.Name())] = true
				}
			}
		}
		return true
	})
	return found
}

// act is a change by an operator.
type act struct {
	role string
	do   func(ctx context.Context) (proto.Message, error)
	// target is what the event's begins with; before and after are what its texts have, empty for none.
	target, before, after string
}

// Each change by an operator is entered, with what was before and what is since, without a secret or what leads to a person.
func TestWhatOperatorsChangeIsEntered(t *testing.T) {
	p := newPlatform(t)
	p.directory.knows("persona-secreta")
	r := p.replica()
	provider, service := r.newProvider(inProduction), r.newService()
	subscribed := r.subscribed()
	code := subscribed.issue(&notificationsv1.QRCode{})
	dead := p.bury(p.owner("c1", "", message.Production), 1)[0]
	waiting := p.park(provider.GetProviderId())
	var addressID, subscriptionID string
	secrets := []string{"persona-secreta", "token-del-aparato", "whsec_", code, subscribed.token}
	providers, recipients := r.providers(), r.recipients()
	wishes := &notificationsv1.PutWishesRequest{PersonId: "persona-secreta", Wishes: &notificationsv1.Wishes{RefusesAdvertisements: true}}

	acts := []act{
		{"editor", func(ctx context.Context) (proto.Message, error) {
			return providers.CreateProvider(ctx, &notificationsv1.CreateProviderRequest{Provider: &notificationsv1.Provider{Name: "Museo", ClientId: "c1"}})
		}, "provider/", "", `"name":"Museo"`},
		{"editor", func(ctx context.Context) (proto.Message, error) {
			return providers.UpdateProvider(ctx, &notificationsv1.UpdateProviderRequest{
				Provider:   &notificationsv1.Provider{ProviderId: provider.GetProviderId(), Disabled: true},
				UpdateMask: &fieldmaskpb.FieldMask{Paths: []string{"disabled"}},
			})
		}, "provider/", `"disabled":false`, `"disabled":true`},
		{"security", func(ctx context.Context) (proto.Message, error) {
			return providers.RotateCallbackSecret(ctx, &notificationsv1.RotateCallbackSecretRequest{ProviderId: provider.GetProviderId()})
		}, "provider/", `"name":"Biblioteca"`, `"previous_secret_until"`},
		{"editor", func(ctx context.Context) (proto.Message, error) {
			return providers.CreateService(ctx, &notificationsv1.CreateServiceRequest{Service: &notificationsv1.Service{Name: "Entradas", QrCode: required}})
		}, "service/", "", `"name":"Entradas"`},
		{"editor", func(ctx context.Context) (proto.Message, error) {
			return providers.UpdateService(ctx, &notificationsv1.UpdateServiceRequest{
				Service: &notificationsv1.Service{ServiceId: service.GetServiceId(), DailyQuota: 7}, UpdateMask: &fieldmaskpb.FieldMask{Paths: []string{"daily_quota"}},
			})
		}, "service/", `"name":"Avisos"`, `"dailyQuota":7`},
		{"editor", func(ctx context.Context) (proto.Message, error) {
			made, err := providers.CreateSubscription(ctx, &notificationsv1.CreateSubscriptionRequest{ProviderId: provider.GetProviderId(), ServiceId: service.GetServiceId()})
			subscriptionID = made.GetSubscription().GetSubscriptionId()
			secrets = append(secrets, made.GetServiceToken())
			return made, err
		}, "subscription/", "", `"provider_id"`},
		{"editor", func(ctx context.Context) (proto.Message, error) {
			return providers.EndSubscription(ctx, &notificationsv1.EndSubscriptionRequest{SubscriptionId: subscriptionID})
		}, "subscription/", `"created_at"`, `"ended_at"`},
		{"security", func(ctx context.Context) (proto.Message, error) {
			return p.renewed().providers().RewrapSecrets(ctx, &notificationsv1.RewrapSecretsRequest{})
		}, "secrets/", "", `{"rewrapped":`},
		{"editor", func(ctx context.Context) (proto.Message, error) {
			return r.templates().PutTemplate(ctx, &notificationsv1.PutTemplateRequest{Template: &notificationsv1.Template{
				ProviderId: provider.GetProviderId(), Name: "hora", Title: "Hora", Message: "A las cinco.",
			}})
		}, "provider/", "", `{"version":1}`},
		{"support", func(ctx context.Context) (proto.Message, error) {
			put, err := recipients.PutAddress(ctx, &notificationsv1.PutAddressRequest{PersonId: "persona-secreta", Address: fcm("token-del-aparato")})
			addressID = put.GetAddress().GetAddressId()
			return put, err
		}, "recipient/", "", `"channel":"fcm"`},
		{"support", func(ctx context.Context) (proto.Message, error) {
			return recipients.DeleteAddress(ctx, &notificationsv1.DeleteAddressRequest{PersonId: "persona-secreta", AddressId: addressID})
		}, "recipient/", `"channel":"fcm"`, ""},
		{
			"support", func(ctx context.Context) (proto.Message, error) { return recipients.PutWishes(ctx, wishes) },
			"recipient/", `"refuses_advertisements":false`, `"refuses_advertisements":true`,
		},
		{"security", func(ctx context.Context) (proto.Message, error) {
			return recipients.DeleteRecipient(ctx, &notificationsv1.DeleteRecipientRequest{PersonId: "persona-secreta"})
		}, "recipient/", `"addresses":0`, ""},
		{"support", func(ctx context.Context) (proto.Message, error) {
			return r.dispatches().CancelDispatch(ctx, &notificationsv1.CancelDispatchRequest{DispatchId: waiting})
		}, "dispatch/", `"scheduled"`, `"cancelled"`},
		{"support", func(ctx context.Context) (proto.Message, error) {
			return r.deadLetters().ReplayDeadLetters(ctx, &notificationsv1.ReplayDeadLettersRequest{Parts: notificationOf(dead)})
		}, "dispatch/", `"expired"`, `"accepted"`},
		{"editor", func(ctx context.Context) (proto.Message, error) {
			return r.codes().RevokeCode(ctx, &notificationsv1.RevokeCodeRequest{Code: code})
		}, "dispatch/", `"redeemed":0`, `"revoked_at"`},
	}
	missing := changing(t)
	for _, a := range acts {
		before, _ := r.events(&notificationsv1.ListEventsRequest{})
		_, err := a.do(p.ByOperator(a.role))
		check(t, err)
		after, _ := r.events(&notificationsv1.ListEventsRequest{})
		if len(after) == len(before) {
			t.Errorf("the change of %s is not entered", a.target)
			continue
		}
		e := after[0]
		if !missing[e.GetAct()] {
			t.Errorf("%s is no change by an operator, or is looked at twice", e.GetAct())
		}
		delete(missing, e.GetAct())
		if e.GetActor() != "ana" || !strings.HasPrefix(e.GetTarget(), a.target) || e.GetAt() == nil || e.GetNumber() <= before[0].GetNumber() {
			t.Errorf("entered as %v", e)
		}
		for text, want := range map[string]string{e.GetBefore(): a.before, e.GetAfter(): a.after} {
			if (text == "") != (want == "") || !strings.Contains(text, want) || text != "" && !json.Valid([]byte(text)) {
				t.Errorf("%s says %q, want it to have %q", e.GetAct(), text, want)
			}
		}
		for _, secret := range secrets {
			if strings.Contains(e.String(), secret) {
				t.Errorf("%s says %q", e.GetAct(), secret)
			}
		}
	}
	for method := range missing {
		t.Errorf("a change by %s is not looked at", method)
	}
}

func TestEventsAreFoundHoweverMany(t *testing.T) {
	onBoth(t, func(t *testing.T, p *platform) {
		r := p.replica()
		first := r.newProvider(inProduction)
		_, err := p.DB.Write.ExecContext(t.Context(), `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)
			INSERT INTO admin_event (at, actor, act, target, before, after) SELECT 0, 'leo', 'PutTemplate', 'nothing', '', '' FROM n`)
		check(t, err)
		r.newService()
		found, pages := r.events(&notificationsv1.ListEventsRequest{TargetPrefix: fmt.Sprint("provider/", first.GetProviderId())})
		if len(found) != 1 || found[0].GetAct() != "CreateProvider" || pages != 3 {
			t.Errorf("found %v in %d pages", found, pages)
		}
		if found, _ := r.events(&notificationsv1.ListEventsRequest{Actor: "ana", PageSize: 1}); len(found) != 2 || found[0].GetAct() != "CreateService" {
			t.Errorf("found %v", found)
		}
		page, err := r.providers().ListEvents(p.ByOperator("viewer"), &notificationsv1.ListEventsRequest{})
		check(t, err)
		if len(page.GetEvents()) != 50 || page.GetNextPageToken() == "" {
			t.Errorf("%d on a page, and %q", len(page.GetEvents()), page.GetNextPageToken())
		}
		for _, token := range []string{"x", "0", "-1", "9223372036854775808"} {
			_, err := r.providers().ListEvents(p.ByOperator("viewer"), &notificationsv1.ListEventsRequest{PageToken: token})
			wantFault(t, err, fieldInvalid, "page_token")
		}
		_, err = r.providers().ListEvents(p.ByOperator("viewer"), &notificationsv1.ListEventsRequest{PageSize: 501})
		wantFault(t, err, fieldInvalid, "page_size")
		_, err = r.providers().ListEvents(p.byClient(inProduction), &notificationsv1.ListEventsRequest{})
		wantReason(t, err, errorsv1.Reason_REASON_PERMISSION_DENIED)
	})
}
