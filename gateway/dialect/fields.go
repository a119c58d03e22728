package dialect

import (
	"regexp"

	"google.golang.org/protobuf/proto"

	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
)

// Fields names the validated fields of one domain request as a partner knows them.
type Fields struct {
	// Request is the domain message.
	Request proto.Message
	// Names maps paths, dotted and without indexes, to the partner's names. A field
	// that the gateway fills by itself has the name "".
	Names map[string]string
}

var index = regexp.MustCompile(`\[[^\]]*\]`)

// Name is the partner's name of a path, which may have indexes; empty for none.
func (f Fields) Name(path string) string { return f.Names[index.ReplaceAllString(path, "")] }

// Translate puts the partner's names into a domain error about fields. One about a field
// that the partner does not know is the gateway's own mistake: INTERNAL.
func (f Fields) Translate(err error) error {
	violations := rpcerr.Fields(err)
	if len(violations) == 0 {
		return err
	}
	var named []rpcerr.Option
	for _, violation := range violations {
		name := f.Name(violation.Field)
		if name == "" {
			return rpcerr.Wrap(errorsv1.Reason_REASON_INTERNAL, err, "the gateway sent a wrong "+violation.Field)
		}
		named = append(named, rpcerr.Field(name, violation.Description))
	}
	return rpcerr.Wrap(rpcerr.Reason(err), err, "a parameter was refused", named...)
}
