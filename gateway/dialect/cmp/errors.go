package cmp

import (
	"net/http"

	"github.com/ventanilla/ventanilla/gateway/credential"
	"github.com/ventanilla/ventanilla/gateway/oauth"
	"github.com/ventanilla/ventanilla/gateway/wirejson"
	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
)

// answer says how the family answers a reason: the envelope's status, whose text
// is the document's, and status and code at the token endpoint.
type answer struct {
	status      int
	oauthStatus int
	oauthCode   string
}

// statusOK is the code of the envelope of what went well.
const statusOK = http.StatusOK

var internal = answer{500, 500, oauth.ServerError}

var answers = map[errorsv1.Reason]answer{
	errorsv1.Reason_REASON_UNSPECIFIED:            internal,
	errorsv1.Reason_REASON_INTERNAL:               internal,
	errorsv1.Reason_REASON_UNAVAILABLE:            {503, 503, oauth.TemporarilyUnavailable},
	errorsv1.Reason_REASON_DEADLINE_EXCEEDED:      {503, 503, oauth.TemporarilyUnavailable},
	errorsv1.Reason_REASON_CANCELLED:              {503, 503, oauth.TemporarilyUnavailable},
	errorsv1.Reason_REASON_MAINTENANCE:            {503, 503, oauth.TemporarilyUnavailable},
	errorsv1.Reason_REASON_RATE_LIMITED:           {429, 429, oauth.TemporarilyUnavailable},
	errorsv1.Reason_REASON_ROUTE_NOT_FOUND:        {404, 404, oauth.InvalidRequest},
	errorsv1.Reason_REASON_METHOD_NOT_ALLOWED:     {405, 405, oauth.InvalidRequest},
	errorsv1.Reason_REASON_NOT_ACCEPTABLE:         {406, 406, oauth.InvalidRequest},
	errorsv1.Reason_REASON_MEDIA_TYPE_UNSUPPORTED: {415, 400, oauth.InvalidRequest},
	errorsv1.Reason_REASON_BODY_TOO_LARGE:         {413, 413, oauth.InvalidRequest},
	errorsv1.Reason_REASON_INSECURE_TRANSPORT:     {403, 403, oauth.InvalidRequest},
	errorsv1.Reason_REASON_MALFORMED_BODY:         {400, 400, oauth.InvalidRequest},
	errorsv1.Reason_REASON_RETIRED:                {410, 410, oauth.InvalidRequest},
	errorsv1.Reason_REASON_FIELD_MISSING:          {400, 400, oauth.InvalidRequest},
	errorsv1.Reason_REASON_FIELD_INVALID:          {400, 400, oauth.InvalidRequest},
	errorsv1.Reason_REASON_FIELD_REPEATED:         {400, 400, oauth.InvalidRequest},
	errorsv1.Reason_REASON_CREDENTIAL_MISSING:     {401, 401, oauth.InvalidClient},
	errorsv1.Reason_REASON_CREDENTIAL_INVALID:     {401, 401, oauth.InvalidClient},
	errorsv1.Reason_REASON_PERMISSION_DENIED:      {403, 403, oauth.AccessDenied},
	errorsv1.Reason_REASON_PEER_REFUSED:           internal,
	errorsv1.Reason_REASON_GRANT_TYPE_UNSUPPORTED: {400, 400, oauth.UnsupportedGrantType},
	errorsv1.Reason_REASON_SCOPE_INVALID:          {400, 400, oauth.InvalidScope},
	errorsv1.Reason_REASON_TOKEN_NOT_OWNED:        {403, 400, oauth.UnauthorizedClient},
	errorsv1.Reason_REASON_GRANT_NOT_ALLOWED:      {403, 400, oauth.UnauthorizedClient},

	errorsv1.Reason_REASON_CITIZEN_TOKEN_INVALID: {401, 500, oauth.ServerError},
	errorsv1.Reason_REASON_CITIZEN_MISMATCH:      {403, 500, oauth.ServerError},
	errorsv1.Reason_REASON_ORIGIN_REFUSED:        {403, 500, oauth.ServerError},

	// Of what the family does not ask the identity and the benefits service.
	errorsv1.Reason_REASON_PERSON_NOT_FOUND:          internal,
	errorsv1.Reason_REASON_PERSON_EXISTS:             internal,
	errorsv1.Reason_REASON_PERSON_CHANGED:            internal,
	errorsv1.Reason_REASON_MEMBERSHIP_NOT_FOUND:      internal,
	errorsv1.Reason_REASON_MEMBERSHIP_EXISTS:         internal,
	errorsv1.Reason_REASON_MEMBERSHIP_ENDED:          internal,
	errorsv1.Reason_REASON_CATALOGUE_ENTRY_NOT_FOUND: internal,
	errorsv1.Reason_REASON_CATALOGUE_ENTRY_IN_USE:    internal,
	errorsv1.Reason_REASON_CARD_NOT_FOUND:            internal,
	errorsv1.Reason_REASON_CARD_REVOKED:              internal,
	errorsv1.Reason_REASON_CARD_LIVE:                 internal,
	errorsv1.Reason_REASON_HOUSEHOLD_NOT_FOUND:       internal,
	errorsv1.Reason_REASON_IMPORT_GAP:                internal,
	errorsv1.Reason_REASON_BENEFIT_NOT_FOUND:         internal,
	errorsv1.Reason_REASON_BENEFIT_INVALID:           internal,
}

// texts are the document's ("Errors"), as they stand there. 413 and 415, which it has not, are bad requests.
var texts = map[int]string{
	400: "Hay un problema con tu request",
	401: "Tu api key es incorrecta",
	403: "No tienes permiso para ver esta página",
	404: "El recurso especificado no fue encontrado",
	405: "Trataste de ingresar a un recurso con un método inválido",
	406: "Solicistaste un formato que no es json",
	410: "El recurso solicitado fue removido de nuestros servidores",
	413: "Hay un problema con tu request",
	415: "Hay un problema con tu request",
	429: "Estas solicitando muchos recursos! Detente!",
	500: "Tuvimos un problema con nuestro servidor. Inténtalo nuevamente mas tarde",
	503: "Estamos offline por mantenimiento. Inténtalo nuevamente mas tarde",
}

// descriptions are those of the OAuth server that the family's clients were written against.
var descriptions = map[string]string{
	oauth.InvalidRequest: "The request is missing a required parameter, includes an invalid parameter value, " +
		"includes a parameter more than once, or is otherwise malformed.",
	oauth.InvalidClient:        "Client authentication failed",
	oauth.InvalidScope:         "The requested scope is invalid, unknown, or malformed",
	oauth.UnauthorizedClient:   "The authenticated client is not authorized to use this authorization grant type.",
	oauth.UnsupportedGrantType: "The authorization grant type is not supported by the authorization server.",
	oauth.AccessDenied:         "The resource owner or authorization server denied the request.",
	oauth.ServerError:          "The authorization server encountered an unexpected condition which prevented it from fulfilling the request.",
	oauth.TemporarilyUnavailable: "The authorization server is currently unable to handle the request " +
		"due to a temporary overloading or maintenance of the server.",
}

// oauthError is the body at the token endpoint.
type oauthError struct {
	Error       string `json:"error"`
	Description string `json:"error_description"`
	Hint        string `json:"hint,omitempty"`
	Message     string `json:"message"`
}

func writeError(w http.ResponseWriter, r *http.Request, err error) {
	a, ok := answers[rpcerr.Reason(err)]
	if !ok {
		a = answers[errorsv1.Reason_REASON_INTERNAL]
	}
	w.Header().Set("Cache-Control", "no-store")
	if r.URL.Path != TokenPath {
		writeEnvelope(w, r, a.status, err)
		return
	}
	if a.oauthStatus == http.StatusUnauthorized && credential.SchemeOf(r.Header["Authorization"]) == credential.Basic {
		w.Header()["WWW-Authenticate"] = []string{`Basic realm="ventanilla"`}
	}
	description := descriptions[a.oauthCode]
	wirejson.Respond(w, a.oauthStatus, wirejson.MediaType,
		oauthError{a.oauthCode, description, hint(a.oauthCode, err), description})
}

// hints say what to do about refusals that are about no parameter.
var hints = map[errorsv1.Reason]string{
	errorsv1.Reason_REASON_INSECURE_TRANSPORT:     "Use HTTPS",
	errorsv1.Reason_REASON_METHOD_NOT_ALLOWED:     "Use POST",
	errorsv1.Reason_REASON_NOT_ACCEPTABLE:         "Accept application/json",
	errorsv1.Reason_REASON_MEDIA_TYPE_UNSUPPORTED: "Send application/x-www-form-urlencoded or application/json, uncompressed",
	errorsv1.Reason_REASON_BODY_TOO_LARGE:         "Send a smaller body",
	errorsv1.Reason_REASON_MALFORMED_BODY:         "Check the form or JSON of the body",
	errorsv1.Reason_REASON_RETIRED:                "The endpoint was retired for good",
}

// hint says where to look, naming parameters but never their values.
func hint(code string, err error) string {
	switch code {
	case oauth.InvalidRequest:
		if fields := rpcerr.Fields(err); len(fields) > 0 {
			return "Check the `" + fields[0].Field + "` parameter"
		}
		return hints[rpcerr.Reason(err)]
	case oauth.UnsupportedGrantType:
		return "Check the `grant_type` parameter"
	case oauth.InvalidScope:
		return "Check the `scope` parameter"
	}
	return ""
}
