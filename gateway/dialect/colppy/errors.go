package colppy

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/ventanilla/ventanilla/gateway/edge"
	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
)

// answer says how the family answers a reason: with an estado, or, where the operation refuses, with a text, and an HTTP status
// under a strict switch.
type answer struct {
	estado Estado
	text   string
	strict int
}

const (
	// estadoKey is the metadata of errors that have an estado of their own.
	estadoKey = "estado"
	// declaredKey is the metadata with the fields that a list declares.
	declaredKey = "declared"
)

var internal = answer{estado: EstadoInterno}

var answers = map[errorsv1.Reason]answer{
	errorsv1.Reason_REASON_UNSPECIFIED:            internal,
	errorsv1.Reason_REASON_INTERNAL:               internal,
	errorsv1.Reason_REASON_UNAVAILABLE:            {estado: EstadoNoDisponible},
	errorsv1.Reason_REASON_DEADLINE_EXCEEDED:      {estado: EstadoNoDisponible},
	errorsv1.Reason_REASON_CANCELLED:              {estado: EstadoNoDisponible},
	errorsv1.Reason_REASON_MAINTENANCE:            {estado: EstadoMantenimiento},
	errorsv1.Reason_REASON_RATE_LIMITED:           {estado: EstadoLimite},
	errorsv1.Reason_REASON_ROUTE_NOT_FOUND:        {estado: EstadoRuta},
	errorsv1.Reason_REASON_METHOD_NOT_ALLOWED:     {estado: EstadoMetodo},
	errorsv1.Reason_REASON_NOT_ACCEPTABLE:         {estado: EstadoFormato},
	errorsv1.Reason_REASON_MEDIA_TYPE_UNSUPPORTED: {estado: EstadoTipo},
	errorsv1.Reason_REASON_BODY_TOO_LARGE:         {estado: EstadoTamano},
	errorsv1.Reason_REASON_INSECURE_TRANSPORT:     {estado: EstadoTransporte},
	errorsv1.Reason_REASON_MALFORMED_BODY:         {estado: EstadoJSON},
	errorsv1.Reason_REASON_RETIRED:                {estado: EstadoRetirado},
	errorsv1.Reason_REASON_CREDENTIAL_MISSING:     {estado: EstadoSinCredencial},
	errorsv1.Reason_REASON_CREDENTIAL_INVALID:     {estado: EstadoCredencial},
	errorsv1.Reason_REASON_PERMISSION_DENIED:      {estado: EstadoSinPermiso},
	errorsv1.Reason_REASON_PEER_REFUSED:           internal,
	errorsv1.Reason_REASON_SESSION_INVALID:        {estado: EstadoSesion},
	errorsv1.Reason_REASON_LOGIN_REFUSED:          {estado: EstadoIngreso},

	errorsv1.Reason_REASON_FIELD_MISSING:          {text: "Falta el parámetro %s", strict: http.StatusUnprocessableEntity},
	errorsv1.Reason_REASON_FIELD_INVALID:          {text: "El parámetro %s no es válido", strict: http.StatusUnprocessableEntity},
	errorsv1.Reason_REASON_FIELD_REPEATED:         {text: "El parámetro %s está repetido", strict: http.StatusUnprocessableEntity},
	errorsv1.Reason_REASON_ORGANISATION_NOT_FOUND: {text: "La empresa no existe", strict: http.StatusNotFound},
	errorsv1.Reason_REASON_ORGANISATION_CLOSED:    {text: "La empresa no está activa", strict: http.StatusConflict},
	errorsv1.Reason_REASON_CUSTOMER_NOT_FOUND:     {text: "El cliente no existe", strict: http.StatusNotFound},
	errorsv1.Reason_REASON_CUSTOMER_EXISTS:        {text: "Ya existe un cliente con el mismo %s", strict: http.StatusConflict},
	errorsv1.Reason_REASON_SUBJECT_UNKNOWN:        {text: "No hay datos de la persona", strict: http.StatusConflict},
	errorsv1.Reason_REASON_MESSAGE_UNDELIVERABLE:  {text: "No hay cómo hacer llegar la notificación por ese canal", strict: http.StatusConflict},
	errorsv1.Reason_REASON_MESSAGE_CONFLICT:       {text: "El parámetro %s ya se usó con otro contenido", strict: http.StatusConflict},
	errorsv1.Reason_REASON_NOTIFICATION_NOT_FOUND: {text: "La notificación no existe", strict: http.StatusNotFound},
	errorsv1.Reason_REASON_QUOTA_EXCEEDED:         {text: "Se alcanzó la cuota de notificaciones del día", strict: http.StatusTooManyRequests},

	// Of what the family does not ask.
	errorsv1.Reason_REASON_GRANT_TYPE_UNSUPPORTED:  internal,
	errorsv1.Reason_REASON_SCOPE_INVALID:           internal,
	errorsv1.Reason_REASON_TOKEN_NOT_OWNED:         internal,
	errorsv1.Reason_REASON_GRANT_NOT_ALLOWED:       internal,
	errorsv1.Reason_REASON_FUNCTIONALITY_NOT_FOUND: internal,
	errorsv1.Reason_REASON_PASS_KEY_INVALID:        internal,
	errorsv1.Reason_REASON_INTEGRATION_NOT_FOUND:   internal,
	errorsv1.Reason_REASON_INTEGRATION_REJECTED:    internal,
	errorsv1.Reason_REASON_BENEFICIARY_NOT_FOUND:   internal,
}

// answerTo is the answer to an error.
func answerTo(err error) answer {
	if own, failed := strconv.Atoi(rpcerr.Metadata(err, estadoKey)); failed == nil {
		return answer{estado: Estado(own)}
	}
	a, ok := answers[rpcerr.Reason(err)]
	if !ok || strings.Contains(a.text, "%s") && len(rpcerr.Fields(err)) == 0 {
		return internal
	}
	return a
}

// writeError answers with status 200, but where the transport refuses or an operator wants it strict.
func (h *handler) writeError(w http.ResponseWriter, r *http.Request, err error) {
	a := answerTo(err)
	meaning := a.estado.meaning()
	status, strict := http.StatusOK, meaning.Status
	out := body{Result: result{meaning.Estado, meaning.Mensaje}}
	if meaning.Kept {
		status = meaning.Status
	}
	if a.text != "" {
		strict = a.strict
		out.Response = refused{Message: a.textFor(err)}
	}
	if edge.Strict(r.Context()) {
		status = strict
	}
	h.respond(w, r, status, out)
}

// textFor says what the operation refuses, naming parameters, and what they take, but never their values.
func (a answer) textFor(err error) string {
	invalid := rpcerr.Reason(err) == errorsv1.Reason_REASON_FIELD_INVALID
	var names, rules []string
	for _, f := range rpcerr.Fields(err) {
		rule := ""
		if invalid {
			rule = ruleFor(f.Field, rpcerr.Metadata(err, declaredKey))
		}
		names, rules = append(names, "«"+f.Field+"»"), append(rules, rule)
	}
	text := a.text
	if len(names) == 1 && rules[0] != "" {
		text += ": " + rules[0]
	}
	if len(names) > 1 {
		text = plural.Replace(text)
		for i, rule := range rules {
			if rule != "" {
				names[i] += " (" + rule + ")"
			}
		}
	}
	return strings.ReplaceAll(text, "%s", strings.Join(names, ", "))
}

// plural puts a text about a parameter into the plural.
var plural = strings.NewReplacer(
	"Falta el parámetro", "Faltan los parámetros", "El parámetro", "Los parámetros", "no es válido", "no son válidos", "está repetido", "están repetidos",
)

// Refusal is what an operation may refuse.
type Refusal struct {
	// Message is response.message, in which "…" stands for the names of parameters.
	Message string
	// Status is the HTTP status under a strict switch.
	Status int
}

// Refusals are what operations may refuse, by their messages.
func Refusals() (all []Refusal) {
	for _, a := range answers {
		if a.text != "" {
			all = append(all, Refusal{strings.ReplaceAll(a.text, "%s", "«…»"), a.strict})
		}
	}
	slices.SortFunc(all, func(a, b Refusal) int { return cmp.Compare(a.Message, b.Message) })
	return all
}
