package native

import (
	"net/http"
	"strings"

	"github.com/ventanilla/ventanilla/gateway/credential"
	"github.com/ventanilla/ventanilla/gateway/dialect"
	"github.com/ventanilla/ventanilla/gateway/oauth"
	"github.com/ventanilla/ventanilla/gateway/wirejson"
	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
)

// problemMediaType is that of problem details (RFC 9457, 6.1).
const problemMediaType = "application/problem+json"

// answer says how the family answers a reason: the problem's status, status and
// code at the OAuth endpoints, and the text. "%s" stands for the name of a parameter.
type answer struct {
	status      int
	oauthStatus int
	oauthCode   string
	text        string
}

var answers = map[errorsv1.Reason]answer{
	errorsv1.Reason_REASON_UNSPECIFIED:            {500, 500, oauth.ServerError, textInternal},
	errorsv1.Reason_REASON_INTERNAL:               {500, 500, oauth.ServerError, textInternal},
	errorsv1.Reason_REASON_UNAVAILABLE:            {503, 503, oauth.TemporarilyUnavailable, textUnavailable},
	errorsv1.Reason_REASON_DEADLINE_EXCEEDED:      {503, 503, oauth.TemporarilyUnavailable, textUnavailable},
	errorsv1.Reason_REASON_CANCELLED:              {503, 503, oauth.TemporarilyUnavailable, textUnavailable},
	errorsv1.Reason_REASON_MAINTENANCE:            {503, 503, oauth.TemporarilyUnavailable, textUnavailable},
	errorsv1.Reason_REASON_RATE_LIMITED:           {429, 429, oauth.TemporarilyUnavailable, "There were too many requests."},
	errorsv1.Reason_REASON_ROUTE_NOT_FOUND:        {404, 404, oauth.InvalidRequest, "There is no resource at this path."},
	errorsv1.Reason_REASON_METHOD_NOT_ALLOWED:     {405, 405, oauth.InvalidRequest, "The resource has no such method."},
	errorsv1.Reason_REASON_NOT_ACCEPTABLE:         {406, 406, oauth.InvalidRequest, "None of the accepted media types is available; application/json is."},
	errorsv1.Reason_REASON_MEDIA_TYPE_UNSUPPORTED: {415, 400, oauth.InvalidRequest, "The content type of the request is not accepted."},
	errorsv1.Reason_REASON_BODY_TOO_LARGE:         {413, 413, oauth.InvalidRequest, "The body of the request is too large."},
	errorsv1.Reason_REASON_INSECURE_TRANSPORT:     {403, 403, oauth.InvalidRequest, "Only HTTPS is served."},
	errorsv1.Reason_REASON_MALFORMED_BODY:         {400, 400, oauth.InvalidRequest, "The body of the request is malformed."},
	errorsv1.Reason_REASON_RETIRED:                {410, 410, oauth.InvalidRequest, "The resource is gone for good."},
	errorsv1.Reason_REASON_FIELD_MISSING:          {400, 400, oauth.InvalidRequest, "The parameter \"%s\" is required."},
	errorsv1.Reason_REASON_FIELD_INVALID:          {400, 400, oauth.InvalidRequest, "The parameter \"%s\" is not valid."},
	errorsv1.Reason_REASON_FIELD_REPEATED:         {400, 400, oauth.InvalidRequest, "The parameter \"%s\" is repeated, or beside another credential."},
	errorsv1.Reason_REASON_CREDENTIAL_MISSING:     {401, 401, oauth.InvalidClient, textUnauthorized},
	errorsv1.Reason_REASON_CREDENTIAL_INVALID:     {401, 401, oauth.InvalidClient, textUnauthorized},
	errorsv1.Reason_REASON_PERMISSION_DENIED:      {403, 403, oauth.AccessDenied, "The caller may not do this."},
	errorsv1.Reason_REASON_PEER_REFUSED:           {500, 500, oauth.ServerError, textInternal},
	errorsv1.Reason_REASON_GRANT_TYPE_UNSUPPORTED: {400, 400, oauth.UnsupportedGrantType, "The grant type is not supported."},
	errorsv1.Reason_REASON_SCOPE_INVALID:          {400, 400, oauth.InvalidScope, "The scope is invalid or not granted."},
	errorsv1.Reason_REASON_TOKEN_NOT_OWNED:        {403, 400, oauth.UnauthorizedClient, "The token was issued to another client."},
	errorsv1.Reason_REASON_GRANT_NOT_ALLOWED:      {403, 400, oauth.UnauthorizedClient, "The client may not use this grant."},
	errorsv1.Reason_REASON_PERSON_NOT_FOUND:       {404, 400, oauth.InvalidRequest, "No person has the identifier."},
	errorsv1.Reason_REASON_BENEFIT_NOT_FOUND:      {404, 400, oauth.InvalidRequest, "There is no such benefit, or no version of it that applies."},
	errorsv1.Reason_REASON_BENEFIT_INVALID:        {400, 400, oauth.InvalidRequest, "The benefit has errors, the first in \"%s\"."},

	errorsv1.Reason_REASON_CODE_NOT_FOUND:    {404, 500, oauth.ServerError, "There is no such code."},
	errorsv1.Reason_REASON_PAYMENT_NOT_FOUND: {404, 500, oauth.ServerError, "There is no such payment request."},
	errorsv1.Reason_REASON_PAYMENT_STATE:     {409, 500, oauth.ServerError, "The payment request is settled otherwise, or is about another amount."},
	errorsv1.Reason_REASON_PICTURE_NOT_FOUND: {404, 500, oauth.ServerError, "There is no such picture."},
	// Of what the family does not ask the notifications service.
	errorsv1.Reason_REASON_PROVIDER_NOT_FOUND:      unasked,
	errorsv1.Reason_REASON_SUBSCRIPTION_REFUSED:    unasked,
	errorsv1.Reason_REASON_PART_REFUSED:            unasked,
	errorsv1.Reason_REASON_DESTINATION_UNREACHABLE: unasked,
	errorsv1.Reason_REASON_DISPATCH_NOT_FOUND:      unasked,
	errorsv1.Reason_REASON_DISPATCH_CONFLICT:       unasked,
	errorsv1.Reason_REASON_NOTHING_TO_CANCEL:       unasked,
	errorsv1.Reason_REASON_QUOTA_EXCEEDED:          unasked,
	errorsv1.Reason_REASON_TEMPLATE_NOT_FOUND:      unasked,
	errorsv1.Reason_REASON_ADDRESS_NOT_FOUND:       unasked,
	errorsv1.Reason_REASON_CODE_NOT_REDEEMABLE:     unasked,
}

var unasked = answer{500, 500, oauth.ServerError, textInternal}

const (
	textInternal     = "The server failed."
	textUnavailable  = "The service is temporarily unavailable."
	textUnauthorized = "Client authentication failed."
)

// oauthError is the body at the OAuth endpoints.
type oauthError struct {
	Error       string `json:"error"`
	Description string `json:"error_description"`
}

// problem is the body everywhere else (RFC 9457, 3.1).
type problem struct {
	Type     string `json:"type"`
	Title    string `json:"title"`
	Status   int    `json:"status"`
	Detail   string `json:"detail"`
	Instance string `json:"instance"`
}

// writeError writes a problem, and at the OAuth endpoints their own shape.
func writeError(w http.ResponseWriter, r *http.Request, err error) {
	if !strings.HasPrefix(r.URL.Path, "/oauth2/") {
		p := problemOf(r, err)
		if p.Status == http.StatusUnauthorized { // RFC 9110, 15.5.2
			challengeToken(w.Header(), r)
		}
		wirejson.Respond(w, p.Status, problemMediaType, p)
		return
	}
	a, text := answerTo(err)
	if a.oauthStatus == http.StatusUnauthorized { // RFC 9110, 15.5.2
		a.oauthCode = oauth.Challenge(w.Header(), r, r.URL.Path == introspectPath)
	}
	w.Header().Set("Cache-Control", "no-store")
	wirejson.Respond(w, a.oauthStatus, wirejson.MediaType, oauthError{a.oauthCode, text})
}

// answerTo is the answer to an error, with its text.
func answerTo(err error) (answer, string) {
	a, ok := answers[rpcerr.Reason(err)]
	if !ok {
		a = answers[errorsv1.Reason_REASON_INTERNAL]
	}
	text := a.text
	if fields := rpcerr.Fields(err); len(fields) > 0 {
		text = strings.ReplaceAll(text, "%s", fields[0].Field)
	}
	return a, text
}

// problemOf is the body for an error of a request.
func problemOf(r *http.Request, err error) problem {
	a, text := answerTo(err)
	switch path := r.URL.Path; {
	case path == evaluateStreamPath || path == simulatePath:
		text = strings.ReplaceAll(text, wirejson.MediaType, dialect.LinesMediaType)
	case strings.HasPrefix(path, "/notifications/v1/") && path != settlementPath:
		text = strings.ReplaceAll(text, wirejson.MediaType, pngMediaType)
	}
	return problem{"about:blank", http.StatusText(a.status), a.status, text, r.URL.EscapedPath()}
}

// challengeToken says that an access token is wanted, or another (RFC 6750, 3).
func challengeToken(h http.Header, r *http.Request) {
	challenge := `Bearer realm="ventanilla"`
	if credential.SchemeOf(r.Header["Authorization"]) == credential.Bearer {
		challenge += `, error="invalid_token"`
	}
	h["WWW-Authenticate"] = []string{challenge}
}
