package accept

import (
	"unicode/utf8"

	notificationsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/notifications/v1"
)

// keepsContract tells of most requests that are valid by the contract's own rules that they are, in a small part of the time. Of others it tells
// nothing.
func keepsContract(in *notificationsv1.DispatchRequest) bool {
	return in.GetProviderId() >= 0 && in.GetServiceId() >= 0 && len(in.GetServiceToken()) <= 64 && len(in.GetDestination()) <= 64 &&
		len(in.GetReference()) <= 128 && len(in.GetIdempotencyKey()) <= 255 &&
		messageKeepsContract(in.GetNotification()) && messageKeepsContract(in.GetAdvertisement()) &&
		codeKeepsContract(in.GetQrCode()) && paymentKeepsContract(in.GetMicroPayment())
}

func messageKeepsContract(m *notificationsv1.Message) bool {
	if m == nil {
		return true
	}
	return notificationsv1.Channel_name[int32(m.GetChannel())] != "" && m.GetChannel() != notificationsv1.Channel_CHANNEL_UNSPECIFIED &&
		len(m.GetTitle()) <= 256 && len(m.GetMessage()) <= 1024 && len(m.GetLink()) <= 2048 && templateKeepsContract(m.GetTemplate()) &&
		dataKeepsContract(m.GetData())
}

func templateKeepsContract(t *notificationsv1.TemplateUse) bool {
	if t == nil {
		return true
	}
	for name, value := range t.GetValues() {
		if name == "" || utf8.RuneCountInString(name) > 64 || len(value) > 1024 {
			return false
		}
	}
	return t.GetName() != "" && len(t.GetName()) <= 64 && t.GetVersion() >= 0 && len(t.GetValues()) <= 32
}

func dataKeepsContract(data map[string]string) bool {
	for name, value := range data {
		if name == "" || utf8.RuneCountInString(name) > 32 || len(value) > 64 {
			return false
		}
	}
	return len(data) <= 8
}

func codeKeepsContract(c *notificationsv1.QRCode) bool {
	return c == nil || (c.GetKind() == "ticket" || c.GetKind() == "coupon") && len(c.GetTitle()) <= 256 && len(c.GetCode()) <= 64 &&
		0 <= c.GetUses() && c.GetUses() <= 1000
}

func paymentKeepsContract(p *notificationsv1.MicroPayment) bool {
	if p == nil {
		return true
	}
	for _, letter := range p.GetCurrency() {
		if letter < 'A' || letter > 'Z' {
			return false
		}
	}
	return 0 <= p.GetAmount() && p.GetAmount() <= 100_000_000_000 && (len(p.GetCurrency()) == 0 || len(p.GetCurrency()) == 3) &&
		len(p.GetConcept()) <= 256 && len(p.GetReference()) <= 64
}
