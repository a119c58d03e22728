package cmp

import (
	"net/http"

	"github.com/ventanilla/ventanilla/gateway/credential"
	"github.com/ventanilla/ventanilla/gateway/edge"
	"github.com/ventanilla/ventanilla/gateway/wirejson"
	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
)

// envelope is the body of errors, but for the token endpoint's.
type envelope struct {
	Code    int          `json:"code"`
	Success bool         `json:"success"`
	Data    envelopeData `json:"data"`
}

type envelopeData struct {
	Message string `json:"message"`
}

// fieldTexts are the document's and its kin for wrong parameters of the potential benefits.
var fieldTexts = map[string]struct{ missing, invalid string }{
	parameterCategory: {"Ingrese Categoría", "Categoría no válida"},
	parameterRUT:      {"Ingrese Rut", "Rut no válido"},
	parameterToken:    {"Ingrese cu_token", "cu_token no válido"},
}

func writeEnvelope(w http.ResponseWriter, r *http.Request, status int, err error) {
	body := envelope{Code: status, Data: envelopeData{texts[status]}}
	if text := fieldText(err); text != "" && r.URL.Path == BenefitsPath {
		// The document answers wrong parameters with 500. A strict status changes nothing of the body.
		status, body = http.StatusInternalServerError, envelope{Code: http.StatusInternalServerError, Data: envelopeData{text}}
		if edge.Strict(r.Context()) {
			status = http.StatusUnprocessableEntity
		}
	}
	if status == http.StatusUnauthorized {
		w.Header()["WWW-Authenticate"] = []string{challenge(r, err)}
	}
	wirejson.Respond(w, status, wirejson.MediaType, body)
}

// fieldText says which parameter is wrong; it is empty when none is.
func fieldText(err error) string {
	fields := rpcerr.Fields(err)
	if len(fields) == 0 {
		return ""
	}
	text := fieldTexts[fields[0].Field]
	if rpcerr.Reason(err) == errorsv1.Reason_REASON_FIELD_MISSING {
		return text.missing
	}
	return text.invalid
}

// challenge asks for a token, and says that the one that came was wrong, if it was (RFC 6750, 3).
func challenge(r *http.Request, err error) string {
	const bearer = `Bearer realm="ventanilla"`
	if rpcerr.Reason(err) == errorsv1.Reason_REASON_CREDENTIAL_INVALID && r.URL.Path != WidgetTokenPath &&
		credential.SchemeOf(r.Header["Authorization"]) == credential.Bearer {
		return bearer + `, error="invalid_token"`
	}
	return bearer
}
