package identity

import (
	"context"
	"slices"

	"go.opentelemetry.io/otel/trace"

	"github.com/ventanilla/ventanilla/pkg/authn"
	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
	"github.com/ventanilla/ventanilla/services/identity/internal/store"
)

// Scopes that clients need. Roles and operators need none.
const (
	scopeRead      = "identity.read"
	scopeWrite     = "identity.write"
	scopeProfile   = "perfil"
	scopeExtended  = "perfil:extendido"
	scopeCatalogue = "catalogo"
)

// caller is on whose call the service works.
type caller struct {
	claims *authn.Claims // nil for a trusted peer without a token
	peer   string
}

func callerOf(ctx context.Context) caller {
	claims, _ := authn.FromContext(ctx)
	peer, _ := authn.PeerFromContext(ctx)
	return caller{claims, peer}
}

// actor is the caller as the access log names it.
func (c caller) actor() string {
	switch {
	case c.claims == nil:
		return "peer:" + c.peer
	case c.claims.Operator != "":
		return c.claims.Operator
	case c.claims.ClientID != "":
		return "client:" + c.claims.ClientID
	}
	return "peer:" + c.claims.Peer
}

func (c caller) isClient() bool { return c.claims != nil && c.claims.ClientID != "" }

func (c caller) isOperator() bool { return c.claims != nil && c.claims.Operator != "" }

// has tells whether the caller may do what a scope is for.
func (c caller) has(scope string) bool {
	return !c.isClient() || slices.Contains(c.claims.Scopes, scope)
}

// needs fails with PERMISSION_DENIED for a client whose credential lacks the scope.
func (c caller) needs(scope string) error {
	if !c.has(scope) {
		return rpcerr.Forbidden("the credential lacks the scope " + scope)
	}
	return nil
}

// dataSetFor is dataSet for a caller that needs a scope, which comes first.
func (c caller) dataSetFor(scope string, asked authv1.DataSet) (store.DataSet, error) {
	if err := c.needs(scope); err != nil {
		return "", err
	}
	return c.dataSet(asked)
}

// dataSet is the one that a request is about: for a client its own, and it may name no other. It fails with UNAVAILABLE for a
// client whose token names none: a replica of auth that knows no data sets took its credential, of whichever it is.
func (c caller) dataSet(asked authv1.DataSet) (store.DataSet, error) {
	set := dataSetFromProto(asked)
	if !c.isClient() {
		return set, nil
	}
	if c.claims.DataSet == authv1.DataSet_DATA_SET_UNSPECIFIED {
		return "", rpcerr.New(errorsv1.Reason_REASON_UNAVAILABLE, "the token does not name the client's data set", rpcerr.RetryAfter(retryAfter))
	}
	own := dataSetFromProto(c.claims.DataSet)
	if asked != authv1.DataSet_DATA_SET_UNSPECIFIED && set != own {
		return "", rpcerr.Forbidden("the data set is not the client's")
	}
	return own, nil
}

// sees tells whether what belongs to a data set exists for the caller.
func (c caller) sees(set store.DataSet) bool {
	return !c.isClient() || c.claims.DataSet == dataSetToProto(set)
}

// act is the author's part of a log entry about a change.
func act(ctx context.Context, name string) store.Act {
	return store.Act{Actor: callerOf(ctx).actor(), Name: name, Trace: traceOf(ctx)}
}

func traceOf(ctx context.Context) string {
	if span := trace.SpanContextFromContext(ctx); span.HasTraceID() {
		return span.TraceID().String()
	}
	return ""
}

func dataSetFromProto(set authv1.DataSet) store.DataSet {
	if set == authv1.DataSet_DATA_SET_STAGING {
		return store.Staging
	}
	return store.Production
}

func dataSetToProto(set store.DataSet) authv1.DataSet {
	if set == store.Staging {
		return authv1.DataSet_DATA_SET_STAGING
	}
	return authv1.DataSet_DATA_SET_PRODUCTION
}
