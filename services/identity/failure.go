package identity

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
)

// retryAfter is when to come back after the store was away.
const retryAfter = time.Second

// failure turns an error of the store into one for the caller. doing says what failed, for the log. An error that has
// a reason keeps it.
func failure(err error, doing string) error {
	if err == nil {
		return nil
	}
	err = fmt.Errorf("%s: %w", doing, err)
	if errors.Is(err, sqlstore.ErrUnavailable) {
		return rpcerr.Wrap(errorsv1.Reason_REASON_UNAVAILABLE, err, "the store is away", rpcerr.RetryAfter(retryAfter))
	}
	return err
}

// unrecorded makes it UNAVAILABLE that the access log cannot be written: what is not in the log is not given out.
func unrecorded(err error) error {
	if err == nil || errors.Is(err, context.Canceled) {
		return err
	}
	return rpcerr.Wrap(errorsv1.Reason_REASON_UNAVAILABLE, err, "the access log cannot be written", rpcerr.RetryAfter(retryAfter))
}

func invalid(field, description string) error {
	return rpcerr.New(errorsv1.Reason_REASON_FIELD_INVALID, "a field is invalid", rpcerr.Field(field, description))
}

func missing(field string) error {
	return rpcerr.New(errorsv1.Reason_REASON_FIELD_MISSING, "a field is missing", rpcerr.Field(field, "required"))
}

func forbidden(text string) error {
	return rpcerr.New(errorsv1.Reason_REASON_PERMISSION_DENIED, text)
}

func personNotFound() error {
	return rpcerr.New(errorsv1.Reason_REASON_PERSON_NOT_FOUND, "no person has the identifier")
}

func membershipNotFound() error {
	return rpcerr.New(errorsv1.Reason_REASON_MEMBERSHIP_NOT_FOUND, "no membership has the identifier")
}
