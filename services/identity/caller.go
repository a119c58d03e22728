package identity

import (
	"context"

	"go.opentelemetry.io/otel/trace"

	"github.com/ventanilla/ventanilla/pkg/authn"
	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
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

// caller is on whose call the service works, with the data sets as the store has them.
type caller struct{ authn.Caller }

func callerOf(ctx context.Context) caller { return caller{authn.CallerOf(ctx)} }

// dataSetFor is dataSet for a caller that needs a scope, which comes first.
func (c caller) dataSetFor(scope string, asked authv1.DataSet) (store.DataSet, error) {
	if err := c.Needs(scope); err != nil {
		return "", err
	}
	return c.dataSet(asked)
}

func (c caller) dataSet(asked authv1.DataSet) (store.DataSet, error) {
	set, err := c.DataSet(asked)
	if err != nil {
		return "", err
	}
	return dataSetFromProto(set), nil
}

// sees tells whether what belongs to a data set exists for the caller.
func (c caller) sees(set store.DataSet) bool { return c.Sees(dataSetToProto(set)) }

// act is the author's part of a log entry about a change.
func act(ctx context.Context, name string) store.Act {
	return store.Act{Actor: callerOf(ctx).Actor(), Name: name, Trace: traceOf(ctx)}
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
