package identity

import (
	"context"
	"errors"
	"slices"
	"strings"

	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/ventanilla/ventanilla/pkg/auditlog"
	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
	identityv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/identity/v1"
	"github.com/ventanilla/ventanilla/services/identity/internal/store"
)

const (
	defaultCitizenAccesses = 20
	// maxCitizenPages bounds in how many parts of the log, each as long as a page, reads are looked for among changes.
	maxCitizenPages = 10
	// someOperator stands for operators, who have no names for citizens.
	someOperator = "operator"
)

// ListCitizenAccesses returns who read the citizen's data, newest first.
func (s *citizenService) ListCitizenAccesses(ctx context.Context, req *identityv1.ListCitizenAccessesRequest) (*identityv1.ListCitizenAccessesResponse, error) {
	citizen, err := s.citizen(ctx)
	if err != nil {
		return nil, err
	}
	size := req.GetPageSize()
	if size == 0 {
		size = defaultCitizenAccesses
	}
	answer := &identityv1.ListCitizenAccessesResponse{NextPageToken: req.GetPageToken()}
	for range maxCitizenPages {
		left := size - int32(len(answer.GetAccesses()))
		page, next, err := auditlog.Page(ctx, s.store.DB(), answer.GetNextPageToken(), left, auditlog.Filter{Target: citizen.Pseudonym})
		if errors.Is(err, auditlog.ErrPageToken) {
			return nil, rpcerr.Invalid("page_token", "not one that was given out")
		}
		if err != nil {
			return nil, sqlstore.Failure(err, "listing a citizen's accesses")
		}
		answer.Accesses = append(answer.Accesses, citizenAccesses(page)...)
		answer.NextPageToken = next
		if next == "" || len(answer.GetAccesses()) == int(size) {
			break
		}
	}
	if err := s.recordRead(ctx, "ListCitizenAccesses", citizen.Pseudonym, []string{"entries"}, onOwnBehalf(req.GetPurpose())); err != nil {
		return nil, err
	}
	return answer, nil
}

// citizenAccesses are the reads among entries, as the person is shown them.
func citizenAccesses(entries []auditlog.Recorded) []*identityv1.CitizenAccess {
	var reads []*identityv1.CitizenAccess
	for _, entry := range entries {
		if !isRead(entry.Listed.Act) {
			continue
		}
		detail := store.DetailOf(entry.Text)
		reads = append(reads, &identityv1.CitizenAccess{
			At: timestamppb.New(entry.Listed.At), Actor: citizenActor(entry.Listed.Actor),
			OnBehalfOf: citizenBehalf(entry.Listed.Act, entry.Listed.Actor, detail.OnBehalfOf), Purpose: detail.Purpose,
		})
	}
	return reads
}

// isRead tells reads from changes by the first word of the RPC's name.
func isRead(act string) bool {
	for _, verb := range []string{"Get", "Find", "List", "Verify", "Render", "Export"} {
		if strings.HasPrefix(act, verb) {
			return true
		}
	}
	return false
}

func named(actor string) bool {
	return strings.HasPrefix(actor, "client:") || strings.HasPrefix(actor, "peer:")
}

// citizenActor hides who an operator is.
func citizenActor(actor string) string {
	if named(actor) {
		return actor
	}
	return someOperator
}

// citizenBehalf hides the operators for whom roles and others act. What a client says of itself is the client's to show; of what else a
// role says, only which role it was. Nobody passes for another: an operator stays one, whatever the operator says, a client for no other
// client, role or operator, and for the person passes only who asked with the person's own credential.
func citizenBehalf(act, actor, behalf string) string {
	client := strings.HasPrefix(actor, "client:")
	switch {
	case behalf == "":
		return ""
	case !named(actor):
		return someOperator
	case behalf == thePerson:
		if actor == "peer:"+benefits || slices.Contains(ownReads, act) {
			return behalf
		}
		return ""
	case client && (named(behalf) || behalf == someOperator):
		return ""
	case client:
		return behalf
	case strings.HasPrefix(behalf, "peer:"):
		behalf, _, _ = strings.Cut(behalf, " ")
		return behalf
	case named(behalf):
		return behalf
	}
	return someOperator
}

// ownReads are those in which this service itself says that the person asks.
var ownReads = []string{"GetCitizen", "ListCitizenAccesses", "ListPersonAccesses"}
