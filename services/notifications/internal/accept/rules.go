package accept

import (
	"slices"

	notificationsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/notifications/v1"
	"github.com/ventanilla/ventanilla/services/notifications/internal/message"
)

// checkParts holds what is asked for against the service's rules, and against what can be sent.
func (a *Acceptor) checkParts(f *faults, in *notificationsv1.DispatchRequest, service *notificationsv1.Service, set message.DataSet) {
	messages := in.GetNotification() != nil || in.GetAdvertisement() != nil
	f.part("destination", !blank(in.GetDestination()), service.GetDestination())
	if service.GetDestination() == notificationsv1.PartRule_PART_RULE_OPTIONAL && messages {
		f.needs("destination", !blank(in.GetDestination()))
	}
	f.part("notification", in.GetNotification() != nil, service.GetNotification())
	f.part("advertisement", in.GetAdvertisement() != nil, service.GetAdvertisement())
	f.part("qr_code", in.GetQrCode() != nil, service.GetQrCode())
	f.part("micro_payment", in.GetMicroPayment() != nil, service.GetMicroPayment())
	if len(f.refused) == 0 && len(f.missing) == 0 {
		f.needs("parts", messages || in.GetQrCode() != nil || in.GetMicroPayment() != nil)
	}
	for part, m := range messagesOf(in) {
		switch {
		case m.GetChannel() == notificationsv1.Channel_CHANNEL_UNSPECIFIED:
		case len(service.GetChannels()) > 0 && !slices.Contains(service.GetChannels(), m.GetChannel()):
			f.refuse(part+".channel", "the service does not use it")
		case !a.Carriers.Carries(set, message.ChannelOf(m.GetChannel())):
			f.refuse(part+".channel", "nobody carries it")
		}
	}
}

// part holds one against its rule.
func (f *faults) part(field string, there bool, rule notificationsv1.PartRule) {
	switch rule {
	case notificationsv1.PartRule_PART_RULE_REQUIRED:
		f.needs(field, there)
	case notificationsv1.PartRule_PART_RULE_OPTIONAL:
	case notificationsv1.PartRule_PART_RULE_REFUSED, notificationsv1.PartRule_PART_RULE_UNSPECIFIED:
		if there {
			f.refuse(field, "the service does not take it")
		}
	}
}

// messagesOf are the parts that say something, by their names, in the order of their kinds.
func messagesOf(in *notificationsv1.DispatchRequest) func(yield func(string, *notificationsv1.Message) bool) {
	return func(yield func(string, *notificationsv1.Message) bool) {
		if m := in.GetNotification(); m != nil && !yield("notification", m) {
			return
		}
		if m := in.GetAdvertisement(); m != nil {
			yield("advertisement", m)
		}
	}
}
