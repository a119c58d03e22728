package tuidd

import (
	"net/http"

	"github.com/grpc-ecosystem/grpc-gateway/v2/runtime"
	"google.golang.org/protobuf/proto"

	"github.com/ventanilla/ventanilla/gateway/edge"
	"github.com/ventanilla/ventanilla/gateway/wirejson"
	tuiddv1 "github.com/ventanilla/ventanilla/proto/gen/go/tuidd/v1"
	notificationsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/notifications/v1"
)

// answered is what a handler of its own answers.
type answered struct {
	status int
	// message is the body; nil for none.
	message proto.Message
	// location is the address of what was made; empty for none.
	location string
	// replayed tells that it is the first answer to the same request.
	replayed bool
}

// handler answers requests with what serve does.
func (a *servicesAdapter) handler(serve func(*http.Request, map[string]string) (*answered, error)) runtime.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request, path map[string]string) {
		done, err := serve(r, path)
		if err != nil {
			edge.Fail(r, err)
			return
		}
		h := w.Header()
		h["Cache-Control"] = []string{"no-store"}
		if done.location != "" {
			h["Location"] = []string{done.location}
		}
		if done.replayed {
			h["Idempotency-Replayed"] = []string{"true"}
		}
		if done.message == nil {
			w.WriteHeader(done.status)
			return
		}
		if err := wirejson.RespondMessage(w, done.status, &a.json, done.message); err != nil {
			edge.Fail(r, err)
		}
	}
}

// Where things are.
func serviceLink(id string) string { return ServicesPath + "/" + id }
func codeLink(code string) string  { return ServicesPath + "/codes/" + code }
func paymentLink(id string) string { return ServicesPath + "/payments/" + id }

// drawingLink is where a code is drawn for everybody who has it; see the native family.
func drawingLink(code, format string) string { return "/notifications/v1/codes/" + code + "." + format }

// links lead to a request and to what it made.
func links(id, code, payment string) *tuiddv1.Links {
	out := &tuiddv1.Links{Self: serviceLink(id)}
	if code != "" {
		out.QrCode, out.QrCodePng, out.QrCodeSvg = new(codeLink(code)), new(drawingLink(code, "png")), new(drawingLink(code, "svg"))
	}
	if payment != "" {
		out.MicroPayment = new(paymentLink(payment))
	}
	return out
}

// linksOf are those of a dispatch.
func linksOf(d *notificationsv1.Dispatch) *tuiddv1.Links {
	var code, payment string
	for _, part := range d.GetParts() {
		code, payment = code+part.GetCode(), payment+part.GetPaymentId() // at most one part has each
	}
	return links(d.GetDispatchId(), code, payment)
}

// stored says that a request is stored.
func stored(d *notificationsv1.DispatchResponse) *tuiddv1.CreateServiceResponse {
	return &tuiddv1.CreateServiceResponse{
		Id: d.GetDispatchId(), Status: statusWord(d.GetStatus()), CreatedAt: instant(d.GetCreatedAt()),
		Links: links(d.GetDispatchId(), d.GetCode(), d.GetPaymentId()),
	}
}

// service says what became of a request.
func service(d *notificationsv1.Dispatch) *tuiddv1.GetServiceResponse {
	out := &tuiddv1.GetServiceResponse{
		Id: d.GetDispatchId(), Status: statusWord(d.GetStatus()), ProviderId: d.GetProviderId(), ServiceId: d.GetServiceId(),
		Reference: word(d.GetReference()), CreatedAt: instant(d.GetCreatedAt()), SendAt: moment(d.GetSendAt()),
		ExpiresAt: moment(d.GetExpiresAt()), ChangedAt: instant(d.GetChangedAt()), Links: linksOf(d),
	}
	for _, p := range d.GetParts() {
		part := &tuiddv1.Part{
			Kind: kinds[p.GetKind()], Channel: channelName(p.GetChannel()), Status: statusWord(p.GetStatus()),
			Reason: word(p.GetReason()), NextAttemptAt: moment(p.GetNextAttemptAt()),
		}
		for _, at := range p.GetAttempts() {
			part.Attempts = append(part.Attempts, &tuiddv1.Attempt{
				Number: at.GetNumber(), At: instant(at.GetAt()), Provider: at.GetCarrier(), Outcome: outcomeWord(at.GetOutcome()),
				Reason: word(at.GetReason()), Repeated: at.GetRepeated(),
			})
		}
		out.Parts = append(out.Parts, part)
	}
	return out
}

// listed is a request in a list.
func listed(d *notificationsv1.Dispatch) *tuiddv1.ListedService {
	out := &tuiddv1.ListedService{
		Id: d.GetDispatchId(), Status: statusWord(d.GetStatus()), ProviderId: d.GetProviderId(), ServiceId: d.GetServiceId(),
		Reference: word(d.GetReference()), CreatedAt: instant(d.GetCreatedAt()), Links: linksOf(d),
	}
	for _, p := range d.GetParts() {
		out.Parts = append(out.Parts, &tuiddv1.ListedPart{
			Kind: kinds[p.GetKind()], Channel: channelName(p.GetChannel()), Status: statusWord(p.GetStatus()),
		})
	}
	return out
}
