package demo

import "fmt"

// print shows the calls of a service provider: the document's example, and what became of it.
func (f TUIDD) print(step func(comment, line string, args ...any), curl, base string) {
	token := fmt.Sprintf("%s -X POST %s/api/v1/oauth/token -d grant_type=client_credentials -d client_id=%s -d client_secret=%s",
		curl, base, f.ProviderClientID, f.ProviderClientSecret)
	body := fmt.Sprintf(`{"provider_id":%d,"service_token":"%s","service_id":%d,"parameters":{"destination":"%s",`+
		`"notification":{"titulo":"Clínica Dr. Nano. Turno","mensaje":"Oftalmologo Lunes 29-10 a las 9:15Hs.","canal":"SMS"},`+
		`"advertisement":{"titulo":"Autos usados CHECHO","mensaje":"Lleve su auto usado con Financiameiento ...","canal":"FCM"}}}`,
		f.ProviderID, f.ServiceToken, f.ServiceID, f.Destination)
	dispatch := fmt.Sprintf(`%s -X POST %s/Services -H "Authorization: Bearer $PROVIDER" -H 'Content-Type: application/json' -H 'Idempotency-Key: demo-%d' -d '%s'`,
		curl, base, f.ProviderID, body)
	step("tuidd: an access token of a service provider, kept in a variable", `PROVIDER=$(%s | sed -E 's/.*"access_token":"([^"]+)".*/\1/')`, token)
	step("tuidd: a notification by SMS and an advertisement by FCM, as in the document", "%s", dispatch)
	step("the same again, which is known by its Idempotency-Key; its identifier kept in a variable", `DISPATCH=$(%s | sed -E 's/^\{"id":"([^"]+)".*/\1/')`, dispatch)
	step("tuidd: what became of it", `%s %s/Services/$DISPATCH -H "Authorization: Bearer $PROVIDER"`, curl, base)
}
