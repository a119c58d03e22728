package mosia

import (
	"net/http"

	"github.com/ventanilla/ventanilla/gateway/credential"
	"github.com/ventanilla/ventanilla/gateway/wirejson"
	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
)

// answer says how the family answers a reason: the status and the text.
type answer struct {
	status int
	text   string
}

var (
	internal     = answer{500, textInternal}
	unavailable  = answer{503, textUnavailable}
	unauthorized = answer{401, textUnauthorized}
	// forbidden is one answer to a token that does not name the API and to every pass key that is not the caller's, so that nothing can be
	// probed.
	forbidden = answer{403, textForbidden}
)

var answers = map[errorsv1.Reason]answer{
	errorsv1.Reason_REASON_UNSPECIFIED:            internal,
	errorsv1.Reason_REASON_INTERNAL:               internal,
	errorsv1.Reason_REASON_PEER_REFUSED:           internal,
	errorsv1.Reason_REASON_UNAVAILABLE:            unavailable,
	errorsv1.Reason_REASON_DEADLINE_EXCEEDED:      unavailable,
	errorsv1.Reason_REASON_CANCELLED:              unavailable,
	errorsv1.Reason_REASON_MAINTENANCE:            unavailable,
	errorsv1.Reason_REASON_RATE_LIMITED:           {429, textTooMany},
	errorsv1.Reason_REASON_ROUTE_NOT_FOUND:        {404, textNotFound},
	errorsv1.Reason_REASON_METHOD_NOT_ALLOWED:     {405, textMethod},
	errorsv1.Reason_REASON_NOT_ACCEPTABLE:         {406, textAccept},
	errorsv1.Reason_REASON_MEDIA_TYPE_UNSUPPORTED: {415, textMediaType},
	errorsv1.Reason_REASON_BODY_TOO_LARGE:         {413, textTooLarge},
	errorsv1.Reason_REASON_INSECURE_TRANSPORT:     {403, textInsecure},
	errorsv1.Reason_REASON_MALFORMED_BODY:         {400, textMalformed},
	errorsv1.Reason_REASON_RETIRED:                {410, textGone},
	errorsv1.Reason_REASON_FIELD_MISSING:          {400, textMissing},
	errorsv1.Reason_REASON_FIELD_INVALID:          {400, textInvalid},
	errorsv1.Reason_REASON_FIELD_REPEATED:         {400, textRepeated},
	errorsv1.Reason_REASON_CREDENTIAL_MISSING:     unauthorized,
	errorsv1.Reason_REASON_CREDENTIAL_INVALID:     unauthorized,
	errorsv1.Reason_REASON_SESSION_INVALID:        unauthorized,
	errorsv1.Reason_REASON_PERMISSION_DENIED:      forbidden,
	errorsv1.Reason_REASON_PASS_KEY_INVALID:       forbidden,

	errorsv1.Reason_REASON_FUNCTIONALITY_NOT_FOUND: {404, "Funcionalidade não encontrada."},
	errorsv1.Reason_REASON_INTEGRATION_NOT_FOUND:   {404, "Integração não encontrada."},
	errorsv1.Reason_REASON_BENEFICIARY_NOT_FOUND:   {404, "Beneficiário não encontrado."},
	errorsv1.Reason_REASON_LOGIN_REFUSED:           {401, "Login ou senha inválidos."},
	errorsv1.Reason_REASON_MESSAGE_UNDELIVERABLE:   {422, "O beneficiário não tem dispositivo que receba mensagens."},
	errorsv1.Reason_REASON_QUOTA_EXCEEDED:          {429, "A cota de mensagens foi atingida. Por favor tente novamente mais tarde."},
	// The integration answered, and what it answered is of no use.
	errorsv1.Reason_REASON_INTEGRATION_REJECTED: {502, textRejected},

	// Of what the family does not ask the auth and the session service.
	errorsv1.Reason_REASON_TOKEN_NOT_OWNED:        internal,
	errorsv1.Reason_REASON_GRANT_NOT_ALLOWED:      internal,
	errorsv1.Reason_REASON_GRANT_TYPE_UNSUPPORTED: internal,
	errorsv1.Reason_REASON_SCOPE_INVALID:          internal,
	errorsv1.Reason_REASON_ORGANISATION_NOT_FOUND: internal,
	errorsv1.Reason_REASON_ORGANISATION_CLOSED:    internal,
	errorsv1.Reason_REASON_CUSTOMER_NOT_FOUND:     internal,
	errorsv1.Reason_REASON_CUSTOMER_EXISTS:        internal,
	errorsv1.Reason_REASON_SUBJECT_UNKNOWN:        internal,
	errorsv1.Reason_REASON_MESSAGE_CONFLICT:       internal,
	errorsv1.Reason_REASON_NOTIFICATION_NOT_FOUND: internal,
}

// failure is the envelope of what failed (document 003, "Exemplo de Retorno de Falha").
type failure struct {
	Status     bool       `json:"status"`
	Data       []struct{} `json:"data"`
	Message    string     `json:"message"`
	Critical   []struct{} `json:"critical"`
	StatusCode int        `json:"statusCode"`
	Timestamp  int64      `json:"timestamp"`
}

func (a *adapter) writeError(w http.ResponseWriter, r *http.Request, err error) {
	known, ok := answers[rpcerr.Reason(err)]
	if !ok {
		known = internal
	}
	w.Header().Set("Cache-Control", "no-store")
	if known.status == http.StatusUnauthorized {
		w.Header()["WWW-Authenticate"] = []string{challenge(r, err)}
	}
	wirejson.Respond(w, known.status, wirejson.MediaType, failure{
		Data: []struct{}{}, Message: describe(known.text, err), Critical: []struct{}{{}}, StatusCode: known.status, Timestamp: a.now(),
	})
}

// challenge asks for a token, and says that the one that came was wrong, if it was (RFC 6750, 3).
func challenge(r *http.Request, err error) string {
	const realm = `Bearer realm="ventanilla"`
	refused := rpcerr.Reason(err) != errorsv1.Reason_REASON_LOGIN_REFUSED
	if refused && credential.SchemeOf(r.Header["Authorization"]) == credential.Bearer {
		return realm + `, error="invalid_token"`
	}
	return realm
}
