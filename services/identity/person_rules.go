package identity

import (
	"net/mail"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/ventanilla/ventanilla/pkg/rpcerr"

	"github.com/ventanilla/ventanilla/pkg/nationalid"
	"github.com/ventanilla/ventanilla/pkg/rpcserver"
	identityv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/identity/v1"
	"github.com/ventanilla/ventanilla/services/identity/internal/store"
)

// checkedPerson is personFromProto for a person that has not been through the server's validation. Fields in errors
// begin with "person.".
func (s *Service) checkedPerson(in *identityv1.Person) (store.Person, error) {
	if !keepsContract(in) {
		if err := rpcserver.Validate(s.contract, &identityv1.CreatePersonRequest{Person: in}); err != nil {
			return store.Person{}, err
		}
	}
	return s.personFromProto(in)
}

// personFromProto checks what the contract's own rules cannot say, and returns the person as it is stored.
func (s *Service) personFromProto(in *identityv1.Person) (store.Person, error) {
	p := store.Person{
		DataSet: dataSetFromProto(in.GetDataSet()), UniqueKey: in.GetUniqueKey(),
		GivenNames: in.GetGivenNames(), FirstSurname: in.GetFirstSurname(), SecondSurname: in.GetSecondSurname(),
		BirthDate: in.GetBirthDate(), PhotoURL: in.GetPhotoUrl(),
		PhotoAccepted: in.GetPhotoAccepted(), MobileIdentity: in.GetMobileIdentity(),
	}
	for _, text := range []struct {
		field, value string
		required     bool
	}{
		{"person.unique_key", p.UniqueKey, true},
		{"person.given_names", p.GivenNames, true},
		{"person.first_surname", p.FirstSurname, false},
		{"person.second_surname", p.SecondSurname, false},
	} {
		if text.required && strings.TrimSpace(text.value) == "" {
			return p, rpcerr.Missing(text.field)
		}
		if err := plain(text.field, text.value); err != nil {
			return p, err
		}
	}
	if err := date("person.birth_date", p.BirthDate); err != nil {
		return p, err
	}
	if p.BirthDate > s.now().UTC().Format(time.DateOnly) {
		return p, rpcerr.Invalid("person.birth_date", "must not be in the future")
	}
	if err := photoURL("person.photo_url", p.PhotoURL); err != nil {
		return p, err
	}
	var err error
	if p.Identifiers, err = identifiersFromProto("person.identifiers", in.GetIdentifiers()); err != nil {
		return p, err
	}
	if p.Contacts, err = contactsFromProto("person.contacts", in.GetContacts()); err != nil {
		return p, err
	}
	p.Attributes, err = attributesFromProto("person.attributes", in.GetAttributes())
	return p, err
}

// date refuses what is no day of the calendar; the contract has looked at the form.
func date(field, text string) error {
	if text == "" {
		return nil
	}
	if _, err := time.Parse(time.DateOnly, text); err != nil {
		return rpcerr.Invalid(field, "must be a day of the calendar, as 2006-01-02")
	}
	return nil
}

func photoURL(field, text string) error {
	if text == "" {
		return nil
	}
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "https" || u.Host == "" || u.User != nil || strings.ContainsFunc(text, unicode.IsSpace) {
		return rpcerr.Invalid(field, "must be an absolute https address")
	}
	return nil
}

func identifiersFromProto(field string, in []*identityv1.Identifier) ([]store.Identifier, error) {
	var all []store.Identifier
	for i, one := range in {
		at := element(field, i)
		if slices.ContainsFunc(in[:i], func(before *identityv1.Identifier) bool { return before.GetKind() == one.GetKind() }) {
			return nil, rpcerr.Invalid(at+".kind", "is there twice")
		}
		identifier, err := identifierFromProto(at, one)
		if err != nil {
			return nil, err
		}
		all = append(all, identifier)
	}
	return all, nil
}

func identifierFromProto(field string, in *identityv1.Identifier) (store.Identifier, error) {
	kind := identifierKinds[in.GetKind()]
	value, err := nationalid.Parse(kind, in.GetValue())
	if err != nil {
		return store.Identifier{}, rpcerr.Invalid(field+".value", err.Error())
	}
	return store.Identifier{Kind: kind, Value: value}, nil
}

func contactsFromProto(field string, in []*identityv1.Contact) ([]store.Contact, error) {
	var all []store.Contact
	for i, one := range in {
		at := element(field, i)
		contact := store.Contact{Kind: contactKinds[one.GetKind()], Value: one.GetValue()}
		if err := checkContact(at+".value", contact); err != nil {
			return nil, err
		}
		if slices.ContainsFunc(all, func(c store.Contact) bool { return c.Kind == contact.Kind && c.Value == contact.Value }) {
			return nil, rpcerr.Invalid(at+".value", "is there twice")
		}
		if one.GetVerifiedAt() != nil {
			var err error
			if contact.VerifiedAt, err = moment(at+".verified_at", one.GetVerifiedAt()); err != nil {
				return nil, err
			}
		}
		all = append(all, contact)
	}
	return all, nil
}

func checkContact(field string, contact store.Contact) error {
	switch {
	case strings.TrimSpace(contact.Value) == "":
		return rpcerr.Missing(field)
	case strings.Contains(contact.Value, nationalid.Masked):
		return rpcerr.Invalid(field, "is masked: give the whole address")
	}
	switch contact.Kind {
	case store.Email:
		if address, err := mail.ParseAddress(contact.Value); err != nil || address.Address != contact.Value {
			return rpcerr.Invalid(field, "must be an e-mail address")
		}
	case store.Phone:
		digits := strings.Map(func(r rune) rune {
			if r < '0' || r > '9' {
				return -1
			}
			return r
		}, contact.Value)
		if len(digits) < 3 || len(digits) > 20 {
			return rpcerr.Invalid(field, "must be a telephone number of 3 to 20 digits")
		}
	}
	return plain(field, contact.Value)
}
