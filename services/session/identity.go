package session

import (
	"context"
	"fmt"

	"github.com/ventanilla/ventanilla/pkg/authn"
	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	identityv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/identity/v1"
)

// accessForClient says why identity is asked, when a client calls.
func accessForClient(ctx context.Context, purpose string) *identityv1.Access {
	return &identityv1.Access{Purpose: purpose, OnBehalfOf: "client/" + authn.CallerOf(ctx).Claims.ClientID}
}

// identityFailure is what our caller is told when identity failed for no reason that is the caller's.
func identityFailure(err error, doing string) error {
	return rpcerr.FromCallee("identity", fmt.Errorf("%s: %w", doing, err))
}
