package admin

import (
	"bytes"
	"context"
	"net"
	"path"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/test/bufconn"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/testing/protocmp"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/fieldmaskpb"

	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
	notificationsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/notifications/v1"
	sessionv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/session/v1"
)

// dispatcher answers each RPC, by its name, with what it has, and keeps what it was asked.
type dispatcher struct {
	answers map[string]proto.Message
	asked   []proto.Message
}

func (d *dispatcher) connect(t *testing.T) *grpc.ClientConn {
	t.Helper()
	listener := bufconn.Listen(1 << 16)
	server := grpc.NewServer(grpc.UnaryInterceptor(func(_ context.Context, req any, info *grpc.UnaryServerInfo, _ grpc.UnaryHandler) (any, error) {
		d.asked = append(d.asked, req.(proto.Message))
		return d.answers[path.Base(info.FullMethod)], nil
	}))
	if _, knows := d.answers["GetClient"]; knows {
		authv1.RegisterClientServiceServer(server, authv1.UnimplementedClientServiceServer{})
	}
	if _, knows := d.answers["CreateApiKey"]; knows {
		authv1.RegisterApiKeyServiceServer(server, authv1.UnimplementedApiKeyServiceServer{})
	}
	notificationsv1.RegisterProviderServiceServer(server, notificationsv1.UnimplementedProviderServiceServer{})
	notificationsv1.RegisterDispatchServiceServer(server, notificationsv1.UnimplementedDispatchServiceServer{})
	notificationsv1.RegisterDeadLetterServiceServer(server, notificationsv1.UnimplementedDeadLetterServiceServer{})
	notificationsv1.RegisterTemplateServiceServer(server, notificationsv1.UnimplementedTemplateServiceServer{})
	notificationsv1.RegisterRecipientServiceServer(server, notificationsv1.UnimplementedRecipientServiceServer{})
	sessionv1.RegisterAccountServiceServer(server, sessionv1.UnimplementedAccountServiceServer{})
	sessionv1.RegisterSessionServiceServer(server, sessionv1.UnimplementedSessionServiceServer{})
	sessionv1.RegisterOrganisationServiceServer(server, sessionv1.UnimplementedOrganisationServiceServer{})
	sessionv1.RegisterFunctionalityServiceServer(server, sessionv1.UnimplementedFunctionalityServiceServer{})
	sessionv1.RegisterIntegrationServiceServer(server, sessionv1.UnimplementedIntegrationServiceServer{})
	sessionv1.RegisterBeneficiaryServiceServer(server, sessionv1.UnimplementedBeneficiaryServiceServer{})
	sessionv1.RegisterEventServiceServer(server, sessionv1.UnimplementedEventServiceServer{})
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(listener) }()
	conn, err := grpc.NewClient("passthrough:///notifications", grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithContextDialer(func(ctx context.Context, _ string) (net.Conn, error) { return listener.DialContext(ctx) }))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = conn.Close()
		server.Stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	return conn
}

// runs parses and runs a command, and holds against want what was asked last; it returns what was shown.
func runs[C any](t *testing.T, d *dispatcher, run func(C, context.Context, *grpc.ClientConn, Input, Output) error, want proto.Message, args ...string) string {
	t.Helper()
	command, err := parse[C](t, args...)
	if err != nil {
		t.Fatal(err)
	}
	var shown bytes.Buffer
	if err := run(command, t.Context(), d.connect(t), Input{strings.NewReader("fcm-token\n")}, Output{Writer: &shown}); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, d.asked[len(d.asked)-1], protocmp.Transform()); diff != "" {
		t.Errorf("asked (-want +got):\n%s", diff)
	}
	return shown.String()
}

// alone is for commands that read nothing.
func alone[C any](run func(C, context.Context, *grpc.ClientConn, Output) error) func(C, context.Context, *grpc.ClientConn, Input, Output) error {
	return func(c C, ctx context.Context, conn *grpc.ClientConn, _ Input, out Output) error {
		return run(c, ctx, conn, out)
	}
}

func wantShown(t *testing.T, shown string, has ...string) {
	t.Helper()
	for _, text := range has {
		if !strings.Contains(shown, text) {
			t.Errorf("%q is not in\n%s", text, shown)
		}
	}
}

func TestProvidersAreKept(t *testing.T) {
	provider := &notificationsv1.Provider{ProviderId: 7, Name: "Biblioteca", Role: "session", DataSet: 2, Disabled: true}
	d := &dispatcher{answers: map[string]proto.Message{
		"CreateProvider":       &notificationsv1.CreateProviderResponse{Provider: provider, CallbackSecret: "whsec_a"},
		"ListProviders":        &notificationsv1.ListProvidersResponse{Providers: []*notificationsv1.Provider{provider}},
		"UpdateProvider":       &notificationsv1.UpdateProviderResponse{Provider: provider},
		"RotateCallbackSecret": &notificationsv1.RotateCallbackSecretResponse{CallbackSecret: "whsec_b"},
	}}
	wantShown(t, runs(t, d, alone(CreateProvider.Run), &notificationsv1.CreateProviderRequest{Provider: &notificationsv1.Provider{
		Name: "Biblioteca", ClientId: "c1", DataSet: 2, NotificationUri: "https://a.example",
	}}, "Biblioteca", "--client-id=c1", "--data-set=staging", "--notification-uri=https://a.example"), "whsec_a", "role session", "staging")
	wantShown(t, runs(t, d, alone(ListProviders.Run), &notificationsv1.ListProvidersRequest{PageSize: 500}), "7\tBiblioteca\trole session\tdisabled\tstaging\t\n")
	runs(t, d, alone(UpdateProvider.Run), &notificationsv1.UpdateProviderRequest{
		Provider:   &notificationsv1.Provider{ProviderId: 7, Role: "session"},
		UpdateMask: &fieldmaskpb.FieldMask{Paths: []string{"client_id", "role", "notification_uri", "disabled"}},
	}, "7", "--role=session", "--notification-uri=", "--no-disabled")
	wantShown(t, runs(t, d, alone(RotateCallbackSecret.Run), &notificationsv1.RotateCallbackSecretRequest{ProviderId: 7}, "7"), "whsec_b")
	for _, args := range [][]string{{"A"}, {"A", "--client-id=a", "--role=b"}, {"A", "--client-id=a", "--data-set=real"}} {
		if _, err := parse[CreateProvider](t, args...); err == nil {
			t.Errorf("%v was taken", args)
		}
	}
	for _, args := range [][]string{{"7"}, {"7", "--client-id=a", "--role=b"}, {"seven", "--name=b"}} {
		if _, err := parse[UpdateProvider](t, args...); err == nil {
			t.Errorf("%v was taken", args)
		}
	}
}

// A provider is of the data set of its client, and nobody's who cannot dispatch.
func TestAProviderIsOfItsClientsDataSet(t *testing.T) {
	staging := &authv1.Client{ClientId: "c1", Kind: authv1.ClientKind_CLIENT_KIND_INTERNAL, DataSet: 2}
	for name, c := range map[string]struct {
		client *authv1.Client
		args   []string
		set    authv1.DataSet // unspecified for a refusal
	}{
		"its client's":     {staging, []string{"--client-id=c1"}, 2},
		"said, too":        {staging, []string{"--client-id=c1", "--data-set=staging"}, 2},
		"another":          {staging, []string{"--client-id=c1", "--data-set=production"}, 0},
		"a partner's":      {&authv1.Client{Kind: 1}, []string{"--client-id=c1"}, 1},
		"a widget":         {&authv1.Client{Kind: authv1.ClientKind_CLIENT_KIND_WIDGET, DataSet: 1}, []string{"--client-id=c1"}, 0},
		"a server":         {&authv1.Client{Kind: authv1.ClientKind_CLIENT_KIND_RESOURCE_SERVER, DataSet: 1}, []string{"--client-id=c1"}, 0},
		"nobody to ask":    {nil, []string{"--client-id=c1"}, 0},
		"said, not asked":  {nil, []string{"--client-id=c1", "--data-set=staging"}, 2},
		"a role in both":   {nil, []string{"--role=session", "--data-set=staging"}, 2},
		"a role that asks": {staging, []string{"--role=session", "--data-set=production"}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			d := &dispatcher{answers: map[string]proto.Message{"CreateProvider": &notificationsv1.CreateProviderResponse{}}}
			if c.client != nil {
				d.answers["GetClient"] = &authv1.GetClientResponse{Client: c.client}
			}
			command, err := parse[CreateProvider](t, append([]string{"A"}, c.args...)...)
			if err != nil {
				t.Fatal(err)
			}
			err = command.Run(t.Context(), d.connect(t), Output{Writer: &bytes.Buffer{}})
			var set authv1.DataSet
			if len(d.asked) > 0 {
				made, _ := d.asked[len(d.asked)-1].(*notificationsv1.CreateProviderRequest)
				set = made.GetProvider().GetDataSet()
			}
			if set != c.set || (err == nil) != (c.set != 0) {
				t.Errorf("entered in %v, %v", set, err)
			}
		})
	}
	d := &dispatcher{answers: map[string]proto.Message{
		"GetClient":      &authv1.GetClientResponse{Client: staging},
		"GetProvider":    &notificationsv1.GetProviderResponse{Provider: &notificationsv1.Provider{ProviderId: 7, DataSet: 1}},
		"UpdateProvider": &notificationsv1.UpdateProviderResponse{},
	}}
	moved, err := parse[UpdateProvider](t, "7", "--client-id=c1")
	if err != nil {
		t.Fatal(err)
	}
	if err := moved.Run(t.Context(), d.connect(t), Output{}); err == nil || len(d.asked) != 2 {
		t.Errorf("a provider of production became one of a client of staging: %v", err)
	}
}

func TestChangesAreListed(t *testing.T) {
	d := &dispatcher{answers: map[string]proto.Message{"ListEvents": &notificationsv1.ListEventsResponse{Events: []*notificationsv1.Event{
		{Actor: "ana", Act: "UpdateProvider", Target: "provider/7", Before: `{"a":1}`, After: `{"a":2}`},
	}}}}
	wantShown(t, runs(t, d, alone(ListEvents.Run), &notificationsv1.ListEventsRequest{PageSize: 3, TargetPrefix: "provider/7", Actor: "ana"},
		"--limit=3", "--target=provider/7", "--actor=ana"), "ana\tUpdateProvider\tprovider/7\t{\"a\":1}\t{\"a\":2}\n")
	if _, err := parse[ListEvents](t, "--limit=0"); err == nil {
		t.Error("no limit was taken")
	}
}

func TestSecretsAreSealedAnew(t *testing.T) {
	d := &dispatcher{answers: map[string]proto.Message{"RewrapSecrets": &notificationsv1.RewrapSecretsResponse{Rewrapped: 3, Secrets: 5}}}
	if shown := runs(t, d, alone(RewrapSecrets.Run), &notificationsv1.RewrapSecretsRequest{}); shown != "rewrapped  3\nsecrets    5\n" {
		t.Errorf("shown:\n%s", shown)
	}
	d.answers["RewrapSecrets"] = &notificationsv1.RewrapSecretsResponse{Secrets: 5, Unreadable: 2}
	wantShown(t, runs(t, d, alone(RewrapSecrets.Run), &notificationsv1.RewrapSecretsRequest{}), "unreadable  2\n")
}

func TestServicesAreDefined(t *testing.T) {
	service := &notificationsv1.Service{
		ServiceId: 3, Name: "Avisos", Destination: 1, Notification: 2, Advertisement: 3, Channels: []notificationsv1.Channel{3, 2}, DailyQuota: 9,
		Life: durationpb.New(72 * time.Hour), QuietHours: new(true),
	}
	d := &dispatcher{answers: map[string]proto.Message{
		"CreateService": &notificationsv1.CreateServiceResponse{Service: service},
		"ListServices":  &notificationsv1.ListServicesResponse{Services: []*notificationsv1.Service{service}},
		"UpdateService": &notificationsv1.UpdateServiceResponse{Service: service},
	}}
	wantShown(t, runs(t, d, alone(CreateService.Run), &notificationsv1.CreateServiceRequest{Service: &notificationsv1.Service{
		Name: "Avisos", Destination: 1, Notification: 2, Channels: []notificationsv1.Channel{2, 3}, DailyQuota: 9, QuietHours: new(false),
		Retention: durationpb.New(time.Hour),
	}}, "Avisos", "--destination=required", "--notification=optional", "--channel=sms", "--channel=fcm", "--daily-quota=9", "--no-quiet-hours", "--retention=1h"),
		"destination notification?", "sms fcm", "72h0m0s")
	wantShown(t, runs(t, d, alone(ListServices.Run), &notificationsv1.ListServicesRequest{PageSize: 500}),
		"3\tAvisos\tdestination notification?\tsms fcm\t9\tunlimited\n")
	runs(t, d, alone(UpdateService.Run), &notificationsv1.UpdateServiceRequest{
		Service:    &notificationsv1.Service{ServiceId: 3, QrCode: 3, Life: durationpb.New(time.Hour)},
		UpdateMask: &fieldmaskpb.FieldMask{Paths: []string{"channels", "qr_code", "daily_quota", "life"}},
	}, "3", "--all-channels", "--qr-code=refused", "--daily-quota=0", "--life=1h")
	for _, args := range [][]string{{"3"}, {"3", "--all-channels", "--channel=sms"}, {"3", "--channel=pigeon"}, {"3", "--qr-code=maybe"}} {
		if _, err := parse[UpdateService](t, args...); err == nil {
			t.Errorf("%v was taken", args)
		}
	}
}

func TestSubscriptionsShowTheirTokenOnce(t *testing.T) {
	sub := &notificationsv1.Subscription{SubscriptionId: "s1", ProviderId: 7, ServiceId: 3}
	d := &dispatcher{answers: map[string]proto.Message{
		"CreateSubscription": &notificationsv1.CreateSubscriptionResponse{Subscription: sub, ServiceToken: "t0ken"},
		"ListSubscriptions":  &notificationsv1.ListSubscriptionsResponse{Subscriptions: []*notificationsv1.Subscription{sub}},
		"EndSubscription":    &notificationsv1.EndSubscriptionResponse{Subscription: sub},
	}}
	wantShown(t, runs(t, d, alone(CreateSubscription.Run), &notificationsv1.CreateSubscriptionRequest{ProviderId: 7, ServiceId: 3}, "7", "3"), "s1", "t0ken")
	wantShown(t, runs(t, d, alone(ListSubscriptions.Run), &notificationsv1.ListSubscriptionsRequest{ProviderId: 7}, "7"), "s1\t7\t3\t")
	wantShown(t, runs(t, d, alone(EndSubscription.Run), &notificationsv1.EndSubscriptionRequest{SubscriptionId: "s1"}, "s1"), "s1\t7\t3\t")
}

func TestTemplatesArePut(t *testing.T) {
	text := &notificationsv1.Template{ProviderId: 7, Name: "hora", Version: 2, Title: "Hora", Message: "{{b}} = {{a}}", Lengths: map[string]int32{"b": 3, "a": 5}}
	d := &dispatcher{answers: map[string]proto.Message{
		"PutTemplate":   &notificationsv1.PutTemplateResponse{Template: text},
		"ListTemplates": &notificationsv1.ListTemplatesResponse{Templates: []*notificationsv1.Template{text}},
		"GetTemplate":   &notificationsv1.GetTemplateResponse{Template: text},
	}}
	put := proto.CloneOf(text)
	put.Version = 0
	wantShown(t, runs(t, d, alone(PutTemplate.Run), &notificationsv1.PutTemplateRequest{Template: put},
		"7", "hora", "--title=Hora", "--message={{b}} = {{a}}", "--length=b=3", "--length=a=5"), "version       2\n", "a=5 b=3")
	wantShown(t, runs(t, d, alone(ListTemplates.Run), &notificationsv1.ListTemplatesRequest{ProviderId: 7}, "7"), "hora\t2\tHora\ta=5 b=3\t")
	wantShown(t, runs(t, d, alone(ShowTemplate.Run), &notificationsv1.GetTemplateRequest{ProviderId: 7, Name: "hora", Version: 1}, "7", "hora", "--version=1"), "{{b}} = {{a}}")
}

func TestRecipientsAreKept(t *testing.T) {
	d := &dispatcher{answers: map[string]proto.Message{
		"GetRecipient": &notificationsv1.GetRecipientResponse{
			Addresses: []*notificationsv1.Address{{AddressId: "a1", Channel: 3, Value: "oken"}}, Wishes: &notificationsv1.Wishes{TimeZone: "America/Lima"},
		},
		"PutAddress":      &notificationsv1.PutAddressResponse{Address: &notificationsv1.Address{AddressId: "a2", Channel: 5}, Secret: "whsec_a"},
		"DeleteAddress":   &notificationsv1.DeleteAddressResponse{},
		"PutWishes":       &notificationsv1.PutWishesResponse{Wishes: &notificationsv1.Wishes{TimeZone: "America/Lima", RefusesAdvertisements: true}},
		"DeleteRecipient": &notificationsv1.DeleteRecipientResponse{Dispatches: 4},
	}}
	wantShown(t, runs(t, d, alone(ShowRecipient.Run), &notificationsv1.GetRecipientRequest{DataSet: 1, PersonId: "p1"}, "p1"), "a1  …oken", "America/Lima", "false")
	shown := runs(t, d, AddAddress.Run, &notificationsv1.PutAddressRequest{
		DataSet: 2, PersonId: "p1", Address: &notificationsv1.Address{Channel: 3, Value: "fcm-token"},
	}, "p1", "fcm", "-", "--data-set=staging")
	wantShown(t, shown, "a2", "whsec_a")
	if strings.Contains(shown, "fcm-token") {
		t.Error("the address is shown")
	}
	runs(t, d, alone(RemoveAddress.Run), &notificationsv1.DeleteAddressRequest{DataSet: 1, PersonId: "p1", AddressId: "a1"}, "p1", "a1")
	runs(t, d, alone(PutWishes.Run), &notificationsv1.PutWishesRequest{
		DataSet: 1, PersonId: "p1", Wishes: &notificationsv1.Wishes{TimeZone: "America/Lima", RefusesAdvertisements: true},
	}, "p1", "--refuses-advertisements")
	wantShown(t, runs(t, d, EraseRecipient.Run, &notificationsv1.DeleteRecipientRequest{DataSet: 1, PersonId: "p1"}, "p1", "--yes"), "4")
	if _, err := parse[PutWishes](t, "p1"); err == nil {
		t.Error("no wish was taken")
	}
	asked := len(d.asked)
	erase, err := parse[EraseRecipient](t, "p1")
	if err != nil {
		t.Fatal(err)
	}
	if err := erase.Run(t.Context(), d.connect(t), Input{strings.NewReader("p1\n")}, Output{}); err == nil || len(d.asked) != asked {
		t.Errorf("erased unasked: %v", err)
	}
}
