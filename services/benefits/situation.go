package benefits

import (
	"context"
	"fmt"

	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	identityv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/identity/v1"
)

// maxPersons is how many persons identity is asked for at once.
const maxPersons = 200

// read reads what is on record of some persons, in their order.
func (s *Service) read(ctx context.Context, persons []*identityv1.PersonKey, scope *identityv1.SituationScope) ([]*identityv1.Situation, error) {
	answer, err := s.situations.GetSituations(ctx, &identityv1.GetSituationsRequest{Persons: persons, Scope: scope})
	if err != nil {
		return nil, away(err)
	}
	if got := len(answer.GetSituations()); got != len(persons) {
		return nil, fmt.Errorf("identity gave %d situations for %d persons", got, len(persons))
	}
	return answer.GetSituations(), nil
}

// away is what our caller is told when identity did not answer.
func away(err error) error {
	return rpcerr.FromCallee("identity", fmt.Errorf("reading situations: %w", err))
}
