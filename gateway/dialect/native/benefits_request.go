package native

import (
	"maps"
	"strconv"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/ventanilla/ventanilla/gateway/dialect"
	"github.com/ventanilla/ventanilla/gateway/oauth"
	"github.com/ventanilla/ventanilla/pkg/nationalid"
	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	nativev1 "github.com/ventanilla/ventanilla/proto/gen/go/native/v1"
	benefitsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/benefits/v1"
	identityv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/identity/v1"
)

// The fields of the domain requests as the endpoints name them.
var (
	evaluateFields = dialect.Fields{
		Request: (*benefitsv1.EvaluateRequest)(nil), Names: names(subjectNames("subject"), map[string]string{"terms": "terms", "outcomes": "outcomes"}),
	}
	explainFields = dialect.Fields{
		Request: (*benefitsv1.ExplainRequest)(nil),
		Names:   names(subjectNames("subject"), map[string]string{"terms": "terms", "outcomes": "outcomes", "benefit_id": "benefit_id"}),
	}
	evaluateStreamFields = dialect.Fields{
		Request: (*benefitsv1.EvaluateStreamRequest)(nil), Names: names(subjectNames("subjects"), map[string]string{"subjects": ""}),
	}
)

// names are those of the terms, which every request has, and others.
func names(others ...map[string]string) map[string]string {
	all := map[string]string{
		"terms.category":            "terms.category",
		"terms.as_of":               "terms.as_of",
		"terms.known_at":            "terms.known_at",
		"terms.language":            "terms.language",
		"terms.data_set":            "",
		"terms.access":              "terms",
		"terms.access.purpose":      "terms.purpose",
		"terms.access.on_behalf_of": "terms.on_behalf_of",
	}
	for _, some := range others {
		maps.Copy(all, some)
	}
	return all
}

func subjectNames(field string) map[string]string {
	return map[string]string{
		field + ".person_id":        field + ".person_id",
		field + ".identifier.kind":  "",
		field + ".identifier.value": field + ".rut",
	}
}

// maxPersonID is the longest person_id that the contract takes.
const maxPersonID = 64

// subject is whom a request is about. It names one, in one way.
func subject(field string, in *nativev1.Subject) (*benefitsv1.Subject, error) {
	switch {
	case oauth.Blank(in.GetRut()) && oauth.Blank(in.GetPersonId()):
		return nil, rpcerr.Missing(field)
	case in.Rut != nil && in.PersonId != nil:
		return nil, rpcerr.Invalid(field, "has two identifiers: give one")
	case len(in.GetPersonId()) > maxPersonID:
		return nil, rpcerr.Invalid(field+".person_id", "is too long")
	case in.Rut == nil:
		return &benefitsv1.Subject{Subject: &benefitsv1.Subject_PersonId{PersonId: in.GetPersonId()}}, nil
	}
	rut, err := nationalid.Parse(nationalid.RUT, in.GetRut())
	if err != nil {
		return nil, rpcerr.Invalid(field+".rut", err.Error())
	}
	return &benefitsv1.Subject{Subject: &benefitsv1.Subject_Identifier{
		Identifier: &identityv1.Identifier{Kind: identityv1.IdentifierKind_IDENTIFIER_KIND_RUT, Value: rut},
	}}, nil
}

// terms are those of a request. They have to say why.
func terms(in *nativev1.Terms) (*benefitsv1.Terms, error) {
	if oauth.Blank(in.GetPurpose()) {
		return nil, rpcerr.Missing("terms.purpose")
	}
	out := &benefitsv1.Terms{
		Category: in.GetCategory(), AsOf: in.GetAsOf(), Language: in.GetLanguage(),
		Access: &identityv1.Access{Purpose: in.GetPurpose(), OnBehalfOf: in.GetOnBehalfOf()},
	}
	if in.GetKnownAt() != "" {
		at, err := time.Parse(time.RFC3339, in.GetKnownAt())
		if err != nil {
			return nil, rpcerr.Invalid("terms.known_at", "is no time of RFC 3339")
		}
		out.KnownAt = timestamppb.New(at)
	}
	return out, nil
}

// outcomes are the words of a request in the contract's values.
func outcomes(in []string) ([]benefitsv1.Outcome, error) {
	var out []benefitsv1.Outcome
	for i, word := range in {
		outcome, ok := outcomeOf[word]
		if !ok {
			return nil, rpcerr.Invalid("outcomes["+strconv.Itoa(i)+"]", "is none of the outcomes")
		}
		out = append(out, outcome)
	}
	return out, nil
}
