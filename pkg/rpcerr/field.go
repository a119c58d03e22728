package rpcerr

import errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"

// Invalid says that a field has the wrong form. description must not contain the value.
func Invalid(field, description string) error {
	return New(errorsv1.Reason_REASON_FIELD_INVALID, "a field is invalid", Field(field, description))
}

// Missing says that a required field is absent or blank.
func Missing(field string) error {
	return New(errorsv1.Reason_REASON_FIELD_MISSING, "a field is missing", Field(field, "required"))
}

// Forbidden says that the caller is known and may not do this.
func Forbidden(message string) error {
	return New(errorsv1.Reason_REASON_PERMISSION_DENIED, message)
}
