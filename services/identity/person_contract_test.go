package identity_test

import (
	"fmt"
	"strings"
	"testing"

	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
	identityv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/identity/v1"
)

// The quick check of persons lets nothing pass that the contract refuses, and what institutions have does pass. A person
// that is ordinary but for one field tells the two apart.
func TestTheQuickCheckKeepsTheContract(t *testing.T) {
	service := newPlatform(t).replica().service
	passed, refused := 0, 0
	try := func(what string, change func(*identityv1.Person)) {
		in := &identityv1.Person{
			UniqueKey: "A-1001", GivenNames: "MARÍA JOSÉ", FirstSurname: "LÓPEZ", BirthDate: "1990-01-02", PhotoUrl: "https://example.org/a",
			Identifiers: []*identityv1.Identifier{{Kind: identityv1.IdentifierKind_IDENTIFIER_KIND_RUT, Value: "12345678-5"}},
			Contacts:    []*identityv1.Contact{{Kind: identityv1.ContactKind_CONTACT_KIND_EMAIL, Value: "a@example.org"}},
		}
		change(in)
		quick, err := service.KeepsContract(in)
		switch {
		case quick && err != nil:
			t.Errorf("%s passes, but: %v", what, err)
		case quick:
			passed++
		case err != nil:
			refused++
		case what == "ordinary":
			t.Error("an ordinary person is checked in full")
		}
	}
	try("ordinary", func(*identityv1.Person) {})
	for field, set := range map[string]func(*identityv1.Person, string){
		"person_id":      func(p *identityv1.Person, text string) { p.PersonId = text },
		"unique_key":     func(p *identityv1.Person, text string) { p.UniqueKey = text },
		"given_names":    func(p *identityv1.Person, text string) { p.GivenNames = text },
		"first_surname":  func(p *identityv1.Person, text string) { p.FirstSurname = text },
		"second_surname": func(p *identityv1.Person, text string) { p.SecondSurname = text },
		"photo_url":      func(p *identityv1.Person, text string) { p.PhotoUrl = text },
		"identifier":     func(p *identityv1.Person, text string) { p.Identifiers[0].Value = text },
		"contact":        func(p *identityv1.Person, text string) { p.Contacts[0].Value = text },
	} {
		for length := range 520 {
			for _, letter := range []string{"a", "é"} {
				try(fmt.Sprint(field, " of ", length, " ", letter), func(p *identityv1.Person) { set(p, strings.Repeat(letter, length)) })
			}
		}
	}
	for _, date := range []string{"", "1990-02-31", "1990-1-2", "1990-01-02\n", "+990-01-02", "0000-01-01", "٢٠٠٠-01-01", "x"} {
		try("birth_date "+date, func(p *identityv1.Person) { p.BirthDate = date })
	}
	for number := range int32(20) {
		try(fmt.Sprint("data_set ", number), func(p *identityv1.Person) { p.DataSet = authv1.DataSet(number) })
		try(fmt.Sprint("kind of identifier ", number), func(p *identityv1.Person) { p.Identifiers[0].Kind = identityv1.IdentifierKind(number) })
		try(fmt.Sprint("kind of contact ", number), func(p *identityv1.Person) { p.Contacts[0].Kind = identityv1.ContactKind(number) })
		try(fmt.Sprint("identifiers ", number), func(p *identityv1.Person) {
			for range number {
				p.Identifiers = append(p.Identifiers, p.GetIdentifiers()[0])
			}
		})
		try(fmt.Sprint("contacts ", number), func(p *identityv1.Person) {
			for range number {
				p.Contacts = append(p.Contacts, p.GetContacts()[0])
			}
		})
	}
	if passed == 0 || refused == 0 {
		t.Errorf("%d passed, %d refused", passed, refused)
	}
}
