package identity

import (
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/ventanilla/ventanilla/pkg/nationalid"
	identityv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/identity/v1"
	"github.com/ventanilla/ventanilla/services/identity/internal/store"
)

// identifierKinds are the store's by the contract's names.
var identifierKinds = map[identityv1.IdentifierKind]nationalid.Kind{
	identityv1.IdentifierKind_IDENTIFIER_KIND_RUT:  nationalid.RUT,
	identityv1.IdentifierKind_IDENTIFIER_KIND_CURP: nationalid.CURP,
	identityv1.IdentifierKind_IDENTIFIER_KIND_CPF:  nationalid.CPF,
	identityv1.IdentifierKind_IDENTIFIER_KIND_CUIT: nationalid.CUIT,
	identityv1.IdentifierKind_IDENTIFIER_KIND_DNI:  nationalid.DNI,
}

// contactKinds are the store's by the contract's names.
var contactKinds = map[identityv1.ContactKind]store.ContactKind{
	identityv1.ContactKind_CONTACT_KIND_EMAIL:  store.Email,
	identityv1.ContactKind_CONTACT_KIND_PHONE:  store.Phone,
	identityv1.ContactKind_CONTACT_KIND_POSTAL: store.Postal,
}

// protoKind is the contract's name for a kind of the store's.
func protoKind[P, K comparable](kinds map[P]K, kind K) P {
	for name, stored := range kinds {
		if stored == kind {
			return name
		}
	}
	var none P
	return none
}

func personToProto(p store.Person) (*identityv1.Person, error) {
	attributes, err := attributesToProto(p.Attributes)
	if err != nil {
		return nil, err
	}
	out := &identityv1.Person{
		PersonId: p.ID, DataSet: dataSetToProto(p.DataSet), UniqueKey: p.UniqueKey,
		GivenNames: p.GivenNames, FirstSurname: p.FirstSurname, SecondSurname: p.SecondSurname, BirthDate: p.BirthDate,
		Contacts: contactsToProto(p.Contacts), PhotoUrl: p.PhotoURL, PhotoAccepted: p.PhotoAccepted, MobileIdentity: p.MobileIdentity,
		Attributes: attributes, Version: p.Version,
		CreatedAt: timestamppb.New(p.CreatedAt), UpdatedAt: timestamppb.New(p.UpdatedAt),
	}
	for _, i := range p.Identifiers {
		out.Identifiers = append(out.Identifiers, &identityv1.Identifier{Kind: protoKind(identifierKinds, i.Kind), Value: i.Value})
	}
	return out, nil
}

func contactsToProto(contacts []store.Contact) []*identityv1.Contact {
	var all []*identityv1.Contact
	for _, c := range contacts {
		out := &identityv1.Contact{Kind: protoKind(contactKinds, c.Kind), Value: c.Value}
		if !c.VerifiedAt.IsZero() {
			out.VerifiedAt = timestamppb.New(c.VerifiedAt)
		}
		all = append(all, out)
	}
	return all
}

// shown is a person as a caller may see it: operators see identifiers and contacts masked.
func (c caller) shown(p store.Person) (*identityv1.Person, error) {
	out, err := personToProto(p)
	if err != nil || !c.IsOperator() {
		return out, err
	}
	for _, i := range out.GetIdentifiers() {
		i.Value = nationalid.Mask(i.GetValue())
	}
	for _, contact := range out.GetContacts() {
		contact.Value = nationalid.Mask(contact.GetValue())
	}
	return out, nil
}
