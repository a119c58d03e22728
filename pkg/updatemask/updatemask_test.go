package updatemask_test

import (
	"testing"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/fieldmaskpb"

	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	"github.com/ventanilla/ventanilla/pkg/updatemask"
	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
)

func TestMasksThatAreRefused(t *testing.T) {
	changeable := []string{"name", "scopes"}
	for name, c := range map[string]struct {
		paths []string
		field string
	}{
		"nothing":          {nil, "update_mask"},
		"no field":         {[]string{"name", "nonsense"}, "update_mask.paths[1]"},
		"not to be":        {[]string{"client_id"}, "update_mask.paths[0]"},
		"inside of one":    {[]string{"limit.burst"}, "update_mask.paths[0]"},
		"everything":       {[]string{"*"}, "update_mask.paths[0]"},
		"named once empty": {[]string{""}, "update_mask.paths[0]"},
	} {
		t.Run(name, func(t *testing.T) {
			err := updatemask.Check(&fieldmaskpb.FieldMask{Paths: c.paths}, changeable)
			if fields := rpcerr.Fields(err); len(fields) != 1 || fields[0].Field != c.field {
				t.Errorf("got %v, want one about %s", err, c.field)
			}
		})
	}
	if err := updatemask.Check(&fieldmaskpb.FieldMask{Paths: []string{"scopes", "name", "name"}}, changeable); err != nil {
		t.Error(err)
	}
}

func TestFieldsOfTheMaskAreTakenOver(t *testing.T) {
	to := &authv1.Client{Name: "before", Scopes: []string{"a"}, Family: "tuidd"}
	updatemask.Assign(to, &authv1.Client{Name: "after", Family: "cmp"}, &fieldmaskpb.FieldMask{Paths: []string{"name", "scopes"}})
	if want := (&authv1.Client{Name: "after", Family: "tuidd"}); !proto.Equal(to, want) {
		t.Errorf("got %v, want %v", to, want)
	}
}
