package identity

import (
	"fmt"
	"slices"

	"google.golang.org/protobuf/types/known/structpb"

	"github.com/ventanilla/ventanilla/pkg/nationalid"
	identityv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/identity/v1"
	"github.com/ventanilla/ventanilla/services/identity/internal/store"
)

// maxContacts bounds those of a person, as the contract does.
const maxContacts = 16

// unnamed stands for the names of a row that has none, while it is checked.
const unnamed = "-"

func personMembers() []string {
	return []string{
		"unique_key", "given_names", "first_surname", "second_surname", "birth_date", "rut", "curp", "cpf", "cuit", "dni",
		"email", "phone", "photo_url", "photo_accepted", "mobile_identity", "attributes",
	}
}

// rowIdentifiers and rowContacts are the members that are elements of lists in a person.
var (
	rowIdentifiers = []struct {
		member string
		kind   identityv1.IdentifierKind
	}{
		{"rut", identityv1.IdentifierKind_IDENTIFIER_KIND_RUT},
		{"curp", identityv1.IdentifierKind_IDENTIFIER_KIND_CURP},
		{"cpf", identityv1.IdentifierKind_IDENTIFIER_KIND_CPF},
		{"cuit", identityv1.IdentifierKind_IDENTIFIER_KIND_CUIT},
		{"dni", identityv1.IdentifierKind_IDENTIFIER_KIND_DNI},
	}
	rowContacts = []struct {
		member string
		kind   identityv1.ContactKind
	}{
		{"email", identityv1.ContactKind_CONTACT_KIND_EMAIL},
		{"phone", identityv1.ContactKind_CONTACT_KIND_PHONE},
	}
)

// personRow reads a row about a person, and checks it as the person's creation would.
func (s *Service) personRow(text []byte) (store.PersonUpsert, error) {
	m, err := readRow(text, personMembers())
	if err != nil {
		return store.PersonUpsert{}, err
	}
	in := &identityv1.Person{}
	if err := m.person(in); err != nil {
		return store.PersonUpsert{}, err
	}
	if !m.has("given_names") {
		in.GivenNames = unnamed
	}
	row, err := s.checkedPerson(in)
	if err != nil {
		return store.PersonUpsert{}, inRow(err, listedMembers(in))
	}
	return store.PersonUpsert{
		UniqueKey: row.UniqueKey, Identifiers: row.Identifiers,
		Edit: func(p *store.Person) error { return m.merge(p, row) },
	}, nil
}

// listedMembers are those that the elements of lists came from, by the beginnings of their paths.
func listedMembers(in *identityv1.Person) map[string]string {
	paths := map[string]string{}
	for i, identifier := range in.GetIdentifiers() {
		for _, one := range rowIdentifiers {
			if one.kind == identifier.GetKind() {
				paths[element("person.identifiers", i)] = one.member
			}
		}
	}
	for i, contact := range in.GetContacts() {
		for _, one := range rowContacts {
			if one.kind == contact.GetKind() {
				paths[element("person.contacts", i)] = one.member
			}
		}
	}
	return paths
}

// person fills a person with what the row has.
func (m rowMembers) person(in *identityv1.Person) error {
	err := m.texts(
		textOf{"unique_key", &in.UniqueKey}, textOf{"given_names", &in.GivenNames}, textOf{"first_surname", &in.FirstSurname},
		textOf{"second_surname", &in.SecondSurname}, textOf{"birth_date", &in.BirthDate}, textOf{"photo_url", &in.PhotoUrl},
	)
	if err != nil {
		return err
	}
	if in.PhotoAccepted, err = m.flag("photo_accepted"); err != nil {
		return err
	}
	if in.MobileIdentity, err = m.flag("mobile_identity"); err != nil {
		return err
	}
	for _, one := range rowIdentifiers {
		value, err := m.text(one.member)
		if err != nil {
			return err
		}
		if value != "" {
			in.Identifiers = append(in.Identifiers, &identityv1.Identifier{Kind: one.kind, Value: value})
		}
	}
	for _, one := range rowContacts {
		value, err := m.text(one.member)
		if err != nil {
			return err
		}
		if value != "" {
			in.Contacts = append(in.Contacts, &identityv1.Contact{Kind: one.kind, Value: value})
		}
	}
	in.Attributes, err = m.attributes()
	return err
}

// attributes reads an object, or a text that holds one, as in CSV.
func (m rowMembers) attributes() (*structpb.Struct, error) {
	raw := m.value("attributes")
	if len(raw) > 0 && raw[0] != '{' {
		text, err := m.text("attributes")
		if err != nil {
			return nil, &rowError{"attributes", "must be a JSON object"}
		}
		raw = []byte(text)
	}
	if len(raw) == 0 {
		return nil, nil
	}
	out := &structpb.Struct{}
	if err := out.UnmarshalJSON(raw); err != nil {
		return nil, &rowError{"attributes", "must be a JSON object"}
	}
	return out, nil
}

// merge changes a person to what the row says.
func (m rowMembers) merge(p *store.Person, row store.Person) error {
	if p.Version == 0 && !m.has("given_names") {
		return &rowError{"given_names", "is required for a new person"}
	}
	for _, field := range []struct {
		member   string
		to, from *string
	}{
		{"given_names", &p.GivenNames, &row.GivenNames},
		{"first_surname", &p.FirstSurname, &row.FirstSurname},
		{"second_surname", &p.SecondSurname, &row.SecondSurname},
		{"birth_date", &p.BirthDate, &row.BirthDate},
		{"photo_url", &p.PhotoURL, &row.PhotoURL},
	} {
		if m.has(field.member) {
			*field.to = *field.from
		}
	}
	if m.has("photo_accepted") {
		p.PhotoAccepted = row.PhotoAccepted
	}
	if m.has("mobile_identity") {
		p.MobileIdentity = row.MobileIdentity
	}
	if m.has("attributes") {
		p.Attributes = row.Attributes
	}
	for _, one := range rowIdentifiers {
		if m.has(one.member) {
			p.Identifiers = mergeIdentifier(p.Identifiers, row.Identifiers, identifierKinds[one.kind])
		}
	}
	for _, one := range rowContacts {
		if m.has(one.member) {
			p.Contacts = mergeContact(p.Contacts, row.Contacts, contactKinds[one.kind])
		}
		if len(p.Contacts) > maxContacts {
			return &rowError{one.member, fmt.Sprintf("the person has %d addresses", maxContacts)}
		}
	}
	return nil
}

// mergeIdentifier gives a person the row's identifier of a kind, or none.
func mergeIdentifier(have, row []store.Identifier, kind nationalid.Kind) []store.Identifier {
	have = slices.DeleteFunc(have, func(i store.Identifier) bool { return i.Kind == kind })
	for _, i := range row {
		if i.Kind == kind {
			have = append(have, i)
		}
	}
	return have
}

// mergeContact makes the row's address the preferred one of its kind, in the place of the one that was unless the person has it
// already. Without an address the person has none of the kind.
func mergeContact(have, row []store.Contact, kind store.ContactKind) []store.Contact {
	of := func(c store.Contact) bool { return c.Kind == kind }
	at := slices.IndexFunc(row, of)
	if at < 0 {
		return slices.DeleteFunc(have, of)
	}
	wanted := row[at]
	first := slices.IndexFunc(have, of)
	known := slices.IndexFunc(have, func(c store.Contact) bool { return c.Kind == kind && c.Value == wanted.Value })
	switch {
	case first < 0:
		return append(have, wanted)
	case known < 0:
		have[first] = wanted
	case known > first:
		wanted = have[known]
		have = slices.Insert(slices.Delete(have, known, known+1), first, wanted)
	}
	return have
}
