package notifications_test

import (
	"fmt"
	"net"
	"net/http"
	"strconv"
	"testing"
	"time"

	"github.com/ventanilla/ventanilla/pkg/config"
	"github.com/ventanilla/ventanilla/pkg/testkit"
	"github.com/ventanilla/ventanilla/pkg/testkit/fcmfake"
	identityv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/identity/v1"
	notificationsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/notifications/v1"
	"github.com/ventanilla/ventanilla/services/notifications"
)

// TestTheDocumentsExampleIsDelivered sends a notification through a real Kannel, whose report says that it was delivered, and an
// advertisement through FCM, to the older of two devices, as the newer is gone.
func TestTheDocumentsExampleIsDelivered(t *testing.T) {
	gateway, push := testkit.Kannel(t), fcmfake.New(t)
	port, err := testkit.FreePort(t.Context())
	check(t, err)
	listen := net.JoinHostPort("127.0.0.1", strconv.Itoa(port))
	p := newPlatform(t)
	p.change = func(c *notifications.Config) {
		c.QuietHours.Until = c.QuietHours.From // none
		c.Receipts.Listen = listen
		sms, apps := carrierOf("kannel"), carrierOf("fcm")
		sms.Kannel.URL, sms.Kannel.Username, sms.Kannel.Password = gateway.SendSMS, gateway.Username, config.Secret(gateway.Password)
		sms.Kannel.From, sms.Kannel.ReceiptsURL = "1234", "http://"+listen
		apps.FCM.Endpoint, apps.FCM.CredentialsFile = push.Endpoint, push.CredentialsFile
		c.Carriers = map[string]notifications.CarrierConfig{"texts": sms, "apps": apps}
	}
	provider := p.replica().subscribed()
	p.directory.knows("ana", &identityv1.Contact{Kind: identityv1.ContactKind_CONTACT_KIND_PHONE, Value: "9 1111 1111"})
	for _, token := range []string{"device-old", "device-new"} {
		_, err := provider.put(p.ByOperator("support"), "ana", fcm(token))
		check(t, err)
		p.Clock.Advance(time.Second)
	}
	push.Answer("device-new", fcmfake.Answer{Status: http.StatusNotFound, Code: "UNREGISTERED"})

	id := provider.dispatch(&notificationsv1.DispatchRequest{
		Notification: &notificationsv1.Message{
			Title: "Clínica Dr. Nano. Turno", Message: "Oftalmologo Lunes 29-10 a las 9:15Hs.", Channel: notificationsv1.Channel_CHANNEL_SMS,
		},
		Advertisement: &notificationsv1.Message{
			Title: "Autos usados CHECHO", Message: "Lleve su auto usado con Financiamiento ...", Channel: notificationsv1.Channel_CHANNEL_FCM,
		},
	}).GetDispatchId()

	testkit.Eventually(t, time.Minute, func() error {
		p.Clock.Advance(100 * time.Millisecond) // an attempt is repeated after a while
		got, err := provider.dispatches().GetDispatch(p.byClient(inProduction), get(id))
		check(t, err)
		if got.GetDispatch().GetStatus() != notificationsv1.Status_STATUS_SENT || got.GetDispatch().GetParts()[0].GetStatus() != notificationsv1.Status_STATUS_DELIVERED {
			return fmt.Errorf("it is %v", got)
		}
		return nil
	})
	if got := gateway.Messages(); len(got) != 1 || got[0].To != "+56911111111" {
		t.Errorf("the centre has %q", got)
	}
	if got := push.Messages(); len(got) != 1 || got[0].Token != "device-old" || got[0].Android.Priority != "NORMAL" {
		t.Errorf("FCM has %+v", got)
	}
}

func carrierOf(kind string) notifications.CarrierConfig {
	var c notifications.CarrierConfig
	c.SetDefaults()
	c.Kind = kind
	return c
}
