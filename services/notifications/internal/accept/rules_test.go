package accept_test

import (
	"testing"
	"time"

	"github.com/ventanilla/ventanilla/pkg/authn"
	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
	notificationsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/notifications/v1"
	"github.com/ventanilla/ventanilla/services/notifications/internal/message"
	"github.com/ventanilla/ventanilla/services/notifications/internal/store"
)

const refusedSubscription = errorsv1.Reason_REASON_SUBSCRIPTION_REFUSED

// What does not belong together, or not to the caller, is one answer, before any field is looked at.
func TestSubscriptions(t *testing.T) {
	w := newWorld(t, sqliteURL(t), 8)
	a := w.acceptor(w.store)
	foreign := w.newProvider(store.Provider{DataSet: message.Production, Name: "Otra", ClientID: "c2"}, w.service.GetServiceId(), "foreign")
	staging := w.newProvider(store.Provider{DataSet: message.Staging, Name: "Ensayo", ClientID: "c1"}, w.service.GetServiceId(), "staging")
	platform := w.newProvider(store.Provider{DataSet: message.Production, Name: "Sesiones", Role: "session"}, w.service.GetServiceId(), "role")
	claims := func(change func(*authn.Claims)) authn.Caller {
		c := *client.Claims
		change(&c)
		return authn.Caller{Peer: "gateway", Claims: &c}
	}
	role := func(name string) authn.Caller { return authn.Caller{Peer: name, Claims: &authn.Claims{Peer: name}} }
	type in = notificationsv1.DispatchRequest
	for name, c := range map[string]struct {
		caller authn.Caller
		change func(*in)
		reason errorsv1.Reason
	}{
		"its own":               {client, func(*in) {}, 0},
		"an internal client":    {claims(func(c *authn.Claims) { c.Kind = authv1.ClientKind_CLIENT_KIND_INTERNAL }), func(*in) {}, 0},
		"a resource server":     {claims(func(c *authn.Claims) { c.Kind = authv1.ClientKind_CLIENT_KIND_RESOURCE_SERVER }), func(*in) {}, refusedSubscription},
		"another client":        {claims(func(c *authn.Claims) { c.ClientID = "c3" }), func(*in) {}, refusedSubscription},
		"of another data set":   {claims(func(c *authn.Claims) { c.DataSet = authv1.DataSet_DATA_SET_STAGING }), func(*in) {}, refusedSubscription},
		"unknown provider":      {client, func(in *in) { in.ProviderId = 999 }, refusedSubscription},
		"unknown service":       {client, func(in *in) { in.ServiceId = 999 }, refusedSubscription},
		"wrong token":           {client, func(in *in) { in.ServiceToken = "x" }, refusedSubscription},
		"another's token":       {client, func(in *in) { in.ServiceToken = "foreign" }, refusedSubscription},
		"another's provider":    {client, func(in *in) { in.ProviderId, in.ServiceToken = foreign, "foreign" }, refusedSubscription},
		"its staging provider":  {client, func(in *in) { in.ProviderId, in.ServiceToken = staging, "staging" }, refusedSubscription},
		"a role's":              {client, func(in *in) { in.ProviderId, in.ServiceToken = platform, "role" }, refusedSubscription},
		"a role":                {role("session"), func(in *in) { in.ProviderId, in.ServiceToken = platform, "" }, 0},
		"a role with its token": {role("session"), func(in *in) { in.ProviderId, in.ServiceToken = platform, "role" }, 0},
		"a role and no token":   {role("session"), func(in *in) { in.ProviderId, in.ServiceToken = platform, "wrong" }, refusedSubscription},
		"another role":          {role("gateway"), func(in *in) { in.ProviderId, in.ServiceToken = platform, "" }, refusedSubscription},
		"a role for a client":   {role("session"), func(in *in) { in.ServiceToken = "" }, refusedSubscription},
		"an operator":           {authn.Caller{Peer: "gateway", Claims: &authn.Claims{Operator: "ana"}}, func(*in) {}, refusedSubscription},
		"nobody":                {authn.Caller{Peer: "session"}, func(in *in) { in.ProviderId = platform }, refusedSubscription},
		"before fields":         {client, func(in *in) { in.ServiceToken = "x"; in.Notification = nil }, refusedSubscription},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := a.Dispatch(t.Context(), c.caller, w.request(c.change))
			wantFault(t, err, c.reason, "")
		})
	}
}

// What changes of a provider is seen a second later; a repetition is refused, too, once the provider is shut out.
func TestSubscriptionsThatChange(t *testing.T) {
	w := newWorld(t, sqliteURL(t), 8)
	a := w.acceptor(w.store)
	dispatch := func(reason errorsv1.Reason) {
		t.Helper()
		_, err := a.Dispatch(t.Context(), client, w.request(named("k", "r")))
		wantFault(t, err, reason, "")
	}
	dispatch(0)
	subs, err := w.store.Subscriptions(t.Context(), w.provider)
	check(t, err)
	_, err = w.store.EndSubscription(t.Context(), "test", subs[0].ID)
	check(t, err)
	w.clock.Advance(time.Second)
	dispatch(refusedSubscription)
}

func TestPartRules(t *testing.T) {
	w := newWorld(t, sqliteURL(t), 8)
	w.carried = func(set message.DataSet, channel message.Channel) bool {
		return set == message.Production && channel != message.Webhook
	}
	a := w.acceptor(w.store)
	type (
		in      = notificationsv1.DispatchRequest
		service = notificationsv1.Service
	)
	for name, c := range map[string]struct {
		service func(*service)
		rule
	}{
		"refused notification":  {func(s *service) { s.Notification = refused }, rule{func(*in) {}, part, "notification"}},
		"nothing said of it":    {func(s *service) { s.Notification = 0 }, rule{func(*in) {}, part, "notification"}},
		"refused advertisement": {func(s *service) { s.Advertisement = refused }, rule{advertise(&notificationsv1.Message{}), part, "advertisement"}},
		"refused code":          {func(s *service) { s.QrCode = refused }, rule{ticket(func(*notificationsv1.QRCode) {}), part, "qr_code"}},
		"refused payment":       {func(s *service) { s.MicroPayment = refused }, rule{pay(func(*notificationsv1.MicroPayment) {}), part, "micro_payment"}},
		"refused destination": {func(s *service) { s.Destination, s.Notification = refused, refused }, rule{func(in *in) {
			ticket(func(*notificationsv1.QRCode) {})(in)
			in.Notification = nil
		}, part, "destination"}},
		"required advertisement": {func(s *service) { s.Advertisement = required }, rule{func(*in) {}, missing, "advertisement"}},
		"required code":          {func(s *service) { s.QrCode = required }, rule{func(*in) {}, missing, "qr_code"}},
		"required payment":       {func(s *service) { s.MicroPayment = required }, rule{func(*in) {}, missing, "micro_payment"}},
		"required notification":  {func(s *service) { s.Notification = required }, rule{func(in *in) { in.Notification = nil }, missing, "notification"}},
		"required destination": {func(s *service) { s.Destination = required }, rule{func(in *in) {
			ticket(func(*notificationsv1.QRCode) {})(in)
			in.Notification, in.Destination = nil, ""
		}, missing, "destination"}},
		"another channel":    {func(s *service) { s.Channels = []notificationsv1.Channel{notificationsv1.Channel_CHANNEL_FCM} }, rule{func(*in) {}, part, "notification.channel"}},
		"its channel":        {func(s *service) { s.Channels = []notificationsv1.Channel{notificationsv1.Channel_CHANNEL_SMS} }, rule{change: func(*in) {}}},
		"channel of nobody":  {func(*service) {}, rule{func(in *in) { in.Notification.Channel = notificationsv1.Channel_CHANNEL_WEBHOOK }, part, "notification.channel"}},
		"a refusal is first": {func(s *service) { s.QrCode, s.Notification = required, refused }, rule{func(in *in) { in.Notification.Title = "" }, part, "notification"}},
	} {
		t.Run(name, func(t *testing.T) {
			w.changeService(func(s *service) {
				s.Destination, s.Notification, s.Advertisement, s.QrCode, s.MicroPayment = optional, optional, optional, optional, optional
				s.Channels = nil
				c.service(s)
			})
			_, err := a.Dispatch(t.Context(), client, w.request(c.change))
			wantFault(t, err, c.reason, c.field)
		})
	}
}
