package accept

import (
	"net/url"
	"strings"
	"time"

	"golang.org/x/text/currency"
	"google.golang.org/protobuf/types/known/timestamppb"

	notificationsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/notifications/v1"
	"github.com/ventanilla/ventanilla/services/notifications/internal/template"
)

// maxWords bounds what a code or a payment request is for, in code points.
const maxWords = 64

// maxMessage bounds what a message says where no template does, in code points. A caller may take fewer.
const maxMessage = 178

// checkFields holds what is asked for against what the contract says of each field and its own rules cannot.
func checkFields(f *faults, in *notificationsv1.DispatchRequest, now time.Time) {
	f.plain("destination", in.GetDestination(), false)
	f.plain("reference", in.GetReference(), false)
	f.plain("idempotency_key", in.GetIdempotencyKey(), false)
	checkTimes(f, in, now)
	longest := maxMessage
	if own := int(in.GetLongestMessage()); own > 0 {
		longest = min(longest, own)
	}
	checkMessage(f, "notification", in.GetNotification(), longest, false)
	checkMessage(f, "advertisement", in.GetAdvertisement(), longest, true)
	checkCode(f, in.GetQrCode(), now)
	checkPayment(f, in.GetMicroPayment())
}

func checkTimes(f *faults, in *notificationsv1.DispatchRequest, now time.Time) {
	from := now
	if f.time("send_at", in.GetSendAt()) && in.GetSendAt().AsTime().After(now) {
		from = in.GetSendAt().AsTime()
		f.must("send_at", !from.After(now.AddDate(1, 0, 0)), "be at most a year ahead")
	}
	if f.time("expires_at", in.GetExpiresAt()) {
		until := in.GetExpiresAt().AsTime()
		f.must("expires_at", until.After(from), "be after the present time and after send_at")
		f.must("expires_at", !until.After(from.AddDate(1, 0, 0)), "be at most a year after send_at")
	}
}

// time tells whether a time is there and can be used.
func (f *faults) time(field string, at *timestamppb.Timestamp) bool {
	if at == nil {
		return false
	}
	f.must(field, at.IsValid(), "be a time of the years 1 to 9999")
	return at.IsValid()
}

func checkMessage(f *faults, part string, m *notificationsv1.Message, longest int, advertisement bool) {
	if m == nil {
		return
	}
	f.needs(part+".channel", m.GetChannel() != notificationsv1.Channel_CHANNEL_UNSPECIFIED)
	if m.GetTemplate() != nil {
		f.needs(part+".template.name", !blank(m.GetTemplate().GetName()))
		f.plain(part+".template.name", m.GetTemplate().GetName(), false)
		f.must(part+".template", blank(m.GetTitle()) && blank(m.GetMessage()), "not be beside title and message")
	} else {
		f.text(part+".title", m.GetTitle(), template.MaxTitle, false)
		f.text(part+".message", m.GetMessage(), longest, true)
	}
	if link := m.GetLink(); !blank(link) {
		f.must(part+".link", m.GetChannel() != notificationsv1.Channel_CHANNEL_SAT, "be empty for SAT")
		f.must(part+".link", isLink(link), "be an absolute https address without user information")
	}
	if len(m.GetPicture()) > 0 {
		f.must(part+".picture", advertisement && showsPictures(m.GetChannel()), "be empty but for advertisements by FCM, EMAIL or WEBHOOK")
	}
	checkData(f, part+".data", m)
}

func showsPictures(channel notificationsv1.Channel) bool {
	switch channel {
	case notificationsv1.Channel_CHANNEL_FCM, notificationsv1.Channel_CHANNEL_EMAIL, notificationsv1.Channel_CHANNEL_WEBHOOK:
		return true
	case notificationsv1.Channel_CHANNEL_UNSPECIFIED, notificationsv1.Channel_CHANNEL_SAT, notificationsv1.Channel_CHANNEL_SMS:
	}
	return false
}

func isLink(link string) bool {
	u, err := url.Parse(link)
	return err == nil && strings.EqualFold(u.Scheme, "https") && u.Hostname() != "" && u.User == nil && !strings.ContainsAny(link, " \t\r\n\"<>\\^`{|}")
}

func checkCode(f *faults, c *notificationsv1.QRCode, now time.Time) {
	if c == nil {
		return
	}
	f.needs("qr_code.kind", c.GetKind() != "")
	f.text("qr_code.title", c.GetTitle(), maxWords, false)
	f.plain("qr_code.code", c.GetCode(), false)
	from := now
	if f.time("qr_code.valid_from", c.GetValidFrom()) && c.GetValidFrom().AsTime().After(now) {
		from = c.GetValidFrom().AsTime()
	}
	if f.time("qr_code.valid_until", c.GetValidUntil()) {
		f.must("qr_code.valid_until", c.GetValidUntil().AsTime().After(from), "be after the present time and after valid_from")
	}
}

func checkPayment(f *faults, p *notificationsv1.MicroPayment) {
	if p == nil {
		return
	}
	f.needs("micro_payment.amount", p.GetAmount() != 0)
	f.needs("micro_payment.currency", p.GetCurrency() != "")
	if p.GetCurrency() != "" {
		f.must("micro_payment.currency", isCurrency(p.GetCurrency()), "be a currency of ISO 4217")
	}
	f.text("micro_payment.concept", p.GetConcept(), maxWords, false)
	f.plain("micro_payment.reference", p.GetReference(), false)
}

// isCurrency leaves out the codes for tests and for no currency.
func isCurrency(code string) bool {
	unit, err := currency.ParseISO(code)
	return err == nil && unit.String() == code && unit != currency.XTS && unit != currency.XXX
}
