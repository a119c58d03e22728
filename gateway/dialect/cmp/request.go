package cmp

import (
	"context"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/ventanilla/ventanilla/gateway/dialect"
	"github.com/ventanilla/ventanilla/gateway/oauth"
	"github.com/ventanilla/ventanilla/pkg/nationalid"
	"github.com/ventanilla/ventanilla/pkg/rpcerr"
)

// The parameters, as the document names them.
const (
	parameterAPIKey    = "apiKey"
	parameterSecretKey = "secretKey"
	parameterToken     = "cu_token"
	parameterRUT       = "rut"
	parameterCategory  = "categoria"
	parameterLanguage  = "idioma"
)

// readQuery reads the query into what the body leaves blank: the document's examples send there what it calls body parameters.
func readQuery(ctx context.Context, in proto.Message) error {
	message := in.ProtoReflect()
	message.Range(func(f protoreflect.FieldDescriptor, v protoreflect.Value) bool {
		if oauth.Blank(v.String()) {
			message.Clear(f)
		}
		return true
	})
	return dialect.Query(ctx, in)
}

// parseRUT is a RUT, however it is written, as "55555555-5". It fails with FIELD_MISSING or FIELD_INVALID.
func parseRUT(text string) (string, error) {
	if err := oauth.Require(parameterRUT, text); err != nil {
		return "", err
	}
	rut, err := nationalid.Parse(nationalid.RUT, text)
	if err != nil {
		return "", rpcerr.Invalid(parameterRUT, err.Error())
	}
	return rut, nil
}
