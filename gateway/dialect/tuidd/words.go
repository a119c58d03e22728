package tuidd

import (
	"strings"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/ventanilla/ventanilla/gateway/oauth"
	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	notificationsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/notifications/v1"
)

// channels are the channels by their codes and names.
var channels = map[string]notificationsv1.Channel{
	"1": notificationsv1.Channel_CHANNEL_SAT, "SAT": notificationsv1.Channel_CHANNEL_SAT,
	"2": notificationsv1.Channel_CHANNEL_SMS, "SMS": notificationsv1.Channel_CHANNEL_SMS,
	"3": notificationsv1.Channel_CHANNEL_FCM, "FCM": notificationsv1.Channel_CHANNEL_FCM,
	"4": notificationsv1.Channel_CHANNEL_EMAIL, "EMAIL": notificationsv1.Channel_CHANNEL_EMAIL,
	"5": notificationsv1.Channel_CHANNEL_WEBHOOK, "WEBHOOK": notificationsv1.Channel_CHANNEL_WEBHOOK,
	// One table of the document has it for FCM.
	"FCB": notificationsv1.Channel_CHANNEL_FCM,
}

// channelOf is the channel of a code or name.
func channelOf(text string) (notificationsv1.Channel, bool) {
	channel, ok := channels[strings.ToUpper(strings.TrimSpace(text))]
	return channel, ok
}

// channelName is the name of a channel; nil for none.
func channelName(c notificationsv1.Channel) *string {
	if c == notificationsv1.Channel_CHANNEL_UNSPECIFIED {
		return nil
	}
	return new(strings.TrimPrefix(c.String(), "CHANNEL_"))
}

// kinds are the members of parameters that parts come as.
var kinds = map[notificationsv1.PartKind]string{
	notificationsv1.PartKind_PART_KIND_NOTIFICATION:  "notification",
	notificationsv1.PartKind_PART_KIND_ADVERTISEMENT: "advertisement",
	notificationsv1.PartKind_PART_KIND_QR_CODE:       "qr_code",
	notificationsv1.PartKind_PART_KIND_MICRO_PAYMENT: "microPayment",
}

func statusWord(s notificationsv1.Status) string {
	return strings.ToLower(strings.TrimPrefix(s.String(), "STATUS_"))
}

// statusOf is the status of a word.
func statusOf(word string) (notificationsv1.Status, bool) {
	number, ok := notificationsv1.Status_value["STATUS_"+strings.ToUpper(word)]
	return notificationsv1.Status(number), ok && number != 0
}

// outcomeWord is what came of an attempt; nil while it is under way.
func outcomeWord(o notificationsv1.Outcome) *string {
	if o == notificationsv1.Outcome_OUTCOME_UNSPECIFIED {
		return nil
	}
	return new(strings.ToLower(strings.TrimPrefix(o.String(), "OUTCOME_")))
}

// word is nil for an empty one.
func word(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}

// instant is a time as the family writes it: UTC, with milliseconds.
func instant(t *timestamppb.Timestamp) string { return t.AsTime().Format("2006-01-02T15:04:05.000Z") }

// moment is a time that there may be none of.
func moment(t *timestamppb.Timestamp) *string {
	if t == nil {
		return nil
	}
	return new(instant(t))
}

// parseTime reads a time of RFC 3339; a blank one is none.
func parseTime(field, text string) (*timestamppb.Timestamp, error) {
	if oauth.Blank(text) {
		return nil, nil //nolint:nilnil // no time is a time that was not given
	}
	at, err := time.Parse(time.RFC3339, text)
	stamp := timestamppb.New(at)
	if err != nil || stamp.CheckValid() != nil {
		return nil, rpcerr.Invalid(field, "is no time of RFC 3339")
	}
	return stamp, nil
}
