package message

import (
	"strings"

	notificationsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/notifications/v1"
)

// The words are those of the contract's enumerations, in lower case and without the name before them. An empty word is the value 0.
const (
	channelPrefix = "CHANNEL_"
	statusPrefix  = "STATUS_"
	outcomePrefix = "OUTCOME_"
	kindPrefix    = "PART_KIND_"
)

// Proto is the channel as contracts name it.
func (c Channel) Proto() notificationsv1.Channel {
	return notificationsv1.Channel(notificationsv1.Channel_value[channelPrefix+strings.ToUpper(string(c))])
}

// ChannelOf is the channel of a contract's; empty for none.
func ChannelOf(c notificationsv1.Channel) Channel {
	if c == notificationsv1.Channel_CHANNEL_UNSPECIFIED {
		return ""
	}
	return Channel(strings.ToLower(strings.TrimPrefix(c.String(), channelPrefix)))
}

// Proto is the kind as contracts name it.
func (k Kind) Proto() notificationsv1.PartKind { return notificationsv1.PartKind(k) }

// Name is the kind's word: "qr_code".
func (k Kind) Name() string {
	return strings.ToLower(strings.TrimPrefix(k.Proto().String(), kindPrefix))
}

// Proto is the status as contracts name it.
func (s Status) Proto() notificationsv1.Status {
	return notificationsv1.Status(notificationsv1.Status_value[statusPrefix+strings.ToUpper(string(s))])
}

// StatusOf is the status of a contract's; empty for none.
func StatusOf(s notificationsv1.Status) Status {
	if s == notificationsv1.Status_STATUS_UNSPECIFIED {
		return ""
	}
	return Status(strings.ToLower(strings.TrimPrefix(s.String(), statusPrefix)))
}

// Proto is the outcome as contracts name it.
func (o Outcome) Proto() notificationsv1.Outcome {
	return notificationsv1.Outcome(notificationsv1.Outcome_value[outcomePrefix+strings.ToUpper(string(o))])
}
