package iddi

import (
	"net/http"

	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
)

// Those of the document's table ("Errores") as they stand there; it has none for 410, 413 and 415.
const (
	textUnauthorized = "No autorizado: compruebe cabecera Authorization. El Bearer token proporcionado no es válido."
	textForbidden    = "Prohibido: su API-Key no puede acceder a este recurso."
	textNotFound     = "No encontrado: no se pudo encontrar el recurso especificado."
	textMethod       = "Método no permitido: intentó acceder a un endpoint con un método no válido."
	textMalformed    = "No aceptable: solicitud con un formato json inválido."
	textValidation   = "Hubo un problema al validar tus datos"
	textTooMany      = "Demasiadas solicitudes: la tasa de envío de mensajes es demasiado rápida. Recomendamos ralentizar sus solicitudes."
	textInternal     = "Hubo un problema al procesar tu solicitud, por favor inténtalo de nuevo o inténtalo más tarde."

	textUnavailable = "El servicio no está disponible por el momento, por favor inténtalo más tarde."
	textInsecure    = "Prohibido: solo se atiende por HTTPS."
	textAccept      = "No aceptable: ninguno de los tipos de contenido que se aceptan está disponible; application/json lo está."
	textGone        = "El recurso fue retirado de forma definitiva."
	textTooLarge    = "El cuerpo de la solicitud es demasiado grande."
	textMediaType   = "El tipo de contenido de la solicitud no se acepta."
)

// forms say what a parameter must be.
var forms = map[string]string{
	"folio":            "debe tener de 1 a 6 letras o dígitos",
	"firma_digital":    "debe tener 86 caracteres en base64url, como está en el QR",
	"perfil_extendido": "debe ser true o false",
	"limit":            "debe ser un entero de 1 a 500",
	"page":             "debe ser un entero de 1 a 1000000000",
	"expires_in":       "debe ser un entero de 1 a 7948800 segundos (92 días)",
}

// validation says of each wrong field what is wrong with it.
func validation(reason errorsv1.Reason, fields []rpcerr.Violation) []map[string]string {
	list := make([]map[string]string, len(fields))
	for i, f := range fields {
		text := "no es válido"
		switch form := forms[f.Field]; {
		case reason == errorsv1.Reason_REASON_FIELD_MISSING:
			text = "es obligatorio"
		case reason == errorsv1.Reason_REASON_FIELD_REPEATED:
			text = "solo puede aparecer una vez"
		case form != "":
			text = form
		}
		list[i] = map[string]string{f.Field: text}
	}
	return list
}

// messageType is what the caller's program may show the text as.
func messageType(status int) string {
	switch {
	case status >= http.StatusInternalServerError:
		return ""
	case status == http.StatusUnauthorized || status == http.StatusForbidden:
		return "error"
	case status == http.StatusGone:
		return "info"
	}
	return "alert"
}
