package identity

import (
	"time"

	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
	identityv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/identity/v1"
)

// keepsContract tells of most persons that are valid by the contract's own rules that they are, in a small part of the
// time. Of others it tells nothing.
func keepsContract(in *identityv1.Person) bool {
	return in.GetDataSet() == authv1.DataSet_DATA_SET_UNSPECIFIED &&
		within(in.GetPersonId(), 0, 64) && within(in.GetUniqueKey(), 1, 64) && within(in.GetGivenNames(), 1, 128) &&
		within(in.GetFirstSurname(), 0, 128) && within(in.GetSecondSurname(), 0, 128) && within(in.GetPhotoUrl(), 0, 512) &&
		isDateOrNone(in.GetBirthDate()) && identifiersKeepContract(in.GetIdentifiers()) && contactsKeepContract(in.GetContacts())
}

// within counts bytes. The contract counts characters, which are at most as many; where there is a least, it is 1.
func within(text string, least, most int) bool { return least <= len(text) && len(text) <= most }

func isDateOrNone(text string) bool {
	_, err := time.Parse(time.DateOnly, text)
	return err == nil || text == ""
}

func identifiersKeepContract(all []*identityv1.Identifier) bool {
	for _, one := range all {
		if identifierKinds[one.GetKind()] == "" || !within(one.GetValue(), 1, 32) {
			return false
		}
	}
	return len(all) <= 8
}

func contactsKeepContract(all []*identityv1.Contact) bool {
	for _, one := range all {
		if contactKinds[one.GetKind()] == "" || !within(one.GetValue(), 1, 254) || one.GetVerifiedAt() != nil {
			return false
		}
	}
	return len(all) <= 16
}
