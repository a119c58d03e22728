package identity

import (
	"slices"

	"buf.build/go/protovalidate"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/fieldmaskpb"

	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	"github.com/ventanilla/ventanilla/pkg/updatemask"
	identityv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/identity/v1"
)

// recordContract validates what comes of changes, or of rows, as its creation would be validated.
func recordContract() (protovalidate.Validator, error) {
	return protovalidate.New(
		protovalidate.WithMessages(&identityv1.CreatePersonRequest{}, &identityv1.CreateMembershipRequest{},
			&identityv1.CreateHouseholdRequest{}, &identityv1.Statement{}, &identityv1.Fact{}), protovalidate.WithDisableLazy())
}

// checkMask refuses what is not to be changed. id is the identifier of what is changed, in the field idField.
func checkMask(idField, id string, mask *fieldmaskpb.FieldMask, changeable []string) error {
	if id == "" {
		return rpcerr.Missing(idField)
	}
	return updatemask.Check(mask, changeable)
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
