package identity

import (
	"context"

	"github.com/ventanilla/ventanilla/pkg/auditlog"
	identityv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/identity/v1"
	"github.com/ventanilla/ventanilla/services/identity/internal/store"
)

// thePerson is on whose behalf a read is when the person asks for its own data.
const thePerson = "the person"

// recordRead enters a read in the access log. It must have returned nil before what was read leaves. target is the person's
// pseudonym; fields are those that the answer has; more are further members of the entry.
func (s *Service) recordRead(
	ctx context.Context, rpc, target string, fields []string, why *identityv1.Access, more ...store.Member,
) error {
	act := act(ctx, rpc)
	return unrecorded(s.recorder.Record(ctx, auditlog.Entry{
		At: s.now(), Actor: act.Actor, Act: act.Name, Target: target,
		Detail: store.Detail{
			OnBehalfOf: why.GetOnBehalfOf(), Fields: fields, Purpose: why.GetPurpose(), Trace: act.Trace, More: more,
		}.JSON(),
	}))
}
