package store

import (
	"bytes"
	"encoding/json"
	"slices"
	"time"

	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
)

const (
	// changeableColumns are in the order of Person.changeable.
	changeableColumns = `unique_key, given_names, first_surname, second_surname, birth_date, contacts, photo_url, photo_accepted,
	mobile_identity, attributes, version, updated_at`
	personColumns = `person_id, data_set, pseudonym, created_at, ` + changeableColumns
	noAttributes  = `{}`
	noContacts    = `[]`
	selectPerson  = `SELECT ` + personColumns + `, ` + identifiersOfPerson + ` FROM person`
)

func (p Person) changeable() []any {
	return []any{
		p.UniqueKey, p.GivenNames, p.FirstSurname, p.SecondSurname, p.BirthDate, contactsText(p.Contacts), p.PhotoURL,
		flag(p.PhotoAccepted), flag(p.MobileIdentity), attributesText(p.Attributes), p.Version, p.UpdatedAt.UnixMilli(),
	}
}

func (p Person) values() []any {
	return append([]any{p.ID, p.DataSet, p.Pseudonym, p.CreatedAt.UnixMilli()}, p.changeable()...)
}

func scanPerson(row sqlstore.Scanner) (Person, error) {
	var p Person
	var contacts, attributes, identifiers string
	var created, updated int64
	err := row.Scan(&p.ID, &p.DataSet, &p.Pseudonym, &created, &p.UniqueKey, &p.GivenNames, &p.FirstSurname, &p.SecondSurname,
		&p.BirthDate, &contacts, &p.PhotoURL, &p.PhotoAccepted, &p.MobileIdentity, &attributes, &p.Version, &updated, &identifiers)
	if err != nil {
		return p, err
	}
	p.CreatedAt, p.UpdatedAt = time.UnixMilli(created).UTC(), time.UnixMilli(updated).UTC()
	p.Identifiers = scanIdentifiers(identifiers)
	if attributes != noAttributes {
		p.Attributes = json.RawMessage(attributes)
	}
	p.Contacts, err = parseContacts(contacts)
	return p, err
}

func parseContacts(text string) (contacts []Contact, err error) {
	if text != noContacts {
		err = json.Unmarshal([]byte(text), &contacts)
	}
	return contacts, err
}

func attributesText(attributes json.RawMessage) string {
	if len(attributes) == 0 {
		return noAttributes
	}
	return string(attributes)
}

func contactsText(contacts []Contact) string {
	if len(contacts) == 0 {
		return noContacts
	}
	text, err := json.Marshal(contacts)
	if err != nil {
		panic(err) // texts and times have a JSON form
	}
	return string(text)
}

// flag is a truth value in a column of numbers.
func flag(is bool) int64 {
	if is {
		return 1
	}
	return 0
}

// differences names the fields, as the message Person does, in which p and another differ.
func (p Person) differences(other Person) []string {
	var names []string
	for _, field := range []struct {
		name    string
		differs bool
	}{
		{"unique_key", p.UniqueKey != other.UniqueKey},
		{"given_names", p.GivenNames != other.GivenNames},
		{"first_surname", p.FirstSurname != other.FirstSurname},
		{"second_surname", p.SecondSurname != other.SecondSurname},
		{"birth_date", p.BirthDate != other.BirthDate},
		{"identifiers", !slices.Equal(p.Identifiers, other.Identifiers)},
		{"contacts", !slices.Equal(p.Contacts, other.Contacts)},
		{"photo_url", p.PhotoURL != other.PhotoURL},
		{"photo_accepted", p.PhotoAccepted != other.PhotoAccepted},
		{"mobile_identity", p.MobileIdentity != other.MobileIdentity},
		{"attributes", !bytes.Equal(p.Attributes, other.Attributes)},
	} {
		if field.differs {
			names = append(names, field.name)
		}
	}
	return names
}
