package message_test

import (
	"strings"
	"testing"

	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
	notificationsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/notifications/v1"
	"github.com/ventanilla/ventanilla/services/notifications/internal/message"
)

func TestWordsAreThoseOfTheContract(t *testing.T) {
	for number := range notificationsv1.Channel_name {
		want := notificationsv1.Channel(number)
		if channel := message.ChannelOf(want); channel.Proto() != want || (channel == "") != (number == 0) {
			t.Errorf("%v is %q, which is %v", want, channel, channel.Proto())
		}
	}
	for number := range notificationsv1.Status_name {
		want := notificationsv1.Status(number)
		if status := message.StatusOf(want); status.Proto() != want || (status == "") != (number == 0) {
			t.Errorf("%v is %q, which is %v", want, status, status.Proto())
		}
	}
	for number := range authv1.DataSet_name {
		want := authv1.DataSet(number)
		if set := message.DataSetOf(want); (set == "") != (number == 0) || set != "" && set.Proto() != want {
			t.Errorf("%v is %q", want, set)
		}
	}
	for number := range notificationsv1.PartKind_name {
		kind := message.Kind(number)
		if name := "PART_KIND_" + strings.ToUpper(kind.Name()); notificationsv1.PartKind_value[name] != number {
			t.Errorf("%v is named %q", kind.Proto(), kind.Name())
		}
	}
	for _, channel := range message.Channels() {
		if message.ChannelOf(channel.Proto()) != channel {
			t.Errorf("%q is no word of the contract", channel)
		}
	}
	for _, outcome := range []message.Outcome{
		message.OutcomeSent, message.OutcomeDelivered, message.OutcomeFailed, message.OutcomeRejected, message.OutcomeThrottled, message.OutcomeUnknown,
	} {
		if outcome.Proto() == notificationsv1.Outcome_OUTCOME_UNSPECIFIED {
			t.Errorf("%q is no word of the contract", outcome)
		}
	}
}
