package colppy

import (
	"encoding/json"
	"io"
	"maps"

	"google.golang.org/protobuf/proto"

	"github.com/ventanilla/ventanilla/gateway/wirejson"
	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
)

// listFields are what lists take, in parameters or beside them.
var listFields = []string{"start", "limit", "filter", orderField}

const orderField = "order"

// request is what a body asks for.
type request struct {
	name
	auth       map[string]any
	parameters map[string]any
	// beside are the members of the envelope that lists take.
	beside map[string]any
}

// readRequest reads a body. It fails with MALFORMED_BODY alone: what is not there, or of another type, is missing.
func readRequest(r io.Reader) (request, error) {
	object, err := wirejson.ReadObject(r)
	if err != nil {
		return request{}, err
	}
	if object == nil {
		return request{}, rpcerr.New(errorsv1.Reason_REASON_MALFORMED_BODY, "there is no body")
	}
	in := request{beside: make(map[string]any)}
	of, _ := object["service"].(map[string]any)
	in.provision, _ = of["provision"].(string)
	in.operacion, _ = of["operacion"].(string)
	in.auth, _ = object["auth"].(map[string]any)
	if in.parameters, _ = object["parameters"].(map[string]any); in.parameters == nil {
		in.parameters = make(map[string]any)
	}
	for _, field := range listFields {
		if object[field] != nil {
			in.beside[field] = object[field]
		}
	}
	return in, nil
}

// decode reads the parameters into the operation's request, with what lists take from beside them, and checks that what is required is there.
func (in request) decode(v any) error {
	m, ok := v.(proto.Message)
	if !ok {
		return rpcerr.New(errorsv1.Reason_REASON_INTERNAL, "an operation takes no message")
	}
	fields := m.ProtoReflect().Descriptor().Fields()
	parameters := in.parameters
	if fields.ByJSONName(orderField) != nil {
		parameters = make(map[string]any, len(in.parameters)+len(in.beside))
		maps.Copy(parameters, in.beside)
		for name, value := range in.parameters {
			if value != nil {
				parameters[name] = value
			}
		}
		order, err := parseOrder(parameters[orderField])
		if err != nil {
			return err
		}
		parameters[orderField] = order
	}
	if err := wirejson.Assign(m, loosen(m.ProtoReflect().Descriptor(), parameters)); err != nil {
		return err
	}
	return require(m.ProtoReflect(), "")
}

// text is a string, or the digits of a number.
func text(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case json.Number:
		return v.String()
	}
	return ""
}
