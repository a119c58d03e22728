package rpcserver

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"strings"

	"buf.build/go/protovalidate"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"

	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
)

// newValidator compiles the contracts' rules for the requests of all methods, so that a wrong rule stops the start and
// no call waits for compilation.
func newValidator(rules map[string]Rule) (protovalidate.Validator, error) {
	var requests []protoreflect.MessageDescriptor
	for method := range rules {
		name := strings.ReplaceAll(strings.TrimPrefix(method, "/"), "/", ".")
		found, err := protoregistry.GlobalFiles.FindDescriptorByName(protoreflect.FullName(name))
		if err != nil {
			return nil, fmt.Errorf("the rule for %s: %w", method, err)
		}
		descriptor, ok := found.(protoreflect.MethodDescriptor)
		if !ok {
			return nil, fmt.Errorf("the rule for %s: it is no method", method)
		}
		requests = append(requests, descriptor.Input())
	}
	return protovalidate.New(protovalidate.WithMessageDescriptors(requests...), protovalidate.WithDisableLazy())
}

func (s *Server) validateUnary(ctx context.Context, req any, _ *grpc.UnaryServerInfo, handler grpc.UnaryHandler) (any, error) {
	if err := s.validate(req); err != nil {
		return nil, err
	}
	return handler(ctx, req)
}

func (s *Server) validateStream(srv any, stream grpc.ServerStream, _ *grpc.StreamServerInfo, handler grpc.StreamHandler) error {
	return handler(srv, validatedStream{stream, s})
}

type validatedStream struct {
	grpc.ServerStream
	server *Server
}

func (v validatedStream) RecvMsg(m any) error {
	if err := v.ServerStream.RecvMsg(m); err != nil {
		return err
	}
	return v.server.validate(m)
}

func (s *Server) validate(req any) error {
	message, ok := req.(proto.Message)
	if !ok {
		return fmt.Errorf("the request is a %T, not a protobuf message", req)
	}
	return Validate(s.validator, message)
}

// Validate holds a message against its contract, as a server does with each request. The error names the fields that
// are missing or, when none is, those that are wrong, each with what the rule says for people. The messages of the
// standard rules never contain what the field held; a rule of a contract's own must keep to that.
func Validate(validator protovalidate.Validator, message proto.Message) error {
	err := validator.Validate(message)
	if err == nil {
		return nil
	}
	violations, ok := errors.AsType[*protovalidate.ValidationError](err)
	if !ok {
		return fmt.Errorf("validating a %s: %w", message.ProtoReflect().Descriptor().FullName(), err)
	}
	var missing, wrong []rpcerr.Option
	for _, v := range violations.Violations {
		field := rpcerr.Field(fieldName(v), v.Proto.GetMessage())
		if absent(v) {
			missing = append(missing, field)
		} else {
			wrong = append(wrong, field)
		}
	}
	if len(missing) > 0 {
		return rpcerr.New(errorsv1.Reason_REASON_FIELD_MISSING, "a required field is missing", missing...)
	}
	return rpcerr.New(errorsv1.Reason_REASON_FIELD_INVALID, "a field is not valid", wrong...)
}

// absent tells whether a rule was broken by nothing being there: proto3 does not tell unset from empty.
func absent(v *protovalidate.Violation) bool {
	if !v.FieldValue.IsValid() {
		return true
	}
	switch value := v.FieldValue.Interface().(type) {
	case []byte:
		return len(value) == 0
	case protoreflect.List:
		return value.Len() == 0
	case protoreflect.Map:
		return value.Len() == 0
	case protoreflect.Message:
		return !value.IsValid()
	default:
		return reflect.ValueOf(value).IsZero()
	}
}

// fieldName is the path to the field with the indexes of lists; keys of maps are the caller's data and stay out.
func fieldName(v *protovalidate.Violation) string {
	var name strings.Builder
	for i, element := range v.Proto.GetField().GetElements() {
		if i > 0 {
			name.WriteByte('.')
		}
		name.WriteString(element.GetFieldName())
		if element.HasIndex() {
			name.WriteString("[" + strconv.FormatUint(element.GetIndex(), 10) + "]")
		}
	}
	return name.String()
}
