package rpcerr

import errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"

// FromCallee is what our caller is told when a service that we asked in our own name failed for no reason that is the caller's. What it has against our
// request is no fault of the caller's, and our credential is not its credential.
func FromCallee(callee string, err error) error {
	switch Reason(err) {
	case errorsv1.Reason_REASON_CANCELLED, errorsv1.Reason_REASON_DEADLINE_EXCEEDED:
		return err
	case errorsv1.Reason_REASON_UNAVAILABLE, errorsv1.Reason_REASON_CREDENTIAL_MISSING, errorsv1.Reason_REASON_CREDENTIAL_INVALID,
		errorsv1.Reason_REASON_RATE_LIMITED:
		return Wrap(errorsv1.Reason_REASON_UNAVAILABLE, err, callee+" is away")
	}
	return Wrap(errorsv1.Reason_REASON_INTERNAL, err, callee+" refused")
}
