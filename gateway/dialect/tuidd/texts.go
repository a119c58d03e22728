package tuidd

import (
	"strings"

	"golang.org/x/text/language"

	"github.com/ventanilla/ventanilla/pkg/rpcerr"
)

// languages are those of the family's texts; the first is the one when the caller asks for none of them.
var languages = []language.Tag{language.French, language.Spanish, language.English}

var matcher = language.NewMatcher(languages)

// negotiateLanguage is the language that Accept-Language (RFC 9110, 12.5.4) asks for, as far as there is one.
func negotiateLanguage(values []string) language.Tag {
	_, i := language.MatchStrings(matcher, values...)
	return languages[i]
}

// text is a message in each language. "%s" stands for the name of a parameter.
type text struct{ french, spanish, english string }

// in is the text in a language about the first of the fields, if it is about a field.
func (t text) in(tag language.Tag, fields []rpcerr.Violation) string {
	s := t.french
	switch tag {
	case language.Spanish:
		s = t.spanish
	case language.English:
		s = t.english
	}
	name := "?"
	if len(fields) > 0 {
		name = fields[0].Field
	}
	return strings.ReplaceAll(s, "%s", name)
}

// and is the text with another after it.
func (t text) and(more text) text {
	if more == (text{}) {
		return t
	}
	return text{t.french + " " + more.french, t.spanish + " " + more.spanish, t.english + " " + more.english}
}

var (
	textInternal = text{
		"Erreur interne du serveur.",
		"Error interno del servidor.",
		"Internal server error.",
	}
	textUnavailable = text{
		"Le service est momentanément indisponible.",
		"El servicio no está disponible en este momento.",
		"The service is temporarily unavailable.",
	}
	textRateLimited = text{
		"Trop de requêtes.",
		"Demasiadas solicitudes.",
		"Too many requests.",
	}
	textNotFound = text{
		"La ressource demandée n'existe pas ou n'est pas accessible.",
		"El recurso solicitado no existe o no es accesible.",
		"The requested resource does not exist or is not accessible.",
	}
	textGone = text{
		"La ressource demandée n'existe plus.",
		"El recurso solicitado ya no existe.",
		"The requested resource is gone for good.",
	}
	textMethod = text{
		"La méthode HTTP n'est pas applicable à cette ressource.",
		"El método HTTP no es aplicable a este recurso.",
		"The HTTP method does not apply to this resource.",
	}
	textNotAcceptable = text{
		"Aucun des formats acceptés n'est disponible; application/json l'est.",
		"Ninguno de los formatos aceptados está disponible; application/json sí.",
		"None of the accepted formats is available; application/json is.",
	}
	textMediaType = text{
		"Le type de contenu de la requête n'est pas accepté.",
		"El tipo de contenido de la solicitud no es aceptado.",
		"The content type of the request is not accepted.",
	}
	textTooLarge = text{
		"Le corps de la requête est trop volumineux.",
		"El cuerpo de la solicitud es demasiado grande.",
		"The body of the request is too large.",
	}
	textInsecure = text{
		"Seul HTTPS est accepté.",
		"Solo se acepta HTTPS.",
		"Only HTTPS is accepted.",
	}
	textMalformed = text{
		"Le corps de la requête est mal formé.",
		"El cuerpo de la solicitud está mal formado.",
		"The body of the request is malformed.",
	}
	textMissing = text{
		"Le paramètre «%s» est obligatoire.",
		"El parámetro «%s» es obligatorio.",
		"The parameter \"%s\" is required.",
	}
	textInvalid = text{
		"Le paramètre «%s» n'est pas valide.",
		"El parámetro «%s» no es válido.",
		"The parameter \"%s\" is not valid.",
	}
	textRepeated = text{
		"Le paramètre «%s» est répété, ou accompagne une autre authentification.",
		"El parámetro «%s» está repetido, o acompaña a otra autenticación.",
		"The parameter \"%s\" is repeated, or beside another credential.",
	}
	textUnauthorized = text{
		"L'authentification est absente ou invalide.",
		"La autenticación falta o no es válida.",
		"Authentication is missing or not valid.",
	}
	textForbidden = text{
		"L'utilisateur n'a pas les autorisations nécessaires.",
		"El usuario no tiene los permisos necesarios.",
		"The caller does not have the necessary permissions.",
	}
)
