package authn

import (
	"context"
	"slices"

	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
)

// Caller is on whose call a service works.
type Caller struct {
	// Claims are those of the internal token; nil for a trusted peer without one.
	Claims *Claims
	// Peer is the role of the mTLS peer.
	Peer string
}

// CallerOf is the caller of the call of ctx.
func CallerOf(ctx context.Context) Caller {
	claims, _ := FromContext(ctx)
	peer, _ := PeerFromContext(ctx)
	return Caller{claims, peer}
}

// Actor is the caller as logs name it: "client:" and an identifier, "peer:" and a role, or an operator's name.
func (c Caller) Actor() string {
	switch {
	case c.Claims == nil:
		return "peer:" + c.Peer
	case c.Claims.Operator != "":
		return c.Claims.Operator
	case c.Claims.ClientID != "":
		return "client:" + c.Claims.ClientID
	}
	return "peer:" + c.Claims.Peer
}

// IsClient tells whether a partner's or the organisation's own client calls.
func (c Caller) IsClient() bool { return c.Claims != nil && c.Claims.ClientID != "" }

// IsOperator tells whether an operator calls.
func (c Caller) IsOperator() bool { return c.Claims != nil && c.Claims.Operator != "" }

// Citizen is the RUT of the citizen for whom a client calls; empty for none.
func (c Caller) Citizen() string {
	if !c.IsClient() {
		return ""
	}
	return c.Claims.Citizen
}

// Has tells whether the caller may do what a scope is for. Roles and operators need none.
func (c Caller) Has(scope string) bool {
	return !c.IsClient() || slices.Contains(c.Claims.Scopes, scope)
}

// Needs fails with PERMISSION_DENIED for a client whose credential lacks the scope.
func (c Caller) Needs(scope string) error {
	if !c.Has(scope) {
		return rpcerr.Forbidden("the credential lacks the scope " + scope)
	}
	return nil
}

// DataSet is the one that a request is about: for a client its own, and it may name no other; else the one asked for, which is
// production when unspecified. It fails with PERMISSION_DENIED, and with UNAVAILABLE for a client whose token names none: a replica
// of auth that knows no data sets took its credential, of whichever it is.
func (c Caller) DataSet(asked authv1.DataSet) (authv1.DataSet, error) {
	if !c.IsClient() {
		if asked == authv1.DataSet_DATA_SET_UNSPECIFIED {
			asked = authv1.DataSet_DATA_SET_PRODUCTION
		}
		return asked, nil
	}
	own := c.Claims.DataSet
	if own == authv1.DataSet_DATA_SET_UNSPECIFIED {
		return 0, rpcerr.New(errorsv1.Reason_REASON_UNAVAILABLE, "the token does not name the client's data set")
	}
	if asked != authv1.DataSet_DATA_SET_UNSPECIFIED && asked != own {
		return 0, rpcerr.Forbidden("the data set is not the client's")
	}
	return own, nil
}

// Sees tells whether what belongs to a data set exists for the caller.
func (c Caller) Sees(set authv1.DataSet) bool { return !c.IsClient() || c.Claims.DataSet == set }
