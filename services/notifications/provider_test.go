package notifications_test

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/testing/protocmp"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/fieldmaskpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
	notificationsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/notifications/v1"
)

const (
	required = notificationsv1.PartRule_PART_RULE_REQUIRED
	optional = notificationsv1.PartRule_PART_RULE_OPTIONAL
	refused  = notificationsv1.PartRule_PART_RULE_REFUSED

	fieldInvalid = errorsv1.Reason_REASON_FIELD_INVALID
	fieldMissing = errorsv1.Reason_REASON_FIELD_MISSING
)

func (r *replica) providers() notificationsv1.ProviderServiceClient {
	return notificationsv1.NewProviderServiceClient(r.As("gateway"))
}

// newProvider enters one of the client c1.
func (r *replica) newProvider(set authv1.DataSet) *notificationsv1.Provider {
	r.T.Helper()
	answer, err := r.providers().CreateProvider(r.ByOperator("editor"), &notificationsv1.CreateProviderRequest{
		Provider: &notificationsv1.Provider{Name: "Biblioteca", ClientId: "c1", DataSet: set},
	})
	check(r.T, err)
	return answer.GetProvider()
}

// newService defines one that takes everything.
func (r *replica) newService() *notificationsv1.Service {
	r.T.Helper()
	answer, err := r.providers().CreateService(r.ByOperator("editor"), &notificationsv1.CreateServiceRequest{Service: &notificationsv1.Service{
		Name: "Avisos", Destination: required, Notification: optional, Advertisement: optional, QrCode: optional, MicroPayment: optional,
	}})
	check(r.T, err)
	return answer.GetService()
}

func wantFault(t testing.TB, err error, reason errorsv1.Reason, field string) {
	t.Helper()
	wantReason(t, err, reason)
	if fields := rpcerr.Fields(err); len(fields) == 0 || fields[0].Field != field {
		t.Errorf("got %v about %v, want one about %s", err, fields, field)
	}
}

func wantProto(t testing.TB, got, want proto.Message) {
	t.Helper()
	if diff := cmp.Diff(want, got, protocmp.Transform()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestAProviderIsKept(t *testing.T) {
	onBoth(t, func(t *testing.T, p *platform) {
		r := p.replica()
		in := &notificationsv1.Provider{
			Name: "Biblioteca", ClientId: "c1", NotificationUri: "https://biblioteca.example/avisos?de=ventanilla",
			ProviderId: 99, CreatedAt: timestamppb.New(time.Unix(0, 0)),
		}
		created, err := r.providers().CreateProvider(p.ByOperator("editor"), &notificationsv1.CreateProviderRequest{Provider: in})
		check(t, err)
		now := timestamppb.New(p.Clock.Now().Truncate(time.Millisecond))
		want := &notificationsv1.Provider{
			ProviderId: created.GetProvider().GetProviderId(), DataSet: authv1.DataSet_DATA_SET_PRODUCTION, Name: "Biblioteca", ClientId: "c1",
			NotificationUri: in.GetNotificationUri(), CreatedAt: now, UpdatedAt: now,
		}
		wantProto(t, created.GetProvider(), want)
		if want.GetProviderId() == 99 {
			t.Error("the caller chose the identifier")
		}
		if _, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(created.GetCallbackSecret(), "whsec_")); err != nil {
			t.Error("the secret is no Standard Webhooks secret")
		}
		got, err := r.providers().GetProvider(p.ByOperator("viewer"), &notificationsv1.GetProviderRequest{ProviderId: want.GetProviderId()})
		check(t, err)
		wantProto(t, got.GetProvider(), want)
		_, err = r.providers().GetProvider(p.ByOperator("viewer"), &notificationsv1.GetProviderRequest{ProviderId: 1 << 60})
		wantReason(t, err, errorsv1.Reason_REASON_PROVIDER_NOT_FOUND)

		updated, err := r.providers().UpdateProvider(p.ByOperator("security"), &notificationsv1.UpdateProviderRequest{
			Provider:   &notificationsv1.Provider{ProviderId: want.GetProviderId(), Role: "session", Disabled: true, Name: "not named", DataSet: 2},
			UpdateMask: &fieldmaskpb.FieldMask{Paths: []string{"client_id", "role", "disabled", "notification_uri"}},
		})
		check(t, err)
		want.ClientId, want.Role, want.Disabled, want.NotificationUri = "", "session", true, ""
		want.UpdatedAt = updated.GetProvider().GetUpdatedAt()
		wantProto(t, updated.GetProvider(), want)
	})
}

func TestProvidersThatAreRefused(t *testing.T) {
	p := newPlatform(t)
	r := p.replica()
	kept := r.newProvider(authv1.DataSet_DATA_SET_STAGING)
	uri := func(text string) func(*notificationsv1.Provider) {
		return func(p *notificationsv1.Provider) { p.NotificationUri = text }
	}
	for name, c := range map[string]struct {
		change func(*notificationsv1.Provider)
		mask   string
		reason errorsv1.Reason
		field  string
	}{
		"no owner":             {func(p *notificationsv1.Provider) { p.ClientId = "" }, "client_id", fieldMissing, "provider.client_id"},
		"two owners":           {func(p *notificationsv1.Provider) { p.Role = "session" }, "role", fieldInvalid, "provider.role"},
		"a client with spaces": {func(p *notificationsv1.Provider) { p.ClientId = "c 1" }, "client_id", fieldInvalid, "provider.client_id"},
		"a client of NUL":      {func(p *notificationsv1.Provider) { p.ClientId = "c\x00" }, "client_id", fieldInvalid, "provider.client_id"},
		"a blank name":         {func(p *notificationsv1.Provider) { p.Name = "  " }, "name", fieldMissing, "provider.name"},
		"an empty name":        {func(p *notificationsv1.Provider) { p.Name = "" }, "name", fieldMissing, "provider.name"},
		"a long name":          {func(p *notificationsv1.Provider) { p.Name = strings.Repeat("a", 129) }, "name", fieldInvalid, "provider.name"},
		"a name of NUL":        {func(p *notificationsv1.Provider) { p.Name = "a\x00" }, "name", fieldInvalid, "provider.name"},
		"plain http":           {uri("http://biblioteca.example/"), "notification_uri", fieldInvalid, "provider.notification_uri"},
		"a user":               {uri("https://ana:secreto@biblioteca.example/"), "notification_uri", fieldInvalid, "provider.notification_uri"},
		"a fragment":           {uri("https://biblioteca.example/#a"), "notification_uri", fieldInvalid, "provider.notification_uri"},
		"an empty fragment":    {uri("https://biblioteca.example/#"), "notification_uri", fieldInvalid, "provider.notification_uri"},
		"no host":              {uri("https:///avisos"), "notification_uri", fieldInvalid, "provider.notification_uri"},
		"a port of nothing":    {uri("https://:443/avisos"), "notification_uri", fieldInvalid, "provider.notification_uri"},
		"relative":             {uri("/avisos"), "notification_uri", fieldInvalid, "provider.notification_uri"},
		"another scheme":       {uri("ftp://127.0.0.1/"), "notification_uri", fieldInvalid, "provider.notification_uri"},
		"a space":              {uri("https://biblioteca.example/a b"), "notification_uri", fieldInvalid, "provider.notification_uri"},
		"a disguised loopback": {uri("http://127.0.0.1.example/"), "notification_uri", fieldInvalid, "provider.notification_uri"},
		"no address at all":    {uri("https://%zz"), "notification_uri", fieldInvalid, "provider.notification_uri"},
	} {
		t.Run(name, func(t *testing.T) {
			in := &notificationsv1.Provider{Name: "Biblioteca", ClientId: "c1"}
			c.change(in)
			_, err := r.providers().CreateProvider(p.ByOperator("editor"), &notificationsv1.CreateProviderRequest{Provider: in})
			wantFault(t, err, c.reason, c.field)
			in.ProviderId = kept.GetProviderId()
			_, err = r.providers().UpdateProvider(p.ByOperator("editor"), &notificationsv1.UpdateProviderRequest{
				Provider: in, UpdateMask: &fieldmaskpb.FieldMask{Paths: []string{c.mask}},
			})
			wantFault(t, err, c.reason, c.field)
			if strings.Contains(fmt.Sprint(err), "secreto") {
				t.Error("the error repeats the value")
			}
		})
	}
	_, err := r.providers().CreateProvider(p.ByOperator("editor"), &notificationsv1.CreateProviderRequest{Provider: &notificationsv1.Provider{Name: "a", Role: "Session"}})
	wantFault(t, err, fieldInvalid, "provider.role")
	for _, good := range []string{"http://127.0.0.1:8080/a", "http://[::1]/", "http://localhost/", "https://biblioteca.example:8443/a?b=c"} {
		_, err := r.providers().CreateProvider(p.ByOperator("editor"), &notificationsv1.CreateProviderRequest{
			Provider: &notificationsv1.Provider{Name: "a", ClientId: "c1", NotificationUri: good},
		})
		check(t, err)
	}
	got, err := r.providers().GetProvider(p.ByOperator("viewer"), &notificationsv1.GetProviderRequest{ProviderId: kept.GetProviderId()})
	check(t, err)
	wantProto(t, got.GetProvider(), kept)
}

func TestMasksOfProvidersAndServices(t *testing.T) {
	p := newPlatform(t)
	r := p.replica()
	provider, service := r.newProvider(authv1.DataSet_DATA_SET_PRODUCTION), r.newService()
	for path, field := range map[string]string{"": "update_mask.paths[0]", "data_set": "update_mask.paths[0]", "created_at": "update_mask.paths[0]"} {
		mask := &fieldmaskpb.FieldMask{Paths: []string{path}}
		_, err := r.providers().UpdateProvider(p.ByOperator("editor"), &notificationsv1.UpdateProviderRequest{Provider: provider, UpdateMask: mask})
		wantFault(t, err, fieldInvalid, field)
		_, err = r.providers().UpdateService(p.ByOperator("editor"), &notificationsv1.UpdateServiceRequest{Service: service, UpdateMask: mask})
		wantFault(t, err, fieldInvalid, field)
	}
	name := &fieldmaskpb.FieldMask{Paths: []string{"name"}}
	_, err := r.providers().UpdateProvider(p.ByOperator("editor"), &notificationsv1.UpdateProviderRequest{UpdateMask: name})
	wantFault(t, err, fieldMissing, "provider.provider_id")
	_, err = r.providers().UpdateService(p.ByOperator("editor"), &notificationsv1.UpdateServiceRequest{UpdateMask: name})
	wantFault(t, err, fieldMissing, "service.service_id")
	_, err = r.providers().UpdateProvider(p.ByOperator("editor"), &notificationsv1.UpdateProviderRequest{Provider: provider})
	wantFault(t, err, fieldMissing, "update_mask")
	_, err = r.providers().UpdateService(p.ByOperator("editor"), &notificationsv1.UpdateServiceRequest{Service: service, UpdateMask: &fieldmaskpb.FieldMask{}})
	wantFault(t, err, fieldMissing, "update_mask")
	provider.ProviderId, service.ServiceId = 1<<40, 1<<30
	_, err = r.providers().UpdateProvider(p.ByOperator("editor"), &notificationsv1.UpdateProviderRequest{Provider: provider, UpdateMask: name})
	wantReason(t, err, errorsv1.Reason_REASON_PROVIDER_NOT_FOUND)
	_, err = r.providers().UpdateService(p.ByOperator("editor"), &notificationsv1.UpdateServiceRequest{Service: service, UpdateMask: name})
	wantReason(t, err, errorsv1.Reason_REASON_SERVICE_NOT_FOUND)
}

func TestListsComeInPages(t *testing.T) {
	onBoth(t, func(t *testing.T, p *platform) {
		r := p.replica()
		const many = 5
		for range many {
			r.newProvider(authv1.DataSet_DATA_SET_PRODUCTION)
			r.newService()
		}
		var providers []int64
		var services []int32
		for token := ""; ; {
			page, err := r.providers().ListProviders(p.ByOperator("viewer"), &notificationsv1.ListProvidersRequest{PageSize: 2, PageToken: token})
			check(t, err)
			for _, one := range page.GetProviders() {
				providers = append(providers, one.GetProviderId())
			}
			if token = page.GetNextPageToken(); token == "" {
				break
			}
		}
		for token := ""; ; {
			page, err := r.providers().ListServices(p.ByOperator("viewer"), &notificationsv1.ListServicesRequest{PageSize: 5, PageToken: token})
			check(t, err)
			for _, one := range page.GetServices() {
				services = append(services, one.GetServiceId())
			}
			if token = page.GetNextPageToken(); token == "" {
				break
			}
		}
		if diff := cmp.Diff([]int64{1, 2, 3, 4, 5}, providers); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff([]int32{1, 2, 3, 4, 5}, services); diff != "" {
			t.Error(diff)
		}
		for _, token := range []string{"x", "-1", "0", "9223372036854775808", " 1"} {
			_, err := r.providers().ListProviders(p.ByOperator("viewer"), &notificationsv1.ListProvidersRequest{PageToken: token})
			wantFault(t, err, fieldInvalid, "page_token")
			_, err = r.providers().ListServices(p.ByOperator("viewer"), &notificationsv1.ListServicesRequest{PageToken: token})
			wantFault(t, err, fieldInvalid, "page_token")
		}
		_, err := r.providers().ListServices(p.ByOperator("viewer"), &notificationsv1.ListServicesRequest{PageToken: "2147483648"})
		wantFault(t, err, fieldInvalid, "page_token")
	})
}

func TestAServiceSaysWhatItDoesNot(t *testing.T) {
	p := newPlatform(t)
	r := p.replica()
	in := &notificationsv1.Service{Name: "Entradas", QrCode: required, ServiceId: 99}
	created, err := r.providers().CreateService(p.ByOperator("editor"), &notificationsv1.CreateServiceRequest{Service: in})
	check(t, err)
	now := timestamppb.New(p.Clock.Now().Truncate(time.Millisecond))
	want := &notificationsv1.Service{
		ServiceId: 1, Name: "Entradas", Destination: refused, Notification: refused, Advertisement: refused, QrCode: required, MicroPayment: refused,
		Life: durationpb.New(72 * time.Hour), Retention: durationpb.New(90 * 24 * time.Hour), QuietHours: new(true), CreatedAt: now, UpdatedAt: now,
	}
	wantProto(t, created.GetService(), want)
	updated, err := r.providers().UpdateService(p.ByOperator("editor"), &notificationsv1.UpdateServiceRequest{
		Service: &notificationsv1.Service{
			ServiceId: 1, Destination: required, Notification: optional, QuietHours: new(false), DailyRecipientQuota: 3,
			Channels: []notificationsv1.Channel{notificationsv1.Channel_CHANNEL_SMS}, Life: durationpb.New(time.Hour), Name: "not named",
		},
		UpdateMask: &fieldmaskpb.FieldMask{Paths: []string{"destination", "notification", "quiet_hours", "channels", "life", "daily_recipient_quota"}},
	})
	check(t, err)
	want.Destination, want.Notification, want.QuietHours, want.DailyRecipientQuota = required, optional, new(false), 3
	want.Channels, want.Life = []notificationsv1.Channel{notificationsv1.Channel_CHANNEL_SMS}, durationpb.New(time.Hour)
	want.UpdatedAt = updated.GetService().GetUpdatedAt()
	wantProto(t, updated.GetService(), want)
	listed, err := r.providers().ListServices(p.ByOperator("viewer"), &notificationsv1.ListServicesRequest{})
	check(t, err)
	wantProto(t, listed, &notificationsv1.ListServicesResponse{Services: []*notificationsv1.Service{want}})
}

func TestServicesThatAreRefused(t *testing.T) {
	p := newPlatform(t)
	r := p.replica()
	sms := notificationsv1.Channel_CHANNEL_SMS
	for name, c := range map[string]struct {
		service *notificationsv1.Service
		field   string
	}{
		"nothing to take":           {&notificationsv1.Service{Name: "a"}, "service.notification"},
		"only a destination":        {&notificationsv1.Service{Name: "a", Destination: required}, "service.notification"},
		"no destination":            {&notificationsv1.Service{Name: "a", Notification: optional}, "service.destination"},
		"an optional destination":   {&notificationsv1.Service{Name: "a", Advertisement: required, Destination: optional}, "service.destination"},
		"channels for codes":        {&notificationsv1.Service{Name: "a", QrCode: required, Channels: []notificationsv1.Channel{sms}}, "service.channels"},
		"a channel twice":           {&notificationsv1.Service{Name: "a", Destination: required, Notification: required, Channels: []notificationsv1.Channel{sms, sms}}, "service.channels"},
		"a channel nobody knows":    {&notificationsv1.Service{Name: "a", Destination: required, Notification: required, Channels: []notificationsv1.Channel{99}}, "service.channels[0]"},
		"a rule nobody knows":       {&notificationsv1.Service{Name: "a", QrCode: 99}, "service.qr_code"},
		"recipients that are none":  {&notificationsv1.Service{Name: "a", QrCode: required, DailyRecipientQuota: 1}, "service.daily_recipient_quota"},
		"a quota below nothing":     {&notificationsv1.Service{Name: "a", QrCode: required, DailyQuota: -1}, "service.daily_quota"},
		"a life of a second":        {&notificationsv1.Service{Name: "a", QrCode: required, Life: durationpb.New(time.Second)}, "service.life"},
		"a life of a year":          {&notificationsv1.Service{Name: "a", QrCode: required, Life: durationpb.New(365 * 24 * time.Hour)}, "service.life"},
		"a retention of a lifetime": {&notificationsv1.Service{Name: "a", QrCode: required, Retention: durationpb.New(80 * 365 * 24 * time.Hour)}, "service.retention"},
		"a name of lines":           {&notificationsv1.Service{Name: "a\nb", QrCode: required}, "service.name"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := r.providers().CreateService(p.ByOperator("editor"), &notificationsv1.CreateServiceRequest{Service: c.service})
			wantFault(t, err, fieldInvalid, c.field)
		})
	}
	service := r.newService()
	for path, field := range map[string]string{"destination": "service.destination", "life": "service.life"} {
		_, err := r.providers().UpdateService(p.ByOperator("editor"), &notificationsv1.UpdateServiceRequest{
			Service:    &notificationsv1.Service{ServiceId: service.GetServiceId(), Life: durationpb.New(1)},
			UpdateMask: &fieldmaskpb.FieldMask{Paths: []string{path}},
		})
		wantFault(t, err, fieldInvalid, field)
	}
	_, err := r.providers().UpdateService(p.ByOperator("editor"), &notificationsv1.UpdateServiceRequest{
		Service: &notificationsv1.Service{ServiceId: service.GetServiceId()}, UpdateMask: &fieldmaskpb.FieldMask{Paths: []string{"name"}},
	})
	wantFault(t, err, fieldMissing, "service.name")
}

var uuidV4 = regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)

func TestSubscriptionsBeginAndEnd(t *testing.T) {
	onBoth(t, func(t *testing.T, p *platform) {
		r := p.replica()
		provider, service := r.newProvider(authv1.DataSet_DATA_SET_PRODUCTION), r.newService()
		subscribe := func(providerID int64, serviceID int32) (*notificationsv1.CreateSubscriptionResponse, error) {
			return r.providers().CreateSubscription(p.ByOperator("editor"), &notificationsv1.CreateSubscriptionRequest{ProviderId: providerID, ServiceId: serviceID})
		}
		first, err := subscribe(provider.GetProviderId(), service.GetServiceId())
		check(t, err)
		p.Clock.Advance(time.Second)
		second, err := subscribe(provider.GetProviderId(), service.GetServiceId())
		check(t, err)
		if !uuidV4.MatchString(first.GetServiceToken()) || first.GetServiceToken() == second.GetServiceToken() {
			t.Error("the tokens are no random UUIDs")
		}
		_, err = subscribe(1<<40, service.GetServiceId())
		wantReason(t, err, errorsv1.Reason_REASON_PROVIDER_NOT_FOUND)
		_, err = subscribe(provider.GetProviderId(), 1<<30)
		wantReason(t, err, errorsv1.Reason_REASON_SERVICE_NOT_FOUND)

		end := func(id string) (*notificationsv1.EndSubscriptionResponse, error) {
			return r.providers().EndSubscription(p.ByOperator("security"), &notificationsv1.EndSubscriptionRequest{SubscriptionId: id})
		}
		ended, err := end(first.GetSubscription().GetSubscriptionId())
		check(t, err)
		p.Clock.Advance(time.Second)
		again, err := end(first.GetSubscription().GetSubscriptionId())
		check(t, err)
		wantProto(t, again, ended)
		want := proto.CloneOf(first.GetSubscription())
		want.EndedAt = timestamppb.New(p.Clock.Now().Add(-time.Second).Truncate(time.Millisecond))
		wantProto(t, ended.GetSubscription(), want)
		for _, id := range []string{"x", "\x00", "0199f0a0-0000-7000-8000-000000000000"} {
			_, err := end(id)
			wantReason(t, err, errorsv1.Reason_REASON_SUBSCRIPTION_NOT_FOUND)
		}
		listed, err := r.providers().ListSubscriptions(p.ByOperator("viewer"), &notificationsv1.ListSubscriptionsRequest{ProviderId: provider.GetProviderId()})
		check(t, err)
		wantProto(t, listed, &notificationsv1.ListSubscriptionsResponse{Subscriptions: []*notificationsv1.Subscription{want, second.GetSubscription()}})
		_, err = r.providers().ListSubscriptions(p.ByOperator("viewer"), &notificationsv1.ListSubscriptionsRequest{ProviderId: 1 << 40})
		wantReason(t, err, errorsv1.Reason_REASON_PROVIDER_NOT_FOUND)
	})
}

// TestSecretsOfProvidersStayIn shows that neither the database nor the log has a secret or a token in the clear.
func TestSecretsOfProvidersStayIn(t *testing.T) {
	p := newPlatform(t)
	var logs bytes.Buffer
	p.Logs = &logs
	r := p.replica()
	created, err := r.providers().CreateProvider(p.ByOperator("editor"), &notificationsv1.CreateProviderRequest{
		Provider: &notificationsv1.Provider{Name: "Biblioteca", ClientId: "c1"},
	})
	check(t, err)
	id := created.GetProvider().GetProviderId()
	rotated, err := r.providers().RotateCallbackSecret(p.ByOperator("security"), &notificationsv1.RotateCallbackSecretRequest{ProviderId: id})
	check(t, err)
	_, err = r.providers().RotateCallbackSecret(p.ByOperator("security"), &notificationsv1.RotateCallbackSecretRequest{ProviderId: 1 << 40})
	wantReason(t, err, errorsv1.Reason_REASON_PROVIDER_NOT_FOUND)
	subscribed, err := r.providers().CreateSubscription(p.ByOperator("editor"), &notificationsv1.CreateSubscriptionRequest{ProviderId: id, ServiceId: r.newService().GetServiceId()})
	check(t, err)
	if created.GetCallbackSecret() == rotated.GetCallbackSecret() {
		t.Error("the secret stayed the same")
	}
	r.Stop()
	var stored strings.Builder
	for _, query := range []string{
		`SELECT CAST(callback_secret AS TEXT) || CAST(previous_secret AS TEXT) FROM provider`, `SELECT CAST(token AS TEXT) FROM subscription`,
		`SELECT group_concat(before || after) FROM admin_event`,
	} {
		var text string
		check(t, p.DB.Read.QueryRowContext(t.Context(), query).Scan(&text))
		stored.WriteString(text)
	}
	for _, secret := range []string{created.GetCallbackSecret(), rotated.GetCallbackSecret(), subscribed.GetServiceToken()} {
		if strings.Contains(stored.String(), strings.TrimPrefix(secret, "whsec_")) || strings.Contains(logs.String(), secret) {
			t.Error("a secret is in the clear")
		}
	}
}

func TestWhoKeepsProviders(t *testing.T) {
	p := newPlatform(t)
	r := p.replica()
	c := r.providers()
	calls := map[string]func(role string) error{
		"look": func(role string) error {
			_, err := c.ListProviders(p.ByOperator(role), &notificationsv1.ListProvidersRequest{})
			return err
		},
		"keep": func(role string) error {
			_, err := c.CreateProvider(p.ByOperator(role), &notificationsv1.CreateProviderRequest{Provider: &notificationsv1.Provider{Name: "a", ClientId: "c1"}})
			return err
		},
		"define": func(role string) error {
			_, err := c.CreateService(p.ByOperator(role), &notificationsv1.CreateServiceRequest{Service: &notificationsv1.Service{Name: "a", QrCode: required}})
			return err
		},
		"rotate": func(role string) error {
			_, err := c.RotateCallbackSecret(p.ByOperator(role), &notificationsv1.RotateCallbackSecretRequest{ProviderId: 1})
			return err
		},
	}
	check(t, calls["keep"]("editor"))
	may := map[string]string{"look": "viewer support editor publisher security", "keep": "editor security", "define": "editor security", "rotate": "security"}
	for name, call := range calls {
		for _, role := range []string{"viewer", "support", "editor", "publisher", "security"} {
			err := call(role)
			if want := strings.Contains(may[name], role); (err == nil) != want {
				t.Errorf("%s may %s: %v, want %v", role, name, err, want)
			}
		}
	}
	_, err := c.ListProviders(p.byClient(authv1.DataSet_DATA_SET_PRODUCTION), &notificationsv1.ListProvidersRequest{})
	wantReason(t, err, errorsv1.Reason_REASON_PERMISSION_DENIED)
}

// A role finds its own providers, of both data sets, and what they may consume; those of others do not exist for it.
func TestARoleFindsItsOwnProviders(t *testing.T) {
	p := newPlatform(t)
	r := p.replica()
	foreign, service := r.newProvider(authv1.DataSet_DATA_SET_PRODUCTION), r.newService()
	var own []*notificationsv1.Provider
	for _, set := range []authv1.DataSet{authv1.DataSet_DATA_SET_PRODUCTION, authv1.DataSet_DATA_SET_STAGING} {
		made, err := r.providers().CreateProvider(p.ByOperator("editor"), &notificationsv1.CreateProviderRequest{
			Provider: &notificationsv1.Provider{Name: "La ventanilla", Role: "session", DataSet: set},
		})
		check(t, err)
		own = append(own, made.GetProvider())
	}
	for _, provider := range []*notificationsv1.Provider{own[0], foreign} {
		_, err := r.providers().CreateSubscription(p.ByOperator("editor"), &notificationsv1.CreateSubscriptionRequest{
			ProviderId: provider.GetProviderId(), ServiceId: service.GetServiceId(),
		})
		check(t, err)
	}
	bySession := notificationsv1.NewProviderServiceClient(r.As("session"))
	listed, err := bySession.ListProviders(p.ByPeer("session"), &notificationsv1.ListProvidersRequest{})
	check(t, err)
	wantProto(t, listed, &notificationsv1.ListProvidersResponse{Providers: own})
	subs, err := bySession.ListSubscriptions(p.ByPeer("session"), &notificationsv1.ListSubscriptionsRequest{ProviderId: own[0].GetProviderId()})
	check(t, err)
	if all := subs.GetSubscriptions(); len(all) != 1 || all[0].GetServiceId() != service.GetServiceId() {
		t.Errorf("subscribed to %v", all)
	}
	_, err = bySession.ListSubscriptions(p.ByPeer("session"), &notificationsv1.ListSubscriptionsRequest{ProviderId: foreign.GetProviderId()})
	wantReason(t, err, errorsv1.Reason_REASON_PROVIDER_NOT_FOUND)
	_, err = bySession.ListSubscriptions(p.byClient(authv1.DataSet_DATA_SET_PRODUCTION), &notificationsv1.ListSubscriptionsRequest{ProviderId: foreign.GetProviderId()})
	wantReason(t, err, errorsv1.Reason_REASON_PERMISSION_DENIED)
	_, err = bySession.GetProvider(p.ByPeer("session"), &notificationsv1.GetProviderRequest{ProviderId: own[0].GetProviderId()})
	wantReason(t, err, errorsv1.Reason_REASON_PEER_REFUSED)
}
