package mosia

import (
	"encoding/json"
	"net/http"
	"strings"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/ventanilla/ventanilla/gateway/oauth"
	"github.com/ventanilla/ventanilla/gateway/wirejson"
	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
)

// The parameters that must be there, or have a form that errors tell.
const (
	parameterInstance      = "instanciaApp"
	parameterPassKey       = "chavePasse"
	parameterFunctionality = "chaveFuncionalidade"
	parameterUniqueKey     = "chaveUnica"
	parameterIntegration   = "chaveIntegracao"
	parameterLogin         = "login"
	parameterPassword      = "senha"
	parameterMessage       = "msg"
	parameterKept          = "msgRegistrarPush"
	parameterLatitude      = "latitude"
	parameterLongitude     = "longitude"
	parameterAccuracy      = "precisao"
)

// Values of instanciaApp.
const (
	sandbox    = "1"
	production = "2"
)

// parameter is a required one.
type parameter struct{ name, value string }

// require fails with FIELD_MISSING, naming all that are blank.
func require(parameters ...parameter) error {
	var absent []rpcerr.Option
	for _, p := range parameters {
		if oauth.Blank(p.value) {
			absent = append(absent, rpcerr.Field(p.name, "is required"))
		}
	}
	if absent != nil {
		return rpcerr.New(errorsv1.Reason_REASON_FIELD_MISSING, "a parameter is missing", absent...)
	}
	return nil
}

// dataSet is that of an instance. None is the token's own.
func dataSet(instance string) (authv1.DataSet, error) {
	switch instance {
	case sandbox:
		return authv1.DataSet_DATA_SET_STAGING, nil
	case production:
		return authv1.DataSet_DATA_SET_PRODUCTION, nil
	}
	if oauth.Blank(instance) {
		return authv1.DataSet_DATA_SET_UNSPECIFIED, nil
	}
	return 0, rpcerr.Invalid(parameterInstance, "is neither 1 nor 2")
}

// decode reads the body of a request.
func (a *adapter) decode(r *http.Request, in proto.Message) error {
	if r.Header.Get("Content-Type") == wirejson.FormMediaType {
		return wirejson.Form{JSON: &a.json}.NewDecoder(r.Body).Decode(in)
	}
	object, err := wirejson.ReadObject(r.Body)
	if err != nil {
		return err
	}
	return wirejson.Assign(in, loosen(in.ProtoReflect().Descriptor(), object))
}

// loosen gives an object's members the types of the fields that they are for, where what clients send means the same: numbers for
// texts, and the words true and false.
func loosen(of protoreflect.MessageDescriptor, object map[string]any) map[string]any {
	out := make(map[string]any, len(object))
	for name, value := range object {
		if f := of.Fields().ByJSONName(name); f != nil {
			value = loosenValue(f, value)
		}
		out[name] = value
	}
	return out
}

func loosenValue(f protoreflect.FieldDescriptor, value any) any {
	switch v := value.(type) {
	case json.Number:
		if f.Kind() == protoreflect.StringKind {
			return v.String()
		}
	case string:
		if word := strings.ToLower(strings.TrimSpace(v)); f.Kind() == protoreflect.BoolKind && (word == "true" || word == "false") {
			return word == "true"
		}
	case map[string]any:
		if f.Message() != nil {
			return loosen(f.Message(), v)
		}
	}
	return value
}
