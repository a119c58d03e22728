package session

import (
	"context"
	"fmt"

	"github.com/ventanilla/ventanilla/pkg/authn"
	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
	identityv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/identity/v1"
)

// accessForClient says why identity is asked, when a client calls.
func accessForClient(ctx context.Context, purpose string) *identityv1.Access {
	return &identityv1.Access{Purpose: purpose, OnBehalfOf: "client/" + authn.CallerOf(ctx).Claims.ClientID}
}

// identityFailure is what our caller is told when identity did not answer. What identity has against our own request is no fault of the caller's, and our
// credential is not its credential.
func identityFailure(err error, doing string) error {
	err = fmt.Errorf("%s: %w", doing, err)
	switch rpcerr.Reason(err) {
	case errorsv1.Reason_REASON_CANCELLED, errorsv1.Reason_REASON_DEADLINE_EXCEEDED:
		return err
	case errorsv1.Reason_REASON_UNAVAILABLE, errorsv1.Reason_REASON_CREDENTIAL_MISSING, errorsv1.Reason_REASON_CREDENTIAL_INVALID,
		errorsv1.Reason_REASON_RATE_LIMITED:
		return rpcerr.Wrap(errorsv1.Reason_REASON_UNAVAILABLE, err, "identity is away")
	}
	return rpcerr.Wrap(errorsv1.Reason_REASON_INTERNAL, err, "identity refused")
}
