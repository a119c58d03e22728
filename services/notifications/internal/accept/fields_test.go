package accept_test

import (
	"bytes"
	"image"
	"image/png"
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
	notificationsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/notifications/v1"
	"github.com/ventanilla/ventanilla/services/notifications/internal/store"
)

const (
	missing = errorsv1.Reason_REASON_FIELD_MISSING
	invalid = errorsv1.Reason_REASON_FIELD_INVALID
	part    = errorsv1.Reason_REASON_PART_REFUSED
)

// rule is a change of a request and what is said of it; nothing where it is good.
type rule struct {
	change func(*notificationsv1.DispatchRequest)
	reason errorsv1.Reason
	field  string
}

func at(d time.Duration) *timestamppb.Timestamp { return timestamppb.New(start.Add(d)) }

func advertise(m *notificationsv1.Message) func(*notificationsv1.DispatchRequest) {
	return func(in *notificationsv1.DispatchRequest) { in.Advertisement = m }
}

func notify(change func(*notificationsv1.Message)) func(*notificationsv1.DispatchRequest) {
	return func(in *notificationsv1.DispatchRequest) { change(in.GetNotification()) }
}

// fewer is a message of a caller that takes fewer code points than the dispatcher.
func fewer(longest int32, text string) func(*notificationsv1.DispatchRequest) {
	return func(in *notificationsv1.DispatchRequest) {
		in.LongestMessage, in.Notification.Message = longest, text
	}
}

func ticket(change func(*notificationsv1.QRCode)) func(*notificationsv1.DispatchRequest) {
	return func(in *notificationsv1.DispatchRequest) {
		in.QrCode = &notificationsv1.QRCode{Kind: "ticket", Title: "Entrada"}
		change(in.GetQrCode())
	}
}

func pay(change func(*notificationsv1.MicroPayment)) func(*notificationsv1.DispatchRequest) {
	return func(in *notificationsv1.DispatchRequest) {
		in.MicroPayment = &notificationsv1.MicroPayment{Amount: 990, Currency: "CLP", Concept: "Multa"}
		change(in.GetMicroPayment())
	}
}

func drawing(t *testing.T) []byte {
	t.Helper()
	var out bytes.Buffer
	check(t, png.Encode(&out, image.NewGray(image.Rect(0, 0, 2, 2))))
	return out.Bytes()
}

func fieldRules(t *testing.T) map[string]rule {
	picture := drawing(t)
	publicity := func(channel notificationsv1.Channel, picture []byte) *notificationsv1.Message {
		return &notificationsv1.Message{Channel: channel, Title: "Autos", Message: "Usados", Picture: picture}
	}
	const sms, sat, fcm = notificationsv1.Channel_CHANNEL_SMS, notificationsv1.Channel_CHANNEL_SAT, notificationsv1.Channel_CHANNEL_FCM
	type (
		in      = notificationsv1.DispatchRequest
		message = notificationsv1.Message
	)
	return map[string]rule{
		"good": {change: func(*in) {}},

		"no provider":           {func(in *in) { in.ProviderId = 0 }, missing, "provider_id"},
		"no service":            {func(in *in) { in.ServiceId = 0 }, missing, "service_id"},
		"no token":              {func(in *in) { in.ServiceToken = "" }, missing, "service_token"},
		"blank token":           {func(in *in) { in.ServiceToken = " \t" }, missing, "service_token"},
		"token in capitals":     {change: func(in *in) { in.ServiceToken = strings.ToUpper(token) }},
		"no destination":        {func(in *in) { in.Destination = "" }, missing, "destination"},
		"blank destination":     {func(in *in) { in.Destination = " \u2003" }, missing, "destination"},
		"unknown destination":   {func(in *in) { in.Destination = "nobody" }, errorsv1.Reason_REASON_DESTINATION_UNREACHABLE, "destination"},
		"no address":            {func(in *in) { in.Destination = "phone"; in.Notification.Channel = fcm }, errorsv1.Reason_REASON_DESTINATION_UNREACHABLE, "destination"},
		"an address":            {change: func(in *in) { in.Destination = "phone" }},
		"destination with NUL":  {func(in *in) { in.Destination = "a\x00" }, invalid, "destination"},
		"no parts":              {func(in *in) { in.Notification = nil }, missing, "parts"},
		"reference with a line": {func(in *in) { in.Reference = "a\nb" }, invalid, "reference"},
		"blank reference":       {change: func(in *in) { in.Reference = "  " }},
		"key with NUL":          {func(in *in) { in.IdempotencyKey = "a\x00" }, invalid, "idempotency_key"},

		"no channel":      {notify(func(m *message) { m.Channel = 0 }), missing, "notification.channel"},
		"no title":        {notify(func(m *message) { m.Title = "" }), missing, "notification.title"},
		"blank title":     {notify(func(m *message) { m.Title = "\u00a0 " }), missing, "notification.title"},
		"title of 32":     {change: notify(func(m *message) { m.Title = strings.Repeat("ñ", 32) })},
		"title of 33":     {notify(func(m *message) { m.Title = strings.Repeat("ñ", 33) }), invalid, "notification.title"},
		"title of lines":  {notify(func(m *message) { m.Title = "a\nb" }), invalid, "notification.title"},
		"no message":      {notify(func(m *message) { m.Message = "" }), missing, "notification.message"},
		"blank message":   {notify(func(m *message) { m.Message = "\n\t" }), missing, "notification.message"},
		"message of 178":  {change: notify(func(m *message) { m.Message = strings.Repeat("😀", 178) })},
		"message of 179":  {notify(func(m *message) { m.Message = strings.Repeat("a", 179) }), invalid, "notification.message"},
		"message of 166":  {change: fewer(166, strings.Repeat("😀", 166))},
		"message of 167":  {fewer(166, strings.Repeat("a", 167)), invalid, "notification.message"},
		"message of two":  {change: notify(func(m *message) { m.Message = "a\r\nb" })},
		"message and NUL": {notify(func(m *message) { m.Message = "a\x00" }), invalid, "notification.message"},

		"link":                 {change: notify(func(m *message) { m.Link = "HTTPS://example.org/a?b=c#d" })},
		"blank link":           {change: notify(func(m *message) { m.Link = " "; m.Channel = sat })},
		"link by SAT":          {notify(func(m *message) { m.Link = "https://example.org"; m.Channel = sat }), invalid, "notification.link"},
		"link without host":    {notify(func(m *message) { m.Link = "https://:443/x" }), invalid, "notification.link"},
		"relative link":        {notify(func(m *message) { m.Link = "//example.org/x" }), invalid, "notification.link"},
		"plain link":           {notify(func(m *message) { m.Link = "http://example.org" }), invalid, "notification.link"},
		"script for a link":    {notify(func(m *message) { m.Link = "javascript:alert(1)" }), invalid, "notification.link"},
		"opaque link":          {notify(func(m *message) { m.Link = "https:example.org" }), invalid, "notification.link"},
		"link of a user":       {notify(func(m *message) { m.Link = "https://user@example.org" }), invalid, "notification.link"},
		"link with a space":    {notify(func(m *message) { m.Link = "https://example.org/a b" }), invalid, "notification.link"},
		"link that is no link": {notify(func(m *message) { m.Link = "https://[::1" }), invalid, "notification.link"},

		"data":                 {change: notify(func(m *message) { m.Channel = fcm; m.Data = map[string]string{"record": "203", "kept": ""} })},
		"data by SMS":          {notify(func(m *message) { m.Data = map[string]string{"record": "203"} }), invalid, "notification.data"},
		"data in a taken name": {notify(func(m *message) { m.Channel = fcm; m.Data = map[string]string{"from": "x"} }), invalid, "notification.data"},
		"data in FCM's name":   {notify(func(m *message) { m.Channel = fcm; m.Data = map[string]string{"google_x": "x"} }), invalid, "notification.data"},
		"data in capitals":     {notify(func(m *message) { m.Channel = fcm; m.Data = map[string]string{"Record": "x"} }), invalid, "notification.data"},
		"data with a control":  {notify(func(m *message) { m.Channel = fcm; m.Data = map[string]string{"record": "a\nb"} }), invalid, "notification.data.record"},

		"picture":                   {change: advertise(publicity(fcm, picture))},
		"picture in a notification": {notify(func(m *message) { m.Channel = fcm; m.Picture = picture }), invalid, "notification.picture"},
		"picture by SMS":            {advertise(publicity(sms, picture)), invalid, "advertisement.picture"},
		"picture that is none":      {advertise(publicity(fcm, []byte("GIF89a"))), invalid, "advertisement.picture"},
		"advertisement":             {advertise(&message{Channel: sms, Title: " ", Message: "x"}), missing, "advertisement.title"},

		"template":                     {change: notify(func(m *message) { use(m, "hora", map[string]string{"dia": "lunes"}) })},
		"template's version":           {change: notify(func(m *message) { use(m, "hora", map[string]string{"dia": "lunes"}).Version = 1 })},
		"template that is none":        {notify(func(m *message) { use(m, "otra", nil) }), errorsv1.Reason_REASON_TEMPLATE_NOT_FOUND, "notification.template"},
		"template's version to come":   {notify(func(m *message) { use(m, "hora", nil).Version = 2 }), errorsv1.Reason_REASON_TEMPLATE_NOT_FOUND, "notification.template"},
		"template and title":           {notify(func(m *message) { use(m, "hora", map[string]string{"dia": "lunes"}); m.Title = "x" }), invalid, "notification.template"},
		"template without a name":      {notify(func(m *message) { use(m, " ", nil) }), missing, "notification.template.name"},
		"template without a value":     {notify(func(m *message) { use(m, "hora", nil) }), invalid, "notification.template.values.dia"},
		"template with a long value":   {notify(func(m *message) { use(m, "hora", map[string]string{"dia": strings.Repeat("x", 11)}) }), invalid, "notification.template.values.dia"},
		"template with a control":      {notify(func(m *message) { use(m, "hora", map[string]string{"dia": "\x07"}) }), invalid, "notification.template.values"},
		"template with another value":  {notify(func(m *message) { use(m, "hora", map[string]string{"dia": "x", "mes": "y"}) }), invalid, "notification.template.values"},
		"template of another provider": {notify(func(m *message) { use(m, "ajena", nil) }), errorsv1.Reason_REASON_TEMPLATE_NOT_FOUND, "notification.template"},

		"ticket":              {change: ticket(func(*notificationsv1.QRCode) {})},
		"code of no kind":     {ticket(func(c *notificationsv1.QRCode) { c.Kind = "" }), missing, "qr_code.kind"},
		"code without title":  {ticket(func(c *notificationsv1.QRCode) { c.Title = " " }), missing, "qr_code.title"},
		"code's long title":   {ticket(func(c *notificationsv1.QRCode) { c.Title = strings.Repeat("x", 65) }), invalid, "qr_code.title"},
		"code's code":         {ticket(func(c *notificationsv1.QRCode) { c.Code = "a\x01" }), invalid, "qr_code.code"},
		"code of the past":    {ticket(func(c *notificationsv1.QRCode) { c.ValidUntil = at(0) }), invalid, "qr_code.valid_until"},
		"code good for never": {ticket(func(c *notificationsv1.QRCode) { c.ValidFrom, c.ValidUntil = at(2), at(2) }), invalid, "qr_code.valid_until"},
		"code from no time":   {ticket(func(c *notificationsv1.QRCode) { c.ValidFrom = &timestamppb.Timestamp{Nanos: -1} }), invalid, "qr_code.valid_from"},
		"code to no time":     {ticket(func(c *notificationsv1.QRCode) { c.ValidUntil = &timestamppb.Timestamp{Seconds: 1 << 60} }), invalid, "qr_code.valid_until"},
		"code of a while":     {change: ticket(func(c *notificationsv1.QRCode) { c.ValidFrom, c.ValidUntil = at(-time.Hour), at(time.Second) })},

		"payment":              {change: pay(func(*notificationsv1.MicroPayment) {})},
		"payment of nothing":   {pay(func(p *notificationsv1.MicroPayment) { p.Amount = 0 }), missing, "micro_payment.amount"},
		"payment in nothing":   {pay(func(p *notificationsv1.MicroPayment) { p.Currency = "" }), missing, "micro_payment.currency"},
		"payment in dreams":    {pay(func(p *notificationsv1.MicroPayment) { p.Currency = "ZZZ" }), invalid, "micro_payment.currency"},
		"payment in no money":  {pay(func(p *notificationsv1.MicroPayment) { p.Currency = "XXX" }), invalid, "micro_payment.currency"},
		"payment for nothing":  {pay(func(p *notificationsv1.MicroPayment) { p.Concept = "" }), missing, "micro_payment.concept"},
		"payment for a lot":    {pay(func(p *notificationsv1.MicroPayment) { p.Concept = strings.Repeat("x", 65) }), invalid, "micro_payment.concept"},
		"payment with a break": {pay(func(p *notificationsv1.MicroPayment) { p.Concept = "a\nb" }), invalid, "micro_payment.concept"},
		"payment's reference":  {pay(func(p *notificationsv1.MicroPayment) { p.Reference = "\x7f" }), invalid, "micro_payment.reference"},
		"payment without person": {change: func(in *in) {
			pay(func(*notificationsv1.MicroPayment) {})(in)
			in.Notification, in.Destination = nil, ""
		}},

		"sent later":           {change: func(in *in) { in.SendAt, in.ExpiresAt = at(time.Hour), at(2*time.Hour) }},
		"sent in the past":     {change: func(in *in) { in.SendAt = at(-time.Hour) }},
		"sent in a year":       {change: func(in *in) { in.SendAt = timestamppb.New(start.AddDate(1, 0, 0)) }},
		"sent too late":        {func(in *in) { in.SendAt = timestamppb.New(start.AddDate(1, 0, 0).Add(1)) }, invalid, "send_at"},
		"sent at no time":      {func(in *in) { in.SendAt = &timestamppb.Timestamp{Nanos: 1e9} }, invalid, "send_at"},
		"expired":              {func(in *in) { in.ExpiresAt = at(0) }, invalid, "expires_at"},
		"expires before":       {func(in *in) { in.SendAt, in.ExpiresAt = at(time.Hour), at(time.Hour) }, invalid, "expires_at"},
		"expires in two years": {func(in *in) { in.ExpiresAt = timestamppb.New(start.AddDate(2, 0, 0)) }, invalid, "expires_at"},
		"expires at no time":   {func(in *in) { in.ExpiresAt = &timestamppb.Timestamp{Seconds: -1 << 60} }, invalid, "expires_at"},
	}
}

func use(m *notificationsv1.Message, name string, values map[string]string) *notificationsv1.TemplateUse {
	m.Title, m.Message, m.Template = "", "", &notificationsv1.TemplateUse{Name: name, Values: values}
	return m.GetTemplate()
}

// A dispatch alone, and one of a batch, are held against the same rules.
func TestFieldRules(t *testing.T) {
	w := newWorld(t, sqliteURL(t), 8)
	a := w.acceptor(w.store)
	other := w.newProvider(store.Provider{DataSet: "production", Name: "Otra", ClientID: "c2"}, w.service.GetServiceId(), "another")
	for _, text := range []store.Template{
		{ProviderID: w.provider, Name: "hora", Title: "Hora", Message: "El {{dia}}", Lengths: map[string]int32{"dia": 10}},
		{ProviderID: other, Name: "ajena", Title: "Hora", Message: "Ya"},
	} {
		_, err := w.store.PutTemplate(t.Context(), "test", text)
		check(t, err)
	}
	for name, rule := range fieldRules(t) {
		t.Run(name, func(t *testing.T) {
			in := w.request(rule.change)
			out, err := a.Dispatch(t.Context(), client, clone(in))
			wantFault(t, err, rule.reason, rule.field)
			if (out == nil) != (rule.reason != 0) {
				t.Errorf("answer %v", out)
			}
			item := a.DispatchBatch(t.Context(), client, []*notificationsv1.DispatchRequest{in})[0]
			failure := item.GetFailure()
			if want := strings.TrimPrefix(rule.reason.String(), "REASON_"); rule.reason != 0 && failure.GetReason() != want {
				t.Errorf("in a batch: %v", item)
			}
			if rule.reason == 0 && item.GetStored().GetDispatchId() == "" {
				t.Errorf("in a batch: %v", item)
			}
			var fields []string
			for _, f := range failure.GetFields() {
				fields = append(fields, f.GetField())
				for _, said := range []string{"\x00", "GIF", "user@", "ZZZ"} {
					if strings.Contains(f.GetDescription(), said) {
						t.Errorf("the error repeats what was sent: %s", f.GetDescription())
					}
				}
			}
			if rule.field != "" && !strings.Contains(strings.Join(fields, " "), rule.field) {
				t.Errorf("in a batch: the failure is about %v", fields)
			}
		})
	}
}
