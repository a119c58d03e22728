package identity

import (
	"context"
	"errors"
	"time"

	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
)

// retryAfter is when to come back after a part that is needed was away.
const retryAfter = time.Second

// unrecorded makes it UNAVAILABLE that the access log cannot be written: what is not in the log is not given out.
func unrecorded(err error) error {
	if err == nil || errors.Is(err, context.Canceled) {
		return err
	}
	return rpcerr.Wrap(errorsv1.Reason_REASON_UNAVAILABLE, err, "the access log cannot be written", rpcerr.RetryAfter(retryAfter))
}

func personNotFound() error {
	return rpcerr.New(errorsv1.Reason_REASON_PERSON_NOT_FOUND, "no person has the identifier")
}

func membershipNotFound() error {
	return rpcerr.New(errorsv1.Reason_REASON_MEMBERSHIP_NOT_FOUND, "no membership has the identifier")
}
