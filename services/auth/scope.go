package auth

import (
	"slices"

	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
	"github.com/ventanilla/ventanilla/services/auth/internal/store"
)

// allScopes asks for everything that the client has. It is no scope-token of ours,
// so no client can have it.
const allScopes = "*"

// scopes are those that a client may ask for: all that clients of its family have, then those of its registration.
func (s *Service) scopes(client store.Client) []string {
	return union(s.config.FamilyScopes[client.Family], client.Scopes)
}

// grant returns the scopes asked for and those that come with every credential, in the order of those that the
// credential has. Asking for none, or for "*" alone, asks for all. It fails with SCOPE_INVALID.
func grant(has, always, asked []string) ([]string, error) {
	if len(asked) == 0 || len(asked) == 1 && asked[0] == allScopes {
		return has, nil
	}
	for _, scope := range asked {
		if !slices.Contains(has, scope) {
			return nil, rpcerr.New(errorsv1.Reason_REASON_SCOPE_INVALID, "the client does not have the scope",
				rpcerr.Meta("scope", scope))
		}
	}
	return intersect(has, union(always, asked)), nil
}

// union is the first, then what else is in the second.
func union(first, second []string) []string {
	if len(first) == 0 {
		return second
	}
	all := slices.Clone(first)
	for _, scope := range second {
		if !slices.Contains(first, scope) {
			all = append(all, scope)
		}
	}
	return all
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
