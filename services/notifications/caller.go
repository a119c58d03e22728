package notifications

import (
	"context"
	"slices"

	"github.com/ventanilla/ventanilla/pkg/authn"
	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
	"github.com/ventanilla/ventanilla/services/notifications/internal/message"
)

// providersOf are the providers that are the caller's: those of a client, within its data set, or those of a role. With all, the caller sees
// what belongs to any: an operator, and the peer that sets a platform up. What belongs to others does not exist for the caller.
func (s *Service) providersOf(ctx context.Context, caller authn.Caller) (ids []int64, all bool, err error) {
	switch {
	case caller.IsOperator(), caller.Claims == nil && caller.Peer == bootstrap:
		return nil, true, nil
	case caller.IsClient():
		ids, err = s.store.ProvidersOfClient(ctx, caller.Claims.ClientID, message.DataSetOf(caller.Claims.DataSet))
	case caller.Claims != nil:
		ids, err = s.store.ProvidersOfRole(ctx, caller.Claims.Peer)
	}
	return ids, false, sqlstore.Failure(err, "looking for the caller's providers")
}

// sightOf is the role whose providers and their subscriptions are all that the caller sees; empty for who sees all. It fails with
// PERMISSION_DENIED for clients.
func sightOf(caller authn.Caller) (role string, err error) {
	switch {
	case caller.IsClient():
		return "", rpcerr.Forbidden("providers are listed for operators, and for roles that are providers")
	case caller.Claims == nil || caller.IsOperator():
		return "", nil
	}
	return caller.Claims.Peer, nil
}

// owns tells whether a provider is the caller's; see providersOf.
func (s *Service) owns(ctx context.Context, caller authn.Caller, providerID int64) (bool, error) {
	ids, all, err := s.providersOf(ctx, caller)
	return err == nil && (all || slices.Contains(ids, providerID)), err
}
