package tuidd

import (
	"net/http"
	"strings"

	"golang.org/x/text/language"

	"github.com/ventanilla/ventanilla/gateway/credential"
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

	errorsv1.Reason_REASON_PROVIDER_NOT_FOUND:      {404, 500, oauth.ServerError, textNotFound},
	errorsv1.Reason_REASON_SUBSCRIPTION_REFUSED:    {403, 500, oauth.ServerError, textSubscription},
	errorsv1.Reason_REASON_PART_REFUSED:            {400, 500, oauth.ServerError, textPart},
	errorsv1.Reason_REASON_DESTINATION_UNREACHABLE: {400, 500, oauth.ServerError, textDestination},
	errorsv1.Reason_REASON_DISPATCH_NOT_FOUND:      {404, 500, oauth.ServerError, textNotFound},
	errorsv1.Reason_REASON_DISPATCH_CONFLICT:       {409, 500, oauth.ServerError, textConflict},
	errorsv1.Reason_REASON_NOTHING_TO_CANCEL:       {409, 500, oauth.ServerError, textNothingToCancel},
	errorsv1.Reason_REASON_QUOTA_EXCEEDED:          {429, 500, oauth.ServerError, textQuota},
	errorsv1.Reason_REASON_TEMPLATE_NOT_FOUND:      {400, 500, oauth.ServerError, textTemplate},
	errorsv1.Reason_REASON_CODE_NOT_FOUND:          {404, 500, oauth.ServerError, textNotFound},
	errorsv1.Reason_REASON_CODE_NOT_REDEEMABLE:     {409, 500, oauth.ServerError, textNotRedeemable},
	errorsv1.Reason_REASON_PAYMENT_NOT_FOUND:       {404, 500, oauth.ServerError, textNotFound},
	// Of what the family does not ask the notifications service.
	errorsv1.Reason_REASON_ADDRESS_NOT_FOUND: {500, 500, oauth.ServerError, textInternal},
	errorsv1.Reason_REASON_PAYMENT_STATE:     {500, 500, oauth.ServerError, textInternal},
	errorsv1.Reason_REASON_PICTURE_NOT_FOUND: {500, 500, oauth.ServerError, textInternal},
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
	h := w.Header()
	language := negotiateLanguage(r.Header["Accept-Language"])
	h.Set("Content-Language", language.String())
	h.Add("Vary", "Accept-Language")
	if r.URL.Path == TokenInfoPath {
		a := answerTo(err)
		h.Set("Cache-Control", "no-store")
		if a.oauthStatus == http.StatusUnauthorized {
			a.oauthCode = oauth.Challenge(h, r, true)
		}
		wirejson.Respond(w, a.oauthStatus, wirejson.MediaType, oauthError{a.oauthCode, a.text.in(language, rpcerr.Fields(err))})
		return
	}
	body := failureOf(language, err)
	if body.Code == http.StatusUnauthorized {
		h["WWW-Authenticate"] = []string{challenge(r, err)}
	}
	wirejson.Respond(w, body.Code, wirejson.MediaType, body)
}

func answerTo(err error) answer {
	if a, ok := answers[rpcerr.Reason(err)]; ok {
		return a
	}
	return answers[errorsv1.Reason_REASON_INTERNAL]
}

// failureOf is the body for an error in a language.
func failureOf(tag language.Tag, err error) failure {
	a, fields := answerTo(err), rpcerr.Fields(err)
	if a.text == textRepeated {
		a.text = textTwice
	}
	if len(fields) > 0 && ours[fields[0].Description] != (text{}) {
		a.text = ours[fields[0].Description]
	}
	details := make([]detail, len(fields))
	for i, f := range fields {
		details[i] = detail{f.Field, reasonOf(a.text, f, rpcerr.Reason(err)).in(tag, fields[i:i+1])}
	}
	if state, ok := textStates[rpcerr.Metadata(err, "state")]; ok {
		a.text = state
		details = append(details, detail{"code", state.in(tag, nil)})
	}
	return failure{a.status, strings.ToUpper(http.StatusText(a.status)), a.text.in(tag, fields), details}
}

// reasonOf says what is wrong with a field: what all of them are told, and what the field takes.
func reasonOf(t text, f rpcerr.Violation, reason errorsv1.Reason) text {
	switch {
	case ours[f.Description] != (text{}):
		return ours[f.Description]
	case reason == errorsv1.Reason_REASON_FIELD_INVALID:
		return t.and(rules[ruleOf(f.Field)])
	}
	return t
}

// challenge asks for a token, and says that the one that came was wrong, if it was (RFC 6750, 3).
func challenge(r *http.Request, err error) string {
	const bearer = `Bearer realm="ventanilla"`
	if rpcerr.Reason(err) == errorsv1.Reason_REASON_CREDENTIAL_INVALID && credential.SchemeOf(r.Header["Authorization"]) == credential.Bearer {
		return bearer + `, error="invalid_token"`
	}
	return bearer
}
