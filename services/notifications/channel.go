package notifications

import (
	notificationsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/notifications/v1"
	"github.com/ventanilla/ventanilla/services/notifications/internal/message"
)

// channels are the dispatcher's by the contract's names.
var channels = map[notificationsv1.Channel]message.Channel{
	notificationsv1.Channel_CHANNEL_SAT:     message.SAT,
	notificationsv1.Channel_CHANNEL_SMS:     message.SMS,
	notificationsv1.Channel_CHANNEL_FCM:     message.FCM,
	notificationsv1.Channel_CHANNEL_EMAIL:   message.Email,
	notificationsv1.Channel_CHANNEL_WEBHOOK: message.Webhook,
}

func channelToProto(channel message.Channel) notificationsv1.Channel {
	for name, c := range channels {
		if c == channel {
			return name
		}
	}
	return notificationsv1.Channel_CHANNEL_UNSPECIFIED
}
