package accept

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"strings"

	"github.com/ventanilla/ventanilla/pkg/authn"
	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
	notificationsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/notifications/v1"
	"github.com/ventanilla/ventanilla/services/notifications/internal/store"
)

type offerKey struct {
	providerID int64
	serviceID  int32
}

// readOffer returns an empty offer where there is none.
func (a *Acceptor) readOffer(ctx context.Context, key offerKey) (store.Offer, error) {
	offer, err := a.Store.Offer(ctx, key.providerID, key.serviceID)
	if errors.Is(err, sqlstore.ErrNotFound) {
		return store.Offer{}, nil
	}
	return offer, err
}

// offer is what the caller may consume as the provider that it names. That it is not the caller's provider, that the provider is shut out or has no
// subscription, and that the token is another's are one answer.
func (a *Acceptor) offer(ctx context.Context, caller authn.Caller, in *notificationsv1.DispatchRequest) (store.Offer, error) {
	var f faults
	f.needs("provider_id", in.GetProviderId() != 0)
	f.needs("service_id", in.GetServiceId() != 0)
	f.needs("service_token", !caller.IsClient() || !blank(in.GetServiceToken()))
	if err := f.err(); err != nil {
		return store.Offer{}, err
	}
	offer, err := a.offers.get(ctx, offerKey{in.GetProviderId(), in.GetServiceId()})
	if err != nil {
		return offer, sqlstore.Failure(err, "reading what the provider may consume")
	}
	if offer.Service == nil || offer.Provider.Disabled || !isProvider(caller, offer.Provider) || !tokenGood(caller, offer, in.GetServiceToken()) {
		return offer, rpcerr.New(errorsv1.Reason_REASON_SUBSCRIPTION_REFUSED, "provider, service and service token do not belong together, or not to the caller")
	}
	return offer, nil
}

// isProvider tells whether a provider is the caller's own.
func isProvider(caller authn.Caller, p store.Provider) bool {
	switch {
	case caller.Claims == nil || caller.IsOperator():
		return false
	case !caller.IsClient():
		return p.Role != "" && p.Role == caller.Claims.Peer
	}
	kind := caller.Claims.Kind
	return p.ClientID != "" && p.ClientID == caller.Claims.ClientID && caller.Sees(p.DataSet.Proto()) &&
		(kind == authv1.ClientKind_CLIENT_KIND_PARTNER || kind == authv1.ClientKind_CLIENT_KIND_INTERNAL)
}

// tokenGood tells whether a service token is one of the subscriptions'. Roles of the platform need none.
func tokenGood(caller authn.Caller, offer store.Offer, token string) bool {
	if !caller.IsClient() && token == "" {
		return true
	}
	digest := sha256.Sum256([]byte(strings.ToLower(strings.TrimSpace(token))))
	good := 0
	for _, known := range offer.Tokens {
		good |= subtle.ConstantTimeCompare(digest[:], known)
	}
	return good == 1
}
