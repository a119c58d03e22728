package tuidd

import (
	"maps"
	"strings"

	"github.com/ventanilla/ventanilla/gateway/dialect"
	"github.com/ventanilla/ventanilla/gateway/oauth"
	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	tuiddv1 "github.com/ventanilla/ventanilla/proto/gen/go/tuidd/v1"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
	notificationsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/notifications/v1"
)

// dispatchFields names the fields of the domain request as the endpoint does, in the document's first spelling.
var dispatchFields = dialect.Fields{
	Request: (*notificationsv1.DispatchRequest)(nil),
	Names: joined(messageNames("notification"), messageNames("advertisement"), map[string]string{
		"provider_id":     "provider_id",
		"service_token":   "service_token",
		"service_id":      "service_id",
		"destination":     "parameters.destination",
		"reference":       "reference",
		"send_at":         "send_at",
		"expires_at":      "expires_at",
		"idempotency_key": keyHeader,
		"longest_message": "", // it is the document's

		"qr_code":             "parameters.qr_code",
		"qr_code.kind":        "parameters.qr_code.kind",
		"qr_code.title":       "parameters.qr_code.title",
		"qr_code.code":        "parameters.qr_code.code",
		"qr_code.valid_from":  "parameters.qr_code.valid_from",
		"qr_code.valid_until": "parameters.qr_code.valid_until",
		"qr_code.uses":        "parameters.qr_code.uses",

		"micro_payment":           "parameters.microPayment",
		"micro_payment.amount":    "parameters.microPayment.amount",
		"micro_payment.currency":  "parameters.microPayment.currency",
		"micro_payment.concept":   "parameters.microPayment.concept",
		"micro_payment.reference": "parameters.microPayment.reference",
	}),
}

const (
	// anyPart stands for the parts where one is needed, whichever.
	anyPart = "parts"
	// noPart is what is wrong where there is none.
	noPart = "has no part"
	// maxMessage is the longest message of the document, in code points.
	maxMessage = 166
	// ofValue stands before the name of a placeholder whose value is wrong.
	ofValue = ".values."
)

// dispatchError puts the caller's names into a domain error.
func dispatchError(err error, names written) error {
	violations := rpcerr.Fields(err)
	if len(violations) == 0 {
		return err
	}
	var named []rpcerr.Option
	for _, v := range violations {
		name := dispatchName(v.Field)
		if name == "" {
			return rpcerr.Wrap(errorsv1.Reason_REASON_INTERNAL, err, "the gateway sent a wrong "+v.Field)
		}
		if v.Field == anyPart {
			v.Description = noPart
		}
		named = append(named, rpcerr.Field(names.name(name), v.Description))
	}
	return rpcerr.Wrap(rpcerr.Reason(err), err, "a parameter was refused", named...)
}

// dispatchName is the endpoint's name of what is wrong with a dispatch.
func dispatchName(path string) string {
	if path == anyPart {
		return parametersField
	}
	if of, placeholder, ok := strings.Cut(path, ofValue); ok {
		return dispatchFields.Name(of+strings.TrimSuffix(ofValue, ".")) + "." + placeholder
	}
	return dispatchFields.Name(path)
}

// batchFields names those of a batch. What is wrong with an item is in the item's own answer.
var batchFields = dialect.Fields{Request: (*notificationsv1.DispatchBatchRequest)(nil), Names: batchNames()}

func batchNames() map[string]string {
	names := map[string]string{"items": itemsField}
	for path := range dispatchFields.Names {
		names["items."+path] = ""
	}
	return names
}

func messageNames(part string) map[string]string {
	of := parametersField + "." + part
	return map[string]string{
		part:                       of,
		part + ".channel":          of + ".Cannel",
		part + ".title":            of + ".Tittle",
		part + ".message":          of + ".Message",
		part + ".link":             of + ".Link",
		part + ".picture":          of + ".Picture",
		part + ".data":             "", // the family has none
		part + ".template":         of + ".template",
		part + ".template.name":    of + ".template.name",
		part + ".template.version": of + ".template.version",
		part + ".template.values":  of + ".values",
	}
}

func joined(all ...map[string]string) map[string]string {
	out := make(map[string]string)
	for _, some := range all {
		maps.Copy(out, some)
	}
	return out
}

// missing collects what a request lacks.
type missing []rpcerr.Option

func (m *missing) when(lacking bool, field string) {
	if lacking {
		*m = append(*m, rpcerr.Field(field, "is required"))
	}
}

// dispatchRequest is a request for a service in the domain's words. It checks what the domain cannot tell from a wrong value: what is not there.
func dispatchRequest(in *tuiddv1.CreateServiceRequest) (*notificationsv1.DispatchRequest, error) {
	parameters := in.GetParameters()
	var lacks missing
	lacks.when(in.GetProviderId() == 0, "provider_id")
	lacks.when(oauth.Blank(in.GetServiceToken()), "service_token")
	lacks.when(in.GetServiceId() == 0, "service_id")
	lacks.when(parameters == nil, parametersField)
	out := &notificationsv1.DispatchRequest{
		ProviderId: in.GetProviderId(), ServiceToken: strings.TrimSpace(in.GetServiceToken()), ServiceId: in.GetServiceId(),
		Destination: parameters.GetDestination(), Reference: in.GetReference(), LongestMessage: maxMessage,
	}
	if n := parameters.GetNotification(); n != nil {
		out.Notification = message(n, &lacks, "parameters.notification")
	}
	if ad := parameters.GetAdvertisement(); ad != nil {
		out.Advertisement = message(ad, &lacks, "parameters.advertisement")
		out.Advertisement.Picture = ad.GetPicture()
	}
	if p := parameters.GetMicroPayment(); p != nil {
		lacks.when(p.GetAmount() == 0, "parameters.microPayment.amount")
		out.MicroPayment = &notificationsv1.MicroPayment{
			Amount: p.GetAmount(), Currency: strings.ToUpper(p.GetCurrency()), Concept: p.GetConcept(), Reference: p.GetReference(),
		}
	}
	if q := parameters.GetQrCode(); q != nil {
		lacks.when(oauth.Blank(q.GetKind()), "parameters.qr_code.kind")
	}
	if lacks != nil {
		return nil, rpcerr.New(errorsv1.Reason_REASON_FIELD_MISSING, "a parameter is missing", lacks...)
	}
	var err error
	if out.QrCode, err = qrCode(parameters.GetQrCode()); err != nil {
		return nil, err
	}
	if out.SendAt, err = parseTime("send_at", in.GetSendAt()); err != nil {
		return nil, err
	}
	if out.ExpiresAt, err = parseTime("expires_at", in.GetExpiresAt()); err != nil {
		return nil, err
	}
	return out, nil
}

// saying is a notification or an advertisement.
type saying interface {
	GetTittle() string
	GetMessage() string
	GetCannel() int32
	GetLink() string
	GetTemplate() *tuiddv1.Template
	GetValues() map[string]string
}

func message(in saying, lacks *missing, path string) *notificationsv1.Message {
	lacks.when(in.GetCannel() == 0, path+".Cannel")
	out := &notificationsv1.Message{
		Channel: notificationsv1.Channel(in.GetCannel()), Title: in.GetTittle(), Message: in.GetMessage(), Link: in.GetLink(),
	}
	if t := in.GetTemplate(); t != nil || len(in.GetValues()) > 0 {
		lacks.when(oauth.Blank(t.GetName()), path+".template.name")
		out.Template = &notificationsv1.TemplateUse{Name: t.GetName(), Version: t.GetVersion(), Values: in.GetValues()}
	}
	return out
}

func qrCode(in *tuiddv1.QRCode) (*notificationsv1.QRCode, error) {
	if in == nil {
		return nil, nil //nolint:nilnil // no code is one that was not asked for
	}
	if in.Uses != nil && in.GetUses() < 1 {
		return nil, rpcerr.Invalid("parameters.qr_code.uses", "is less than 1") // the domain takes 0 for none
	}
	from, err := parseTime("parameters.qr_code.valid_from", in.GetValidFrom())
	if err != nil {
		return nil, err
	}
	until, err := parseTime("parameters.qr_code.valid_until", in.GetValidUntil())
	return &notificationsv1.QRCode{
		Kind: strings.ToLower(in.GetKind()), Title: in.GetTitle(), Code: in.GetCode(), ValidFrom: from, ValidUntil: until, Uses: in.GetUses(),
	}, err
}
