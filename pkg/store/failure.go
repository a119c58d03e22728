package store

import (
	"errors"
	"fmt"

	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
)

// Failure turns an error of a service's store into one for its caller: UNAVAILABLE, to be tried again, when the store was
// away. doing says what failed, for the log. An error that has a reason keeps it; nil stays nil.
func Failure(err error, doing string) error {
	if err == nil {
		return nil
	}
	err = fmt.Errorf("%s: %w", doing, err)
	if errors.Is(err, ErrUnavailable) {
		return rpcerr.Wrap(errorsv1.Reason_REASON_UNAVAILABLE, err, "the store is away")
	}
	return err
}
