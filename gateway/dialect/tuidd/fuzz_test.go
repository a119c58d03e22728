package tuidd_test

import (
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"

	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
	notificationsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/notifications/v1"
)

// FuzzService reads any body: it is a request, which reads alike once it is written with the contract's own spellings, or an error that is the
// caller's and names what is wrong.
func FuzzService(f *testing.F) {
	for _, seed := range []string{
		asking(`{"destination":"p","notification":{"titulo":"a","Mensaje":"b","canal":"SMS","Link":"https://x.example"}}`),
		asking(`{"advertisement":{"Tittle":"a","Message":"b","Cannel":3,"Picture":"data:image/png;base64,+/+/+w=="}}`),
		asking(`{"notification":{"template":"cita","values":{"a":"b"},"Cannel":"2"}}`),
		asking(`{"qr_code":{"kind":"ticket","uses":"2","valid_from":"2026-01-02T00:00:00Z"},"microPayment":{"amount":1}}`),
		asking(`{"notification":{"Tittle":"a","titre":"b"}}`),
		`{"provider_id":"9223372036854775807","expires_at":"9999-12-31T23:59:59Z"}`, `{"parameters":{"Kelvin":1}}`, `[]`, ``,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got, err := read(text)
		if err != nil {
			switch reason := rpcerr.Reason(err); reason {
			case errorsv1.Reason_REASON_MALFORMED_BODY:
			case missing, invalid, repeated:
				if len(rpcerr.Fields(err)) == 0 {
					t.Errorf("%v names no field", err)
				}
			default:
				t.Errorf("got %v", err)
			}
			return
		}
		again, err := read(spell(t, got))
		if err != nil || !proto.Equal(got, again) {
			t.Errorf("got %v, %v\nwant %v", again, err, got)
		}
	})
}

// object is a JSON object, without members that are nothing.
type object map[string]any

// spell writes a request in the contract's own spellings.
func spell(t *testing.T, r *notificationsv1.DispatchRequest) string {
	t.Helper()
	parameters := object{"destination": r.GetDestination()}
	for name, m := range map[string]*notificationsv1.Message{"notification": r.GetNotification(), "advertisement": r.GetAdvertisement()} {
		if m == nil {
			continue
		}
		said := object{"Tittle": m.GetTitle(), "Message": m.GetMessage(), "Cannel": int(m.GetChannel()), "Link": m.GetLink()}
		if len(m.GetPicture()) > 0 {
			said["Picture"] = base64.StdEncoding.EncodeToString(m.GetPicture())
		}
		if use := m.GetTemplate(); use != nil {
			said["template"] = object{"name": use.GetName(), "version": use.GetVersion()}
			said["values"] = use.GetValues()
		}
		parameters[name] = said
	}
	if q := r.GetQrCode(); q != nil {
		code := object{"kind": q.GetKind(), "title": q.GetTitle(), "code": q.GetCode()}
		if q.GetUses() != 0 {
			code["uses"] = q.GetUses()
		}
		if q.GetValidFrom() != nil {
			code["valid_from"] = q.GetValidFrom().AsTime()
		}
		if q.GetValidUntil() != nil {
			code["valid_until"] = q.GetValidUntil().AsTime()
		}
		parameters["qr_code"] = code
	}
	if p := r.GetMicroPayment(); p != nil {
		parameters["microPayment"] = object{
			"amount": p.GetAmount(), "currency": p.GetCurrency(), "concept": p.GetConcept(), "reference": p.GetReference(),
		}
	}
	all := object{
		"provider_id": r.GetProviderId(), "service_token": r.GetServiceToken(), "service_id": r.GetServiceId(),
		"reference": r.GetReference(), "parameters": parameters,
	}
	if r.GetSendAt() != nil {
		all["send_at"] = r.GetSendAt().AsTime()
	}
	if r.GetExpiresAt() != nil {
		all["expires_at"] = r.GetExpiresAt().AsTime()
	}
	var text strings.Builder
	if err := json.NewEncoder(&text).Encode(all); err != nil {
		t.Fatal(err)
	}
	return text.String()
}
