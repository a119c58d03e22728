package iddi

import (
	"net/http"
	"strings"

	"github.com/ventanilla/ventanilla/gateway/credential"
	"github.com/ventanilla/ventanilla/gateway/oauth"
	"github.com/ventanilla/ventanilla/gateway/wirejson"
	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
)

// place is the metadata that says where a wrong field stands, when it is in the path.
const (
	place     = "place"
	placePath = "path"
)

// answer says how the family answers a reason: status, code and text, and status and code at the token endpoint, where
// "%s" in the text is the name of a parameter.
type answer struct {
	status      int
	code        string
	text        string
	oauthStatus int
	oauthCode   string
	oauthText   string
}

var (
	internal     = answer{500, "error_generico", textInternal, 500, oauth.ServerError, textInternal}
	unavailable  = answer{503, "no_disponible", textUnavailable, 503, oauth.TemporarilyUnavailable, textUnavailable}
	unauthorized = answer{401, "no_autorizado", textUnauthorized, 401, oauth.InvalidClient, "La API-Key no es válida."}
	forbidden    = answer{403, "prohibido", textForbidden, 400, oauth.UnauthorizedClient, textForbidden}
	notFound     = answer{404, "no_encontrado", textNotFound, 404, oauth.InvalidRequest, textNotFound}
	// badPath is for what is wrong in the path.
	badPath = answer{status: 400, code: "error_generico", text: "ID proporcionado inválido"}
)

var answers = map[errorsv1.Reason]answer{
	errorsv1.Reason_REASON_UNSPECIFIED:            internal,
	errorsv1.Reason_REASON_INTERNAL:               internal,
	errorsv1.Reason_REASON_PEER_REFUSED:           internal,
	errorsv1.Reason_REASON_UNAVAILABLE:            unavailable,
	errorsv1.Reason_REASON_DEADLINE_EXCEEDED:      unavailable,
	errorsv1.Reason_REASON_CANCELLED:              unavailable,
	errorsv1.Reason_REASON_MAINTENANCE:            unavailable,
	errorsv1.Reason_REASON_RATE_LIMITED:           {429, "demasiadas_solicitudes", textTooMany, 429, oauth.TemporarilyUnavailable, textTooMany},
	errorsv1.Reason_REASON_ROUTE_NOT_FOUND:        notFound,
	errorsv1.Reason_REASON_METHOD_NOT_ALLOWED:     {405, "metodo_no_permitido", textMethod, 405, oauth.InvalidRequest, textMethod},
	errorsv1.Reason_REASON_NOT_ACCEPTABLE:         {406, "no_aceptable", textAccept, 406, oauth.InvalidRequest, textAccept},
	errorsv1.Reason_REASON_MEDIA_TYPE_UNSUPPORTED: {415, "tipo_no_soportado", textMediaType, 400, oauth.InvalidRequest, textMediaType},
	errorsv1.Reason_REASON_BODY_TOO_LARGE:         {413, "cuerpo_demasiado_grande", textTooLarge, 413, oauth.InvalidRequest, textTooLarge},
	errorsv1.Reason_REASON_INSECURE_TRANSPORT:     {403, "prohibido", textInsecure, 403, oauth.InvalidRequest, textInsecure},
	errorsv1.Reason_REASON_MALFORMED_BODY:         {406, "no_aceptable", textMalformed, 400, oauth.InvalidRequest, "El cuerpo de la solicitud tiene un formato incorrecto."},
	errorsv1.Reason_REASON_RETIRED:                {410, "retirado", textGone, 410, oauth.InvalidRequest, textGone},
	errorsv1.Reason_REASON_FIELD_MISSING:          {422, "no_validacion", textValidation, 400, oauth.InvalidRequest, "Falta el parámetro %s."},
	errorsv1.Reason_REASON_FIELD_INVALID:          {422, "no_validacion", textValidation, 400, oauth.InvalidRequest, "El parámetro %s no es válido."},
	errorsv1.Reason_REASON_FIELD_REPEATED:         {422, "no_validacion", textValidation, 400, oauth.InvalidRequest, "El parámetro %s se repite."},
	errorsv1.Reason_REASON_CREDENTIAL_MISSING:     unauthorized,
	errorsv1.Reason_REASON_CREDENTIAL_INVALID:     unauthorized,
	errorsv1.Reason_REASON_PERMISSION_DENIED:      forbidden,
	errorsv1.Reason_REASON_TOKEN_NOT_OWNED:        forbidden,
	errorsv1.Reason_REASON_GRANT_NOT_ALLOWED:      forbidden,
	errorsv1.Reason_REASON_GRANT_TYPE_UNSUPPORTED: {500, "error_generico", textInternal, 400, oauth.UnsupportedGrantType, "El parámetro grant_type solo puede ser client_credentials."},
	errorsv1.Reason_REASON_SCOPE_INVALID:          {500, "error_generico", textInternal, 400, oauth.InvalidScope, "La API-Key no tiene alguno de los scopes solicitados."},

	// One answer for an unknown folio and for a signature that is not its own.
	errorsv1.Reason_REASON_CARD_NOT_FOUND: notFound,
	errorsv1.Reason_REASON_CARD_REVOKED:   {404, "revocado", "La credencial fue revocada.", 404, oauth.InvalidRequest, textNotFound},

	// Of calls to the identity service that the family does not make.
	errorsv1.Reason_REASON_PERSON_NOT_FOUND:          internal,
	errorsv1.Reason_REASON_PERSON_EXISTS:             internal,
	errorsv1.Reason_REASON_PERSON_CHANGED:            internal,
	errorsv1.Reason_REASON_MEMBERSHIP_NOT_FOUND:      internal,
	errorsv1.Reason_REASON_MEMBERSHIP_EXISTS:         internal,
	errorsv1.Reason_REASON_MEMBERSHIP_ENDED:          internal,
	errorsv1.Reason_REASON_CATALOGUE_ENTRY_NOT_FOUND: internal,
	errorsv1.Reason_REASON_CATALOGUE_ENTRY_IN_USE:    internal,
	errorsv1.Reason_REASON_CARD_LIVE:                 internal,
	errorsv1.Reason_REASON_HOUSEHOLD_NOT_FOUND:       internal,
	errorsv1.Reason_REASON_IMPORT_GAP:                internal,
}

// failure is the body of an error: "fail" for the caller's, "error" for the platform's.
type failure struct {
	Status string      `json:"status"`
	Code   string      `json:"code"`
	Data   failureData `json:"data"`
}

type failureData struct {
	Message string `json:"message"`
	MsgType string `json:"msg_type,omitempty"`
	// Validation has an object of one member for each wrong field.
	Validation []map[string]string `json:"validation,omitempty"`
}

// oauthError is the body at the token endpoint.
type oauthError struct {
	Error       string `json:"error"`
	Description string `json:"error_description"`
}

func writeError(w http.ResponseWriter, r *http.Request, err error) {
	reason := rpcerr.Reason(err)
	a, ok := answers[reason]
	if !ok {
		a = internal
	}
	w.Header().Set("Cache-Control", "no-store")
	if r.URL.Path == ProductionPrefix+tokenPath || r.URL.Path == StagingPrefix+tokenPath {
		if a.oauthStatus == http.StatusUnauthorized {
			oauth.Challenge(w.Header(), r, false)
		}
		wirejson.Respond(w, a.oauthStatus, wirejson.MediaType, oauthError{a.oauthCode, describe(a.oauthText, err)})
		return
	}
	if rpcerr.Metadata(err, place) == placePath {
		a = badPath
	}
	body := failure{"fail", a.code, failureData{Message: a.text, MsgType: messageType(a.status)}}
	switch a.status {
	case http.StatusUnauthorized:
		w.Header()["WWW-Authenticate"] = []string{challenge(r)}
	case http.StatusUnprocessableEntity:
		body.Data.Validation = validation(reason, rpcerr.Fields(err))
	}
	if a.status >= http.StatusInternalServerError {
		body.Status = "error"
	}
	wirejson.Respond(w, a.status, wirejson.MediaType, body)
}

// challenge asks for a token, and says that one was wrong if there was one (RFC 6750, 3).
func challenge(r *http.Request) string {
	const bearer = `Bearer realm="ventanilla"`
	if credential.SchemeOf(r.Header["Authorization"]) == credential.Bearer {
		return bearer + `, error="invalid_token"`
	}
	return bearer
}

// describe names the parameter of an error, and says what it must be.
func describe(text string, err error) string {
	fields := rpcerr.Fields(err)
	if len(fields) == 0 {
		return text
	}
	text = strings.ReplaceAll(text, "%s", fields[0].Field)
	if form := forms[fields[0].Field]; form != "" && rpcerr.Reason(err) == errorsv1.Reason_REASON_FIELD_INVALID {
		text = strings.TrimSuffix(text, ".") + ": " + form + "."
	}
	return text
}
