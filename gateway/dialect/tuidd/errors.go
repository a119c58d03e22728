package tuidd

import (
	"net/http"
	"strings"

	"github.com/ventanilla/ventanilla/gateway/oauth"
	"github.com/ventanilla/ventanilla/gateway/wirejson"
	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
)

// answer says how the family answers a reason: the status, status and code at
// the introspection endpoint, and the text.
type answer struct {
	status      int
	oauthStatus int
	oauthCode   string
	text        text
}

var answers = map[errorsv1.Reason]answer{
	errorsv1.Reason_REASON_UNSPECIFIED:            {500, 500, oauth.ServerError, textInternal},
	errorsv1.Reason_REASON_INTERNAL:               {500, 500, oauth.ServerError, textInternal},
	errorsv1.Reason_REASON_UNAVAILABLE:            {503, 503, oauth.TemporarilyUnavailable, textUnavailable},
	errorsv1.Reason_REASON_DEADLINE_EXCEEDED:      {503, 503, oauth.TemporarilyUnavailable, textUnavailable},
	errorsv1.Reason_REASON_CANCELLED:              {503, 503, oauth.TemporarilyUnavailable, textUnavailable},
	errorsv1.Reason_REASON_MAINTENANCE:            {503, 503, oauth.TemporarilyUnavailable, textUnavailable},
	errorsv1.Reason_REASON_RATE_LIMITED:           {429, 429, oauth.TemporarilyUnavailable, textRateLimited},
	errorsv1.Reason_REASON_ROUTE_NOT_FOUND:        {404, 404, oauth.InvalidRequest, textNotFound},
	errorsv1.Reason_REASON_METHOD_NOT_ALLOWED:     {405, 405, oauth.InvalidRequest, textMethod},
	errorsv1.Reason_REASON_NOT_ACCEPTABLE:         {406, 406, oauth.InvalidRequest, textNotAcceptable},
	errorsv1.Reason_REASON_MEDIA_TYPE_UNSUPPORTED: {415, 400, oauth.InvalidRequest, textMediaType},
	errorsv1.Reason_REASON_BODY_TOO_LARGE:         {413, 413, oauth.InvalidRequest, textTooLarge},
	errorsv1.Reason_REASON_INSECURE_TRANSPORT:     {403, 403, oauth.InvalidRequest, textInsecure},
	errorsv1.Reason_REASON_MALFORMED_BODY:         {400, 400, oauth.InvalidRequest, textMalformed},
	errorsv1.Reason_REASON_RETIRED:                {410, 410, oauth.InvalidRequest, textGone},
	errorsv1.Reason_REASON_FIELD_MISSING:          {400, 400, oauth.InvalidRequest, textMissing},
	errorsv1.Reason_REASON_FIELD_INVALID:          {400, 400, oauth.InvalidRequest, textInvalid},
	errorsv1.Reason_REASON_FIELD_REPEATED:         {400, 400, oauth.InvalidRequest, textRepeated},
	errorsv1.Reason_REASON_CREDENTIAL_MISSING:     {401, 401, oauth.InvalidClient, textUnauthorized},
	errorsv1.Reason_REASON_CREDENTIAL_INVALID:     {401, 401, oauth.InvalidClient, textUnauthorized},
	errorsv1.Reason_REASON_PERMISSION_DENIED:      {403, 403, oauth.AccessDenied, textForbidden},
	errorsv1.Reason_REASON_PEER_REFUSED:           {500, 500, oauth.ServerError, textInternal},
	errorsv1.Reason_REASON_GRANT_TYPE_UNSUPPORTED: {400, 400, oauth.UnsupportedGrantType, textMalformed},
	errorsv1.Reason_REASON_SCOPE_INVALID:          {400, 400, oauth.InvalidScope, textMalformed},
	errorsv1.Reason_REASON_TOKEN_NOT_OWNED:        {403, 400, oauth.UnauthorizedClient, textForbidden},
	errorsv1.Reason_REASON_GRANT_NOT_ALLOWED:      {403, 400, oauth.UnauthorizedClient, textForbidden},
}

// oauthError is the body at the introspection endpoint.
type oauthError struct {
	Error       string `json:"error"`
	Description string `json:"error_description"`
}

// failure is the body everywhere else.
type failure struct {
	Code    int      `json:"code"`
	Status  string   `json:"status"`
	Message string   `json:"message"`
	Details []detail `json:"details"`
}

// detail is what is wrong with one field.
type detail struct {
	Field  string `json:"field"`
	Reason string `json:"reason"`
}

func writeError(w http.ResponseWriter, r *http.Request, err error) {
	a, ok := answers[rpcerr.Reason(err)]
	if !ok {
		a = answers[errorsv1.Reason_REASON_INTERNAL]
	}
	h := w.Header()
	language := negotiateLanguage(r.Header["Accept-Language"])
	h.Set("Content-Language", language.String())
	h.Add("Vary", "Accept-Language")
	fields := rpcerr.Fields(err)
	if r.URL.Path == TokenInfoPath {
		h.Set("Cache-Control", "no-store")
		if a.oauthStatus == http.StatusUnauthorized {
			a.oauthCode = oauth.Challenge(h, r, true)
		}
		wirejson.Respond(w, a.oauthStatus, wirejson.MediaType, oauthError{a.oauthCode, a.text.in(language, fields)})
		return
	}
	details := make([]detail, len(fields))
	for i, f := range fields {
		details[i] = detail{f.Field, a.text.in(language, fields[i:i+1])}
	}
	status := strings.ToUpper(http.StatusText(a.status))
	wirejson.Respond(w, a.status, wirejson.MediaType, failure{a.status, status, a.text.in(language, fields), details})
}
