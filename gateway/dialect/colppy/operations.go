package colppy

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"

	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	colppyv1 "github.com/ventanilla/ventanilla/proto/gen/go/colppy/v1"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
)

// name is what a request names: an operation of a provision.
type name struct{ provision, operacion string }

// operation is an RPC of the contract, as its option tells of it.
type operation struct {
	*colppyv1.Operation
	input protoreflect.MessageDescriptor
	serve func(ctx context.Context, decode func(any) error) (any, error)
}

// operations are what is served. The services of the contract are registered with it; none of them is served when err is not nil.
type operations struct {
	byName map[name]*operation
	errs   []error
}

var _ grpc.ServiceRegistrar = (*operations)(nil)

// RegisterService takes every RPC of a service. Each must say which operation it is, and who may call it.
func (o *operations) RegisterService(service *grpc.ServiceDesc, impl any) {
	known, err := protoregistry.GlobalFiles.FindDescriptorByName(protoreflect.FullName(service.ServiceName))
	descriptor, ok := known.(protoreflect.ServiceDescriptor)
	if err != nil || !ok {
		o.refuse("there is no service %s", service.ServiceName)
		return
	}
	for _, method := range service.Methods {
		rpc := descriptor.Methods().ByName(protoreflect.Name(method.MethodName))
		option, _ := proto.GetExtension(rpc.Options(), colppyv1.E_Operation).(*colppyv1.Operation)
		if err := sound(rpc, option); err != nil {
			o.refuse("%s: %w", rpc.FullName(), err)
			continue
		}
		of := name{option.GetProvision(), option.GetOperacion()}
		if o.byName[of] != nil {
			o.refuse("%s: %s.%s is another RPC already", rpc.FullName(), of.provision, of.operacion)
		}
		o.byName[of] = &operation{
			Operation: option, input: rpc.Input(),
			serve: func(ctx context.Context, decode func(any) error) (any, error) {
				return method.Handler(impl, ctx, decode, nil)
			},
		}
	}
}

// sound tells what an RPC lacks to be an operation.
func sound(rpc protoreflect.MethodDescriptor, option *colppyv1.Operation) error {
	session := rpc.Input().Fields().ByName(sessionField) != nil
	answer := rpc.Output().Fields()
	switch {
	case option.GetProvision() == "" || option.GetOperacion() == "":
		return errors.New("it has no option that says which operation it is")
	case option.GetAccess() == colppyv1.Access_ACCESS_UNSPECIFIED:
		return errors.New("its option does not say who may call it")
	case session != (option.GetAccess() == colppyv1.Access_ACCESS_SESSION):
		return errors.New("it takes a session and needs none, or needs one and takes none")
	case answer.ByName(successField) == nil || answer.ByName(messageField) == nil:
		return errors.New("its answer does not say whether it succeeded")
	}
	return nil
}

func (o *operations) refuse(format string, args ...any) {
	o.errs = append(o.errs, fmt.Errorf(format, args...))
}

// err is why the services cannot be served.
func (o *operations) err() error { return errors.Join(o.errs...) }

// find returns an operation. Its error tells whether it is the provision that there is not.
func (o *operations) find(of name) (*operation, error) {
	if found := o.byName[of]; found != nil {
		return found, nil
	}
	for known := range o.byName {
		if known.provision == of.provision {
			return nil, refusal(errorsv1.Reason_REASON_FIELD_INVALID, EstadoOperacion, "the provision has no such operation")
		}
	}
	return nil, refusal(errorsv1.Reason_REASON_FIELD_INVALID, EstadoProvision, "there is no such provision")
}

// all are the operations by provision and name.
func (o *operations) all() []*operation {
	return slices.SortedFunc(maps.Values(o.byName), func(a, b *operation) int {
		return cmp.Or(cmp.Compare(a.GetProvision(), b.GetProvision()), cmp.Compare(a.GetOperacion(), b.GetOperacion()))
	})
}

// refusal is a failure of the first level that has an estado of its own.
func refusal(reason errorsv1.Reason, estado Estado, message string) error {
	return rpcerr.New(reason, message, rpcerr.Meta(estadoKey, estado.key()))
}
