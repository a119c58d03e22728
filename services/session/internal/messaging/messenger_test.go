package messaging_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/testing/protocmp"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	"github.com/ventanilla/ventanilla/pkg/testkit"
	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
	notificationsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/notifications/v1"
	"github.com/ventanilla/ventanilla/services/session/internal/messaging"
	"github.com/ventanilla/ventanilla/services/session/internal/messagingtest"
	"github.com/ventanilla/ventanilla/services/session/internal/store"
)

func TestMain(m *testing.M) { testkit.Main(m) }

var hello = messaging.Message{
	PersonID: "p-1", Channel: notificationsv1.Channel_CHANNEL_SMS, Title: "Turno", Text: "Lunes 9:15", Reference: "organisation/1/a", Key: "k",
}

func send(t *testing.T, m *messaging.Messenger, set store.DataSet) {
	t.Helper()
	if id, status, err := m.Send(t.Context(), set, hello); err != nil || id == "" || status != notificationsv1.Status_STATUS_ACCEPTED {
		t.Fatalf("sent %q, %v, %v", id, status, err)
	}
}

func wantReason(t *testing.T, err error, want errorsv1.Reason) {
	t.Helper()
	if got := rpcerr.Reason(err); got != want {
		t.Errorf("got %v (%v), want %v", got, err, want)
	}
}

func TestAMessageGoesByTheNewestGoodSubscription(t *testing.T) {
	production, staging := authv1.DataSet_DATA_SET_PRODUCTION, authv1.DataSet_DATA_SET_STAGING
	ended := timestamppb.Now()
	to := &messagingtest.Notifications{
		Providers: []*notificationsv1.Provider{
			{ProviderId: 1, Role: "session", DataSet: production},
			{ProviderId: 2, Role: "session", DataSet: production},
			{ProviderId: 3, Role: "session", DataSet: staging},
			{ProviderId: 4, Role: "session", DataSet: production, Disabled: true},
			{ProviderId: 5, Role: "another", DataSet: production},
			{ProviderId: 6, Role: "session", DataSet: production},
		},
		Subscriptions: map[int64][]*notificationsv1.Subscription{
			1: {{ServiceId: 1}},
			2: {{ServiceId: 2}, {ServiceId: 3}, {ServiceId: 4, EndedAt: ended}},
			3: {{ServiceId: 5}},
			4: {{ServiceId: 6}},
			5: {{ServiceId: 7}},
			6: {{ServiceId: 8, EndedAt: ended}},
		},
	}
	m := messaging.New(to, time.Now)
	send(t, m, store.Production)
	want := &notificationsv1.DispatchRequest{
		ProviderId: 2, ServiceId: 3, Destination: "p-1", Reference: "organisation/1/a", IdempotencyKey: "k",
		Notification: &notificationsv1.Message{Channel: notificationsv1.Channel_CHANNEL_SMS, Title: "Turno", Message: "Lunes 9:15"},
	}
	if diff := cmp.Diff(want, to.Asked[0], protocmp.Transform()); diff != "" {
		t.Error(diff)
	}
	staged := hello
	staged.Reference = "organisation/2/a"
	if _, _, err := m.Send(t.Context(), store.Staging, staged); err != nil || to.Asked[1].GetProviderId() != 3 || to.Asked[1].GetServiceId() != 5 {
		t.Errorf("in staging by %v, %v", to.Asked[1], err)
	}
}

func TestARouteIsKeptAMinute(t *testing.T) {
	to, clock := messagingtest.New(), testkit.NewClock(time.Unix(1_800_000_000, 0))
	m := messaging.New(to, clock.Now)
	send(t, m, store.Production)
	clock.Advance(time.Minute - time.Millisecond)
	send(t, m, store.Production)
	if to.Listed != 1 {
		t.Errorf("providers were listed %d times", to.Listed)
	}
	clock.Advance(time.Millisecond)
	send(t, m, store.Production)
	if to.Listed != 2 {
		t.Errorf("providers were listed %d times", to.Listed)
	}
}

// An operator who ends a subscription in favour of another need not wait for anybody.
func TestARouteThatIsRefusedIsLookedForAgain(t *testing.T) {
	to := messagingtest.New()
	to.Fail = func(in *notificationsv1.DispatchRequest) error {
		if in.GetServiceId() == 7 && len(to.Asked) > 1 {
			return rpcerr.New(errorsv1.Reason_REASON_SUBSCRIPTION_REFUSED, "refused")
		}
		return nil
	}
	m := messaging.New(to, time.Now)
	send(t, m, store.Production)
	to.Subscriptions[1] = append(to.Subscriptions[1], &notificationsv1.Subscription{ServiceId: 8})
	other := hello
	other.Reference = ""
	if _, _, err := m.Send(t.Context(), store.Production, other); err != nil || len(to.Asked) != 3 || to.Asked[2].GetServiceId() != 8 {
		t.Errorf("asked %v, %v", to.Asked, err)
	}
}

func TestWithoutARouteNothingIsSent(t *testing.T) {
	to := &messagingtest.Notifications{}
	m := messaging.New(to, time.Now)
	_, _, err := m.Send(t.Context(), store.Production, hello)
	wantReason(t, err, errorsv1.Reason_REASON_MESSAGE_UNDELIVERABLE)
	entered := messagingtest.New()
	to.Providers, to.Subscriptions = entered.Providers, entered.Subscriptions
	send(t, m, store.Production) // as soon as there is one
}

func TestEachReasonOfTheDispatcherIsOneOfSessions(t *testing.T) {
	refuse := func(reason errorsv1.Reason, fields ...string) error {
		var about []rpcerr.Option
		for _, field := range fields {
			about = append(about, rpcerr.Field(field, "is wrong"))
		}
		return rpcerr.New(reason, "refused", append(about, rpcerr.RetryAfter(time.Hour))...)
	}
	for name, c := range map[string]struct {
		err   error
		want  errorsv1.Reason
		field string
	}{
		"no address":      {refuse(errorsv1.Reason_REASON_DESTINATION_UNREACHABLE, "destination"), errorsv1.Reason_REASON_MESSAGE_UNDELIVERABLE, ""},
		"no carrier":      {refuse(errorsv1.Reason_REASON_PART_REFUSED, "notification.channel"), errorsv1.Reason_REASON_MESSAGE_UNDELIVERABLE, ""},
		"not subscribed":  {refuse(errorsv1.Reason_REASON_SUBSCRIPTION_REFUSED), errorsv1.Reason_REASON_MESSAGE_UNDELIVERABLE, ""},
		"conflict":        {refuse(errorsv1.Reason_REASON_DISPATCH_CONFLICT, "idempotency_key"), errorsv1.Reason_REASON_MESSAGE_CONFLICT, "reference"},
		"quota":           {refuse(errorsv1.Reason_REASON_QUOTA_EXCEEDED), errorsv1.Reason_REASON_QUOTA_EXCEEDED, ""},
		"no title":        {refuse(errorsv1.Reason_REASON_FIELD_MISSING, "notification.title"), errorsv1.Reason_REASON_FIELD_MISSING, "title"},
		"long message":    {refuse(errorsv1.Reason_REASON_FIELD_INVALID, "notification.message"), errorsv1.Reason_REASON_FIELD_INVALID, "message"},
		"odd reference":   {refuse(errorsv1.Reason_REASON_FIELD_INVALID, "reference"), errorsv1.Reason_REASON_FIELD_INVALID, "reference"},
		"our own mistake": {refuse(errorsv1.Reason_REASON_FIELD_INVALID, "provider_id"), errorsv1.Reason_REASON_INTERNAL, ""},
		"not let in":      {refuse(errorsv1.Reason_REASON_PERMISSION_DENIED), errorsv1.Reason_REASON_INTERNAL, ""},
		"away":            {refuse(errorsv1.Reason_REASON_UNAVAILABLE), errorsv1.Reason_REASON_UNAVAILABLE, ""},
		"in a panic":      {errors.New("a panic"), errorsv1.Reason_REASON_INTERNAL, ""},
	} {
		t.Run(name, func(t *testing.T) {
			to := messagingtest.New()
			to.Fail = func(*notificationsv1.DispatchRequest) error { return c.err }
			_, _, err := messaging.New(to, time.Now).Send(t.Context(), store.Production, hello)
			wantReason(t, err, c.want)
			if fields := rpcerr.Fields(err); (len(fields) > 0) != (c.field != "") || len(fields) > 0 && fields[0].Field != c.field {
				t.Errorf("names %v, want %q", fields, c.field)
			}
			if delay, _ := rpcerr.Delay(err); c.want == errorsv1.Reason_REASON_QUOTA_EXCEEDED && delay != time.Hour {
				t.Errorf("wait %v", delay)
			}
		})
	}
}

func TestWhatBecameOfAMessage(t *testing.T) {
	to := messagingtest.New()
	m := messaging.New(to, time.Now)
	send(t, m, store.Production)
	for id := range to.Dispatches {
		if d, err := m.Look(t.Context(), id); err != nil || d.GetDispatchId() != id {
			t.Errorf("got %v, %v", d, err)
		}
	}
	_, err := m.Look(t.Context(), "nothing")
	wantReason(t, err, errorsv1.Reason_REASON_NOTIFICATION_NOT_FOUND)
	to.Away = rpcerr.New(errorsv1.Reason_REASON_UNAVAILABLE, "away")
	_, err = m.Look(t.Context(), "nothing")
	wantReason(t, err, errorsv1.Reason_REASON_UNAVAILABLE)
	_, _, err = messaging.New(to, time.Now).Send(t.Context(), store.Production, hello)
	wantReason(t, err, errorsv1.Reason_REASON_UNAVAILABLE)
}
