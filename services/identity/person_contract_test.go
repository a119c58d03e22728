package identity_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
	identityv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/identity/v1"
)

// The quick check of persons lets nothing pass that the contract refuses, and what institutions have does pass.
func TestTheQuickCheckKeepsTheContract(t *testing.T) {
	service := newPlatform(t).replica().service
	quick, err := service.KeepsContract(&identityv1.Person{
		UniqueKey: "A-1001", GivenNames: "MARÍA JOSÉ", FirstSurname: "LÓPEZ", BirthDate: "1990-01-02", PhotoUrl: "https://example.org/a",
		Identifiers: []*identityv1.Identifier{{Kind: identityv1.IdentifierKind_IDENTIFIER_KIND_RUT, Value: "12345678-5"}},
		Contacts:    []*identityv1.Contact{{Kind: identityv1.ContactKind_CONTACT_KIND_EMAIL, Value: "a@example.org"}},
	})
	if check(t, err); !quick {
		t.Error("an ordinary person is checked in full")
	}
	text := func(most int) *rapid.Generator[string] {
		lengths := rapid.SampledFrom([]int{1, 1, 1, 1, 2, 2, 3, most / 2, most / 2, most - 1, most, most, most, 0, most + 1})
		return rapid.Custom(func(t *rapid.T) string {
			return strings.Repeat(rapid.SampledFrom([]string{"a", "a", "a", "é"}).Draw(t, "letter"), lengths.Draw(t, "length"))
		})
	}
	seen := map[bool]int{}
	rapid.Check(t, func(t *rapid.T) {
		in := &identityv1.Person{
			PersonId:  rapid.SampledFrom([]string{"", "", "", strings.Repeat("a", 65)}).Draw(t, "person_id"),
			DataSet:   authv1.DataSet(rapid.SampledFrom([]int32{0, 0, 0, 0, 1, 9}).Draw(t, "data_set")),
			UniqueKey: text(64).Draw(t, "unique_key"), GivenNames: text(128).Draw(t, "given_names"),
			FirstSurname: text(128).Draw(t, "first_surname"), SecondSurname: text(128).Draw(t, "second_surname"),
			PhotoUrl:  text(512).Draw(t, "photo_url"),
			BirthDate: rapid.SampledFrom([]string{"", "", "1990-01-02", "1990-01-02", "1990-02-31", "1990-1-2", "1990-01-02\n", "+990-01-02", "x"}).Draw(t, "birth_date"),
		}
		for range rapid.SampledFrom([]int{0, 0, 1, 2, 8, 9}).Draw(t, "identifiers") {
			in.Identifiers = append(in.Identifiers, &identityv1.Identifier{
				Kind: identityv1.IdentifierKind(rapid.Int32Range(1, 6).Draw(t, "kind")), Value: text(32).Draw(t, "value"),
			})
		}
		for range rapid.SampledFrom([]int{0, 0, 1, 2, 16, 17}).Draw(t, "contacts") {
			in.Contacts = append(in.Contacts, &identityv1.Contact{
				Kind: identityv1.ContactKind(rapid.Int32Range(1, 4).Draw(t, "kind")), Value: text(254).Draw(t, "value"),
			})
		}
		quick, err := service.KeepsContract(in)
		if seen[quick]++; quick && err != nil {
			t.Errorf("passes, but %v", err)
		}
	})
	if seen[true] == 0 || seen[false] == 0 {
		t.Errorf("the quick check told one thing: %v", seen)
	}
}
