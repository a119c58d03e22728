package colppy

import (
	"context"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	colppyv1 "github.com/ventanilla/ventanilla/proto/gen/go/colppy/v1"
	sessionv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/session/v1"
)

// indice tells what there is, from the options of the contract.
type indice struct {
	colppyv1.UnimplementedIndiceServiceServer
	operations *operations
	sessions   sessionv1.SessionServiceClient
}

// ListarIndice returns every operation with its parameters.
func (x *indice) ListarIndice(ctx context.Context, _ *colppyv1.ListarIndiceRequest) (*colppyv1.ListarIndiceResponse, error) {
	if err := checkDeveloper(ctx, x.sessions); err != nil {
		return nil, err
	}
	all := x.operations.all()
	out := &colppyv1.ListarIndiceResponse{Total: int32(len(all))}
	for _, op := range all {
		entry := &colppyv1.OperacionIndice{
			Provision: op.GetProvision(), Operacion: op.GetOperacion(), Descripcion: op.GetDescripcion(),
			RequiereSesion: op.GetAccess() == colppyv1.Access_ACCESS_SESSION,
		}
		parameters(op.input, "", &entry.Parametros)
		out.Data = append(out.Data, entry)
	}
	return out, nil
}

// types are the words for kinds of parameters.
var types = map[protoreflect.Kind]string{
	protoreflect.StringKind: "texto", protoreflect.Int32Kind: "entero", protoreflect.Int64Kind: "entero", protoreflect.BoolKind: "logico",
	protoreflect.MessageKind: "objeto",
}

// parameters are the fields of a message, each before those that are in it.
func parameters(of protoreflect.MessageDescriptor, path string, all *[]*colppyv1.Parametro) {
	for i := range of.Fields().Len() {
		f := of.Fields().Get(i)
		required, _ := proto.GetExtension(f.Options(), colppyv1.E_Required).(bool)
		entry := &colppyv1.Parametro{Nombre: path + f.JSONName(), Tipo: types[f.Kind()], Obligatorio: required}
		within := entry.GetNombre() + "."
		if f.IsList() {
			entry.Tipo, within = "lista", entry.GetNombre()+place+"."
		}
		*all = append(*all, entry)
		if f.Message() != nil {
			parameters(f.Message(), within, all)
		}
	}
}
