package session_test

import (
	"fmt"
	"strings"
	"testing"

	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/ventanilla/ventanilla/pkg/roletest"
	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
	notificationsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/notifications/v1"
	sessionv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/session/v1"
	"github.com/ventanilla/ventanilla/services/session/internal/messagingtest"
)

// send has a notification sent to a customer.
func (d *desk) send(customer int64, reference, message string) (string, error) {
	got, err := d.SendNotification(d.T.Context(), &sessionv1.SendNotificationRequest{
		Session: d.session, Behalf: &sessionv1.Behalf{OrganisationId: d.at, CustomerId: customer}, Channel: notificationsv1.Channel_CHANNEL_EMAIL,
		Title: "Factura", Message: message, Reference: reference,
	})
	return got.GetNotificationId(), err
}

func (d *desk) sent(at int64, id string) (*sessionv1.GetNotificationResponse, error) {
	return d.GetNotification(d.T.Context(), &sessionv1.GetNotificationRequest{Session: d.session, OrganisationId: at, NotificationId: id})
}

func TestAnOrganisationNotifies(t *testing.T) {
	onBoth(t, func(t *testing.T, p *platform) {
		to := messagingtest.New()
		p.notifications = to
		d, customer := serving(p)
		id, err := d.send(customer, "F-1", "Su factura está lista")
		roletest.Check(t, err)
		wantProto(t, "what was dispatched", to.Asked[0], &notificationsv1.DispatchRequest{
			ProviderId: 1, ServiceId: 7, Destination: "p-2", Reference: fmt.Sprintf("organisation/%d/F-1", d.at), LongestMessage: 166,
			Notification: &notificationsv1.Message{Channel: notificationsv1.Channel_CHANNEL_EMAIL, Title: "Factura", Message: "Su factura está lista"},
		})
		created, changed := timestamppb.New(p.Clock.Now()), timestamppb.New(p.Clock.Now())
		dispatch := to.Dispatches[id]
		dispatch.Status, dispatch.CreatedAt, dispatch.ChangedAt = notificationsv1.Status_STATUS_SENT, created, changed
		dispatch.Parts[0].Attempts = []*notificationsv1.Attempt{{Number: 1}, {Number: 2}}
		got, err := d.sent(d.at, id)
		roletest.Check(t, err)
		wantProto(t, "what became of it", got, &sessionv1.GetNotificationResponse{
			Status: notificationsv1.Status_STATUS_SENT, Channel: notificationsv1.Channel_CHANNEL_EMAIL, CreatedAt: created, ChangedAt: changed, Attempts: 2,
		})

		// Who died after it had dispatched, and before it had entered whose it is, finds the same when it repeats.
		_, err = p.DB.Write.ExecContext(t.Context(), `DELETE FROM notification`)
		roletest.Check(t, err)
		_, err = d.sent(d.at, id)
		roletest.WantReason(t, err, errorsv1.Reason_REASON_NOTIFICATION_NOT_FOUND)
		again, err := d.send(customer, "F-1", "Su factura está lista")
		if err != nil || again != id || len(to.Dispatches) != 1 {
			t.Errorf("repeated as %s, %v; %d dispatches", again, err, len(to.Dispatches))
		}
		_, err = d.sent(d.at, id)
		roletest.Check(t, err)
		_, err = d.send(customer, "F-1", "Otra cosa")
		roletest.WantField(t, err, errorsv1.Reason_REASON_MESSAGE_CONFLICT, "reference")

		// Without a reference, or with a blank one, each is another.
		for range 2 {
			_, err := d.send(0, " ", "Hola")
			roletest.Check(t, err)
		}
		if len(to.Dispatches) != 3 || to.Asked[len(to.Asked)-1].GetReference() != "" {
			t.Errorf("%d dispatches", len(to.Dispatches))
		}
	})
}

func TestNotificationsThatAreRefused(t *testing.T) {
	p := newPlatform(t)
	to := messagingtest.New()
	p.notifications = to
	d, customer := serving(p)
	id, err := d.send(customer, "", "Hola")
	roletest.Check(t, err)
	if longest := to.Asked[0].GetLongestMessage(); longest != 166 {
		t.Errorf("the dispatcher may take %d", longest)
	}
	to.Fail = func(*notificationsv1.DispatchRequest) error {
		return rpcerr.New(errorsv1.Reason_REASON_FIELD_INVALID, "too long", rpcerr.Field("notification.title", ""), rpcerr.Field("notification.message", ""))
	}
	_, err = d.send(customer, "", strings.Repeat("ñ", 167))
	roletest.WantReason(t, err, errorsv1.Reason_REASON_FIELD_INVALID)
	if named := rpcerr.Fields(err); len(named) != 2 || named[0].Field != "title" || named[1].Field != "message" {
		t.Errorf("names %v", named)
	}
	to.Fail = func(*notificationsv1.DispatchRequest) error {
		return rpcerr.New(errorsv1.Reason_REASON_DESTINATION_UNREACHABLE, "no address", rpcerr.Field("destination", "has no address"))
	}
	_, err = d.send(customer, "", "Hola")
	roletest.WantReason(t, err, errorsv1.Reason_REASON_MESSAGE_UNDELIVERABLE)

	// Another organisation's of the same member, and one that nobody sent here.
	other := organisation(d.Replica, "Dos S.A.")
	member(d.Replica, other, accountOf(d).GetAccountId())
	_, err = d.sent(other, id)
	roletest.WantReason(t, err, errorsv1.Reason_REASON_NOTIFICATION_NOT_FOUND)
	_, err = d.sent(d.at, "dispatch-99")
	roletest.WantReason(t, err, errorsv1.Reason_REASON_NOTIFICATION_NOT_FOUND)
	_, err = d.sent(other+1, id)
	roletest.WantReason(t, err, errorsv1.Reason_REASON_ORGANISATION_NOT_FOUND)
}
