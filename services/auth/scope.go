package auth

import (
	"slices"

	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
)

// allScopes asks for everything that the client has. It is no scope-token of ours,
// so no client can have it.
const allScopes = "*"

// grant returns the scopes asked for, in the order of the registration. Asking for
// none, or for "*" alone, asks for all. It fails with SCOPE_INVALID.
func grant(registered, asked []string) ([]string, error) {
	if len(asked) == 0 || len(asked) == 1 && asked[0] == allScopes {
		return registered, nil
	}
	for _, scope := range asked {
		if !slices.Contains(registered, scope) {
			return nil, rpcerr.New(errorsv1.Reason_REASON_SCOPE_INVALID, "the client does not have the scope",
				rpcerr.Meta("scope", scope))
		}
	}
	return intersect(registered, asked), nil
}

// intersect keeps what is in both, in the order of the first.
func intersect(first, second []string) []string {
	var both []string
	for _, scope := range first {
		if slices.Contains(second, scope) {
			both = append(both, scope)
		}
	}
	return both
}
