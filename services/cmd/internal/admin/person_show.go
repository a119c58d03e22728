package admin

import (
	"fmt"
	"strconv"
	"strings"

	"google.golang.org/protobuf/proto"

	identityv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/identity/v1"
)

const (
	identifierPrefix = "IDENTIFIER_KIND_"
	contactPrefix    = "CONTACT_KIND_"
)

func showPerson(out Output, message proto.Message, person *identityv1.Person) error {
	attributes, err := membersText(person.GetAttributes())
	if err != nil {
		return err
	}
	var identifiers, contacts []string
	for _, identifier := range person.GetIdentifiers() {
		identifiers = append(identifiers, word(identifier.GetKind(), identifierPrefix)+"="+identifier.GetValue())
	}
	for _, contact := range person.GetContacts() {
		contacts = append(contacts, word(contact.GetKind(), contactPrefix)+"="+contact.GetValue())
	}
	return out.record(message, [][2]string{
		{"id", person.GetPersonId()},
		{"key", person.GetUniqueKey()},
		{"data set", dataSetName(person.GetDataSet())},
		{"name", fullName(person)},
		{"born", person.GetBirthDate()},
		{"identifiers", strings.Join(identifiers, " ")},
		{"contacts", strings.Join(contacts, ", ")},
		{"photo", person.GetPhotoUrl()},
		{"photo accepted", strconv.FormatBool(person.GetPhotoAccepted())},
		{"mobile identity", strconv.FormatBool(person.GetMobileIdentity())},
		{"attributes", attributes},
		{"version", fmt.Sprint(person.GetVersion())},
		{"created", moment(person.GetCreatedAt())},
		{"updated", moment(person.GetUpdatedAt())},
	})
}

// fullName is the name as it is said, without a surname that there is not.
func fullName(person *identityv1.Person) string {
	return strings.Join(strings.Fields(person.GetGivenNames()+" "+person.GetFirstSurname()+" "+person.GetSecondSurname()), " ")
}
