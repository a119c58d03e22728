package auth

import (
	"errors"
	"fmt"
	"time"

	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
)

// retryAfter is when to come back after the store was away.
const retryAfter = time.Second

// failure turns an error of the store into one for the caller. doing says what failed, for the log.
func failure(err error, doing string) error {
	err = fmt.Errorf("%s: %w", doing, err)
	if errors.Is(err, sqlstore.ErrUnavailable) {
		return rpcerr.Wrap(errorsv1.Reason_REASON_UNAVAILABLE, err, "the store is away", rpcerr.RetryAfter(retryAfter))
	}
	return err
}

// refused is the one answer to every credential that does not hold, so that nothing can be probed.
func refused() error {
	return rpcerr.New(errorsv1.Reason_REASON_CREDENTIAL_INVALID, "the credential does not hold")
}

func invalid(field, description string) error {
	return rpcerr.New(errorsv1.Reason_REASON_FIELD_INVALID, "a field is invalid", rpcerr.Field(field, description))
}

func missing(field string) error {
	return rpcerr.New(errorsv1.Reason_REASON_FIELD_MISSING, "a field is missing", rpcerr.Field(field, "required"))
}

func clientNotFound() error {
	return rpcerr.New(errorsv1.Reason_REASON_CLIENT_NOT_FOUND, "no client has the identifier")
}

func clientHasNoSecret() error {
	return rpcerr.New(errorsv1.Reason_REASON_CLIENT_HAS_NO_SECRET,
		"the client authenticates with its own keys and has no secret: give it new public keys instead")
}

func apiKeyNotFound() error {
	return rpcerr.New(errorsv1.Reason_REASON_API_KEY_NOT_FOUND, "no API key has the identifier")
}

func tooManyAPIKeys() error {
	return rpcerr.New(errorsv1.Reason_REASON_API_KEY_LIMIT, "the client has 100 API keys: delete one first")
}

func operatorDisabled() error {
	return rpcerr.New(errorsv1.Reason_REASON_PERMISSION_DENIED, "the operator is disabled")
}

func lastOperator() error {
	return rpcerr.New(errorsv1.Reason_REASON_LAST_OPERATOR,
		"no other enabled operator has the role security: create or enable one first")
}

func operatorNotFound() error {
	return rpcerr.New(errorsv1.Reason_REASON_OPERATOR_NOT_FOUND, "no operator has the name")
}
