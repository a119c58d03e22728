package main

import (
	"fmt"
	"io"
	"net/url"

	"github.com/grpc-ecosystem/grpc-gateway/v2/runtime"
	"github.com/grpc-ecosystem/grpc-gateway/v2/utilities"
	"google.golang.org/protobuf/proto"
)

const (
	formType = "application/x-www-form-urlencoded"
	jsonType = "application/json"
)

// formMarshaler reads forms, which grpc-gateway does not, and writes what the
// marshaler in it writes.
type formMarshaler struct {
	runtime.Marshaler
}

// NewDecoder implements [runtime.Marshaler].
func (formMarshaler) NewDecoder(r io.Reader) runtime.Decoder {
	return runtime.DecoderFunc(func(into any) error {
		message, ok := into.(proto.Message)
		if !ok {
			return fmt.Errorf("%T is not a message", into)
		}
		body, err := io.ReadAll(r)
		if err != nil {
			return fmt.Errorf("reading the form: %w", err)
		}
		values, err := url.ParseQuery(string(body))
		if err != nil {
			return fmt.Errorf("reading the form: %w", err)
		}
		return runtime.PopulateQueryParameters(message, values, utilities.NewDoubleArray(nil))
	})
}
