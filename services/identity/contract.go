package identity

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ventanilla/ventanilla/pkg/rpcerr"

	"buf.build/go/protovalidate"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	identityv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/identity/v1"
)

// recordContract validates what comes of changes, or of rows, as its creation would be validated.
func recordContract() (protovalidate.Validator, error) {
	return protovalidate.New(
		protovalidate.WithMessages(&identityv1.CreatePersonRequest{}, &identityv1.CreateMembershipRequest{},
			&identityv1.CreateHouseholdRequest{}, &identityv1.Statement{}, &identityv1.Fact{}), protovalidate.WithDisableLazy())
}

// checkMask refuses what is not to be changed. id is the identifier of what is changed, in the field idField.
func checkMask(idField, id string, paths, changeable []string) error {
	switch {
	case id == "":
		return rpcerr.Missing(idField)
	case len(paths) == 0:
		return rpcerr.Missing("update_mask")
	}
	for i, path := range paths {
		if !slices.Contains(changeable, path) {
			return rpcerr.Invalid(fmt.Sprintf("update_mask.paths[%d]", i), "is not to be changed; these are: "+strings.Join(changeable, ", "))
		}
	}
	return nil
}

// assignFields takes the named fields over; what is absent there becomes absent here.
func assignFields(to, from proto.Message, paths []string) {
	target, source := to.ProtoReflect(), from.ProtoReflect()
	for _, path := range paths {
		field := target.Descriptor().Fields().ByName(protoreflect.Name(path))
		if source.Has(field) {
			target.Set(field, source.Get(field))
		} else {
			target.Clear(field)
		}
	}
}

// fieldsOf names the fields that some messages of a type have, in the order of their numbers: what the access log says
// was read.
func fieldsOf[M proto.Message](messages ...M) []string {
	var names []string
	if len(messages) == 0 {
		return names
	}
	fields := messages[0].ProtoReflect().Descriptor().Fields()
	for i := range fields.Len() {
		if slices.ContainsFunc(messages, func(m M) bool { return m.ProtoReflect().Has(fields.Get(i)) }) {
			names = append(names, string(fields.Get(i).Name()))
		}
	}
	return names
}
