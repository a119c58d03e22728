package storetest

import (
	"github.com/ventanilla/ventanilla/services/identity/internal/store"
)

func student(personID, number string) store.Membership {
	return store.Membership{PersonID: personID, Type: "L", Number: number, Status: "INSCRITO"}
}
