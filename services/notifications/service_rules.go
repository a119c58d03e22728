package notifications

import (
	"time"

	"google.golang.org/protobuf/types/known/durationpb"

	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	notificationsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/notifications/v1"
)

// What services have that say nothing else.
const (
	defaultLife      = 72 * time.Hour
	defaultRetention = 90 * 24 * time.Hour
)

const refused = notificationsv1.PartRule_PART_RULE_REFUSED

// decideService fills in what a service does not say, and refuses what could never be dispatched.
func decideService(service *notificationsv1.Service) error {
	completeService(service)
	if err := checkName("service.name", service.GetName()); err != nil {
		return err
	}
	sends := service.GetNotification() != refused || service.GetAdvertisement() != refused
	switch {
	case !sends && service.GetQrCode() == refused && service.GetMicroPayment() == refused:
		return rpcerr.Invalid("service.notification", "must be required or optional where the service refuses every other part: it would take nothing")
	case sends && service.GetDestination() != notificationsv1.PartRule_PART_RULE_REQUIRED:
		return rpcerr.Invalid("service.destination", "must be required where the service takes a notification or an advertisement")
	case !sends && len(service.GetChannels()) > 0:
		return rpcerr.Invalid("service.channels", "must be empty where the service takes neither a notification nor an advertisement")
	case service.GetDestination() == refused && service.GetDailyRecipientQuota() > 0:
		return rpcerr.Invalid("service.daily_recipient_quota", "must be 0 where the service refuses a destination")
	}
	return nil
}

func completeService(service *notificationsv1.Service) {
	for _, rule := range []*notificationsv1.PartRule{
		&service.Destination, &service.Notification, &service.Advertisement, &service.QrCode, &service.MicroPayment,
	} {
		if *rule == notificationsv1.PartRule_PART_RULE_UNSPECIFIED {
			*rule = refused
		}
	}
	if service.GetLife() == nil {
		service.Life = durationpb.New(defaultLife)
	}
	if service.GetRetention() == nil {
		service.Retention = durationpb.New(defaultRetention)
	}
	if service.QuietHours == nil {
		service.QuietHours = new(true)
	}
}
