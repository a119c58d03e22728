// Package updatemask is how update RPCs read their masks: the paths name fields of the record, and each takes the place of what was there.
package updatemask

import (
	"fmt"
	"slices"
	"strings"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/known/fieldmaskpb"

	"github.com/ventanilla/ventanilla/pkg/rpcerr"
)

// Check refuses a mask that is empty or names what is not to be changed.
func Check(mask *fieldmaskpb.FieldMask, changeable []string) error {
	if len(mask.GetPaths()) == 0 {
		return rpcerr.Missing("update_mask")
	}
	for i, path := range mask.GetPaths() {
		if !slices.Contains(changeable, path) {
			return rpcerr.Invalid(fmt.Sprintf("update_mask.paths[%d]", i), "is not to be changed; these are: "+strings.Join(changeable, ", "))
		}
	}
	return nil
}

// Assign takes the fields of a checked mask over; what is absent there becomes absent here.
func Assign(to, from proto.Message, mask *fieldmaskpb.FieldMask) {
	target, source := to.ProtoReflect(), from.ProtoReflect()
	for _, path := range mask.GetPaths() {
		field := target.Descriptor().Fields().ByName(protoreflect.Name(path))
		if source.Has(field) {
			target.Set(field, source.Get(field))
		} else {
			target.Clear(field)
		}
	}
}
