package auth

import (
	"context"
	"crypto/sha256"
	"errors"

	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
	authv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/auth/v1"
	"github.com/ventanilla/ventanilla/services/auth/internal/assertion"
	"github.com/ventanilla/ventanilla/services/auth/internal/directory"
	"github.com/ventanilla/ventanilla/services/auth/internal/store"
)

// authenticateByAssertion finds the client of those served that signed an assertion, which must be the named
// one unless id is empty, and enters the assertion's use. It fails with CREDENTIAL_INVALID, in the same way for all
// clients that cannot have signed it: as for one without keys.
func (s *tokenService) authenticateByAssertion(
	ctx context.Context, in *authv1.ClientAssertion, id string, of served,
) (proven, error) {
	var client *directory.Client
	proof, err := s.assertions.Verify(in.GetAssertion(), in.GetAudiences(), s.now(), func(signer string) (assertion.Keys, error) {
		found, err := s.view.StoredClient(ctx, signer)
		switch {
		case errors.Is(err, sqlstore.ErrNotFound):
			return assertion.Keys{}, nil
		case err != nil:
			return assertion.Keys{}, sqlstore.Failure(err, "looking up a client")
		case found.Disabled, len(found.PublicKeys) == 0, !of.has(found.Client), id != "" && id != signer:
			return assertion.Keys{}, nil
		}
		client = found
		keys, _, err := assertion.ParseKeys(found.PublicKeys)
		return keys, err
	})
	if errors.Is(err, assertion.ErrInvalid) {
		if client == nil {
			return proven{}, refusedFor(unknownClient, reasonAssertion)
		}
		return proven{}, refusedFor(client.ID, reasonAssertion)
	}
	if err != nil {
		return proven{}, err
	}
	hash := sha256.Sum256([]byte(proof.ID))
	err = s.store.UseAssertion(ctx, store.UsedAssertion{
		ClientID: proof.ClientID, JTIHash: hash[:], Attempt: in.GetAttempt(), ExpiresAt: proof.Expires.Add(assertion.Leeway),
	})
	if errors.Is(err, store.ErrReplay) {
		return proven{}, refusedFor(client.ID, reasonReplay)
	}
	if err != nil {
		return proven{}, sqlstore.Failure(err, "entering an assertion")
	}
	return proven{client: client, scopes: s.scopes(client.Client)}, nil
}
