package tuidd

import "strings"

// Texts of services alone.
var (
	textTwice = text{
		"Le paramètre «%s» est donné plus d'une fois.",
		"El parámetro «%s» se da más de una vez.",
		"The parameter \"%s\" is given more than once.",
	}
	textUnknown = text{
		"Le paramètre «%s» n'existe pas.",
		"El parámetro «%s» no existe.",
		"There is no parameter \"%s\".",
	}
	textNoPart = text{
		"«%s» n'a aucune partie : notification, advertisement, qr_code ou microPayment.",
		"«%s» no tiene ninguna parte: notification, advertisement, qr_code o microPayment.",
		"\"%s\" has no part: notification, advertisement, qr_code or microPayment.",
	}
	textSubscription = text{
		"Le fournisseur, le service et le service_token ne correspondent pas, ou ne sont pas ceux de l'appelant.",
		"El proveedor, el servicio y el service_token no se corresponden, o no son los de quien llama.",
		"Provider, service and service_token do not belong together, or not to the caller.",
	}
	textPart = text{
		"Le service n'accepte pas «%s», ou pas par ce canal.",
		"El servicio no acepta «%s», o no por este canal.",
		"The service does not take \"%s\", or not by this channel.",
	}
	textDestination = text{
		"Le destinataire est inconnu ou n'a pas d'adresse pour le canal.",
		"El destinatario es desconocido o no tiene dirección para el canal.",
		"The recipient is unknown or has no address for the channel.",
	}
	textConflict = text{
		"«%s» a déjà servi pour une autre requête.",
		"«%s» ya se usó para otra solicitud.",
		"\"%s\" was used for another request.",
	}
	textNothingToCancel = text{
		"Il ne reste rien à annuler.",
		"No queda nada que anular.",
		"Nothing is left to cancel.",
	}
	textQuota = text{
		"Le quota du service est épuisé.",
		"La cuota del servicio está agotada.",
		"The quota of the service is used up.",
	}
	textTemplate = text{
		"Le modèle n'existe pas.",
		"La plantilla no existe.",
		"There is no such template.",
	}
	textNotRedeemable = text{
		"Le code ne peut pas être utilisé.",
		"El código no se puede canjear.",
		"The code cannot be redeemed.",
	}
)

// ours are the texts of what the dialect itself finds wrong with fields, by its description.
var ours = map[string]text{unknownMember: textUnknown, noPart: textNoPart}

// textStates say why a code cannot be redeemed.
var textStates = map[string]text{
	"used":    {"Le code a déjà été utilisé.", "El código ya fue canjeado.", "The code is used up."},
	"revoked": {"Le code a été révoqué.", "El código fue revocado.", "The code was revoked."},
	"early":   {"Le code n'est pas encore valable.", "El código todavía no es válido.", "The code is not good yet."},
	"late":    {"Le code n'est plus valable.", "El código ya no es válido.", "The code is good no more."},
}

// rules say what fields take, by the lower-case path without parameters, in which a notification and an advertisement are "text" and have
// the first spelling.
var rules = map[string]text{
	"text.tittle":  {"1 à 32 caractères.", "De 1 a 32 caracteres.", "1 to 32 characters."},
	"text.message": {"1 à 166 caractères.", "De 1 a 166 caracteres.", "1 to 166 characters."},
	"text.cannel":  textChannel,
	"text.link": {
		"Une adresse https absolue; pas pour SAT.", "Una dirección https absoluta; no para SAT.", "An absolute https address; not for SAT.",
	},
	"text.picture": {
		"Un PNG, JPEG ou WebP en base64, de 256 Kio au plus.", "Un PNG, JPEG o WebP en base64, de 256 KiB a lo más.",
		"A PNG, JPEG or WebP in base64, of at most 256 KiB.",
	},
	"qr_code.kind":          {"ticket ou coupon.", "ticket o coupon.", "ticket or coupon."},
	"qr_code.title":         {"1 à 64 caractères.", "De 1 a 64 caracteres.", "1 to 64 characters."},
	"qr_code.uses":          {"1 à 1000.", "De 1 a 1000.", "1 to 1000."},
	"qr_code.valid_from":    textTime,
	"qr_code.valid_until":   textTime,
	"micropayment.amount":   {"En unités mineures, plus de 0.", "En unidades menores, más de 0.", "In minor units, more than 0."},
	"micropayment.currency": {"Un code ISO 4217.", "Un código ISO 4217.", "A code of ISO 4217."},
	"micropayment.concept":  {"1 à 64 caractères.", "De 1 a 64 caracteres.", "1 to 64 characters."},
	"send_at":               textTime,
	"expires_at":            textTime,
	"from":                  textTime,
	"to":                    textTime,
	"reference":             {"128 octets au plus.", "128 bytes a lo más.", "At most 128 bytes."},
	"limit":                 {"1 à 500.", "De 1 a 500.", "1 to 500."},
	"page": {
		"1 ou plus ; seuls les 10 000 premiers éléments se parcourent.", "1 o más; solo se recorren los 10 000 primeros.",
		"1 or more; only the first 10,000 can be paged through.",
	},
	"status": {
		"accepted, scheduled, sending, sent, delivered, failed, expired ou cancelled.",
		"accepted, scheduled, sending, sent, delivered, failed, expired o cancelled.",
		"accepted, scheduled, sending, sent, delivered, failed, expired or cancelled.",
	},
	"channel":         textChannel,
	"items":           {"1 à 1000 éléments.", "De 1 a 1000 elementos.", "1 to 1000 items."},
	"idempotency-key": {"1 à 255 caractères ASCII imprimables.", "De 1 a 255 caracteres ASCII imprimibles.", "1 to 255 printable ASCII characters."},
}

var (
	textTime    = text{"Un instant RFC 3339, dans les limites.", "Un instante RFC 3339, dentro de los límites.", "A time of RFC 3339, within the limits."}
	textChannel = text{
		"1 SAT, 2 SMS, 3 FCM, 4 EMAIL ou 5 WEBHOOK.", "1 SAT, 2 SMS, 3 FCM, 4 EMAIL o 5 WEBHOOK.", "1 SAT, 2 SMS, 3 FCM, 4 EMAIL or 5 WEBHOOK.",
	}
)

// ruleOf is the rule of a field, however it is written.
func ruleOf(field string) string {
	path := strings.TrimPrefix(strings.ToLower(field), parametersField+".")
	part, member, _ := strings.Cut(path, ".")
	if part == "notification" || part == "advertisement" {
		return "text." + strings.ToLower(advertisementSpelling.names[member])
	}
	return path
}
