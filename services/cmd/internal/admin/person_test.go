package admin

import (
	"errors"
	"slices"
	"strings"
	"testing"

	identityv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/identity/v1"
)

func TestAnUpdateOfAPersonNamesWhatIsGiven(t *testing.T) {
	for name, c := range map[string]struct {
		args  []string
		paths string
	}{
		"a name":           {[]string{"--given-names=Ana María"}, "given_names"},
		"no surname":       {[]string{"--second-surname="}, "second_surname"},
		"no longer":        {[]string{"--no-photo-accepted", "--photo="}, "photo_url photo_accepted"},
		"commas are kept":  {[]string{"--contact=postal=Av. Uno 2, Mérida", "--contact=email=a@example.org"}, "contacts"},
		"cleared":          {[]string{"--clear=identifiers", "--clear=attributes"}, "identifiers attributes"},
		"only if, and why": {[]string{"--born=2000-02-29", "--if-version=3", "--reason=asked for it"}, "birth_date"},
	} {
		t.Run(name, func(t *testing.T) {
			command, err := parse[UpdatePerson](t, append([]string{"id"}, c.args...)...)
			if err != nil || !slices.Equal(command.paths(), strings.Fields(c.paths)) {
				t.Errorf("%v, %v", command.paths(), err)
			}
		})
	}
	for name, args := range map[string][]string{
		"nothing":       {"--reason=no reason"},
		"contradiction": {"--clear=contacts", "--contact=phone=1"},
	} {
		if _, err := parse[UpdatePerson](t, append([]string{"id"}, args...)...); err == nil {
			t.Errorf("%s: not refused", name)
		}
	}
}

func TestAnUpdateOfAMembershipNamesWhatIsGiven(t *testing.T) {
	command, err := parse[UpdateMembership](t, "id", "--status=EGRESADO", "--valid-until=", "--academic-unit=12")
	if want := []string{"status", "academic_unit", "valid_until"}; err != nil || !slices.Equal(command.paths(), want) {
		t.Errorf("%v, %v", command.paths(), err)
	}
	if _, err := parse[UpdateMembership](t, "id"); err == nil {
		t.Error("an update of nothing was not refused")
	}
}

func TestKindsAndValues(t *testing.T) {
	got, err := contactsOf([]string{"email=a=b@example.org", "POSTAL=Av. Uno 2, Mérida"})
	if err != nil || len(got) != 2 || got[0].GetKind() != identityv1.ContactKind_CONTACT_KIND_EMAIL || got[0].GetValue() != "a=b@example.org" ||
		got[1].GetKind() != identityv1.ContactKind_CONTACT_KIND_POSTAL {
		t.Errorf("%v, %v", got, err)
	}
	for _, text := range []string{"", "email", "email=", "=x", "fax=1", "unspecified=1"} {
		_, err := contactsOf([]string{text})
		if !errors.Is(err, ErrUsage) || !strings.Contains(err.Error(), "email, phone, postal") {
			t.Errorf("%q: %v", text, err)
		}
	}
}

// What an operator types for a value of the contract is what it is shown as.
func TestWordsOfTheContract(t *testing.T) {
	for n := range identityv1.MembershipType_name {
		if n == 0 {
			continue
		}
		typed := word(identityv1.MembershipType(n), membershipPrefix)
		if number(identityv1.MembershipType_value, membershipPrefix, typed) != n {
			t.Errorf("%s is not %d", typed, n)
		}
		if _, err := parse[AddMembership](t, "person", typed, "--status=X"); err != nil {
			t.Error(err)
		}
	}
}

func TestALookUpNamesOneKey(t *testing.T) {
	for _, args := range [][]string{{"--purpose=x"}, {"key", "--identifier=rut=1-9", "--purpose=x"}, {"key"}} {
		if _, err := parse[FindPerson](t, args...); err == nil {
			t.Errorf("%v: not refused", args)
		}
	}
	if _, err := parse[FindPerson](t, "key", "--purpose=x"); err != nil {
		t.Error(err)
	}
}
