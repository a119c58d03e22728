package cmp

import (
	"slices"
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
	peersMark   = "peer:"
	// thePerson is who reads when a client calls for the citizen.
	thePerson = "the person"
	// forWhom stands between a client and the one that it names, where the benefits service reads for both.
	forWhom = " for "
)

// reader says who read, without identifiers, which mean nothing to the citizen.
func reader(access *identityv1.CitizenAccess, language string) string {
	say, who := readers[language], access.GetOnBehalfOf()
	if who == "" {
		who = access.GetActor()
	}
	client := strings.HasPrefix(who, clientsMark)
	_, named, _ := strings.Cut(who, forWhom)
	switch {
	case who == thePerson:
		return say.citizen
	case who == operator:
		return say.official
	case client && named != "":
		return say.vouched(named)
	case client:
		return say.client
	case who == "" || strings.HasPrefix(who, peersMark):
		return say.platform
	}
	return say.vouched(who)
}

// vouched is the name of somebody for whom an institution says that it reads. The citizen would take some for another than the institution.
func (w words) vouched(name string) string {
	taken := []string{thePerson, operator}
	for _, own := range readers {
		taken = append(taken, own.citizen, own.official, own.client, own.platform)
	}
	same := func(other string) bool { return strings.EqualFold(strings.TrimSpace(name), other) }
	if slices.ContainsFunc(taken, same) {
		return w.client
	}
	return name
}
