package rpcerr

import (
	"context"
	"errors"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/protoadapt"
	"google.golang.org/protobuf/types/known/durationpb"

	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
)

// Domain is the ErrorInfo domain of the platform's errors.
const Domain = "ventanilla"

// GRPCStatus is the error as a caller may see it: code, message and details, without the cause.
func (e *Error) GRPCStatus() *status.Status {
	bare := status.New(Code(e.reason), e.message)
	details := []protoadapt.MessageV1{
		&errdetails.ErrorInfo{Reason: e.reason.String(), Domain: Domain, Metadata: e.metadata},
	}
	if len(e.fields) > 0 {
		request := &errdetails.BadRequest{}
		for _, f := range e.fields {
			request.FieldViolations = append(request.FieldViolations,
				&errdetails.BadRequest_FieldViolation{Field: f.Field, Description: f.Description})
		}
		details = append(details, request)
	}
	if e.delay > 0 {
		details = append(details, &errdetails.RetryInfo{RetryDelay: durationpb.New(e.delay)})
	}
	full, err := bare.WithDetails(details...)
	if err != nil {
		// Only text that is not UTF-8 can bring us here; the code still tells the truth.
		return bare
	}
	return full
}

// Public is the status that may leave a service for err: that of a known error, and for anything else
// Internal with a message that says nothing. It is rebuilt from the parts that this package knows,
// so no other detail that err carries gets out. It is nil for nil.
func Public(err error) *status.Status {
	if err == nil {
		return nil
	}
	return FromError(err).GRPCStatus()
}

// FromError finds the platform's error in err's chain, or makes one: from the status that a call returned,
// from a context's end, and from anything else REASON_INTERNAL with err as its cause. It is nil for nil.
func FromError(err error) *Error {
	if err == nil {
		return nil
	}
	if e, ok := errors.AsType[*Error](err); ok {
		if e.reason != errorsv1.Reason_REASON_INTERNAL && e.reason != errorsv1.Reason_REASON_UNSPECIFIED {
			return e
		}
		return internal(err)
	}
	// AsType, not status.FromError: that one puts the text of the wrapping errors into the message.
	if s, ok := errors.AsType[interface {
		error
		GRPCStatus() *status.Status
	}](err); ok {
		return fromStatus(s.GRPCStatus(), err)
	}
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return build(errorsv1.Reason_REASON_DEADLINE_EXCEEDED, err, "deadline exceeded", nil)
	case errors.Is(err, context.Canceled):
		return build(errorsv1.Reason_REASON_CANCELLED, err, "cancelled", nil)
	}
	return internal(err)
}

func internal(cause error) *Error {
	return build(errorsv1.Reason_REASON_INTERNAL, cause, "internal error", nil)
}

// fromStatus reads a status from the wire. err, which carried it, stays the cause.
func fromStatus(s *status.Status, err error) *Error {
	e := &Error{message: s.Message(), cause: err}
	for _, detail := range s.Details() {
		switch d := detail.(type) {
		case *errdetails.ErrorInfo:
			if d.GetDomain() == Domain {
				e.reason = errorsv1.Reason(errorsv1.Reason_value[d.GetReason()])
				e.metadata = d.GetMetadata()
			}
		case *errdetails.BadRequest:
			for _, v := range d.GetFieldViolations() {
				e.fields = append(e.fields, Violation{v.GetField(), v.GetDescription()})
			}
		case *errdetails.RetryInfo:
			e.delay = d.GetRetryDelay().AsDuration()
		}
	}
	switch e.reason {
	case errorsv1.Reason_REASON_INTERNAL:
		return internal(err)
	case errorsv1.Reason_REASON_UNSPECIFIED:
		return fromBare(s.Code(), err)
	}
	return e
}

// fromBare reads a status that no service of ours wrote: gRPC itself makes these three,
// with messages that name addresses.
func fromBare(code codes.Code, err error) *Error {
	switch code {
	case codes.Unavailable:
		return build(errorsv1.Reason_REASON_UNAVAILABLE, err, "unavailable", nil)
	case codes.DeadlineExceeded:
		return build(errorsv1.Reason_REASON_DEADLINE_EXCEEDED, err, "deadline exceeded", nil)
	case codes.Canceled:
		return build(errorsv1.Reason_REASON_CANCELLED, err, "cancelled", nil)
	}
	return internal(err)
}
