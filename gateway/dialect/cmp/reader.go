package cmp

import (
	"strings"

	identityv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/identity/v1"
)

// words say who read, in one language.
type words struct{ citizen, official, client, platform string }

// readers has them by language. Those are the languages that widgets speak.
var readers = map[string]words{
	spanish: {citizen: "usted", official: "un funcionario", client: "una institución", platform: "esta plataforma"},
	"en":    {citizen: "you", official: "an official", client: "an institution", platform: "this platform"},
}

// Who reads, as the identity service names it.
const (
	operator    = "operator"
	clientsMark = "client:"
	ownBenefits = "peer:" + benefitsRole
	// thePerson is who reads when a client calls for the citizen.
	thePerson = "the person"
)

// reader says who read, without identifiers, which mean nothing to the citizen.
func reader(access *identityv1.CitizenAccess, language string) string {
	say, actor, behalf := readers[language], access.GetActor(), access.GetOnBehalfOf()
	switch {
	case behalf == thePerson:
		return say.citizen
	case actor == operator:
		return say.official
	case strings.HasPrefix(behalf, clientsMark):
		return say.client
	case actor == ownBenefits && behalf != "": // it names operators
		return say.official
	case behalf != "":
		return behalf
	case strings.HasPrefix(actor, clientsMark):
		return say.client
	}
	return say.platform
}
