package benefits

import (
	"strings"

	"github.com/ventanilla/ventanilla/pkg/authn"
	"github.com/ventanilla/ventanilla/pkg/nationalid"
	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	benefitsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/benefits/v1"
	identityv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/identity/v1"
)

// whom says who is asked about: the citizen of the credential and nobody else, or the subject, for who may ask about anybody.
func whom(caller authn.Caller, subject *benefitsv1.Subject) (*identityv1.PersonKey, error) {
	if rut := caller.Citizen(); rut != "" {
		if subject != nil {
			return nil, rpcerr.Forbidden("the credential is for its own citizen: give no subject")
		}
		return byIdentifier(&identityv1.Identifier{Kind: identityv1.IdentifierKind_IDENTIFIER_KIND_RUT, Value: rut}), nil
	}
	if err := caller.Needs(scopeEvaluate); err != nil {
		return nil, err
	}
	if subject == nil {
		return nil, rpcerr.Missing("subject")
	}
	return keyOf(subject, "subject")
}

// mayAskForMany fails for a credential that is for one citizen, and for a client without the scope.
func mayAskForMany(caller authn.Caller, scope string) error {
	if caller.Citizen() != "" {
		return rpcerr.Forbidden("the credential is for its own citizen")
	}
	return caller.Needs(scope)
}

// keyOf is a subject as identity is asked for it; field names the subject in errors.
func keyOf(subject *benefitsv1.Subject, field string) (*identityv1.PersonKey, error) {
	if id := subject.GetPersonId(); id != "" {
		return &identityv1.PersonKey{Key: &identityv1.PersonKey_PersonId{PersonId: id}}, nil
	}
	identifier := subject.GetIdentifier()
	kind := nationalid.Kind(strings.ToLower(strings.TrimPrefix(identifier.GetKind().String(), "IDENTIFIER_KIND_")))
	value, err := nationalid.Parse(kind, identifier.GetValue())
	if err != nil {
		return nil, rpcerr.Invalid(field+".identifier.value", err.Error())
	}
	return byIdentifier(&identityv1.Identifier{Kind: identifier.GetKind(), Value: value}), nil
}

func byIdentifier(identifier *identityv1.Identifier) *identityv1.PersonKey {
	return &identityv1.PersonKey{Key: &identityv1.PersonKey_Identifier{Identifier: identifier}}
}
