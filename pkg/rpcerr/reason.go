package rpcerr

import (
	"errors"
	"time"

	"google.golang.org/genproto/googleapis/rpc/code"
	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/proto"

	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
)

// reasonCodes holds the code that the contract's enum declares for each reason.
var reasonCodes = declaredCodes()

func declaredCodes() map[errorsv1.Reason]codes.Code {
	values := errorsv1.Reason(0).Descriptor().Values()
	declared := make(map[errorsv1.Reason]codes.Code, values.Len())
	for i := range values.Len() {
		value := values.Get(i)
		c, ok := proto.GetExtension(value.Options(), errorsv1.E_Code).(code.Code)
		if ok && c != code.Code_OK {
			declared[errorsv1.Reason(value.Number())] = codes.Code(c)
		}
	}
	return declared
}

// Code is the gRPC code of a reason; Unknown for a number that is no reason.
func Code(reason errorsv1.Reason) codes.Code {
	if c, ok := reasonCodes[reason]; ok {
		return c
	}
	return codes.Unknown
}

// Reason says why err happened. Bare statuses that gRPC itself makes (Unavailable, DeadlineExceeded, Canceled)
// and ended contexts have their reasons; any other error is REASON_INTERNAL. It is REASON_UNSPECIFIED for nil.
func Reason(err error) errorsv1.Reason {
	if err == nil {
		return errorsv1.Reason_REASON_UNSPECIFIED
	}
	return FromError(err).reason
}

// Fields lists the fields that the caller got wrong.
func Fields(err error) []Violation {
	if err == nil {
		return nil
	}
	return FromError(err).fields
}

// Metadata is an entry of the error's metadata, empty when absent.
func Metadata(err error, key string) string {
	if err == nil {
		return ""
	}
	return FromError(err).metadata[key]
}

// Delay says when to try again, if the error says so.
func Delay(err error) (time.Duration, bool) {
	if err == nil {
		return 0, false
	}
	d := FromError(err).delay
	return d, d > 0
}

// Cause is what the log shows and no caller sees; nil when there is none in this process.
func Cause(err error) error {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.cause
	}
	return nil
}
