package auth

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/ventanilla/ventanilla/pkg/auditlog"
	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
	"github.com/ventanilla/ventanilla/services/auth/internal/directory"
)

// Who a refusal is noted for when it is nobody that is known: names that callers make up are not in the log.
const (
	unknownClient   = "unknown client"
	unknownOperator = "unknown operator"
)

// Why a credential was refused, as the log has it.
const (
	reasonUnknown     = "unknown client"
	reasonSecret      = "wrong secret"
	reasonDisabled    = "disabled"
	reasonFamily      = "other family"
	reasonDataSet     = "other data set"
	reasonToken       = "token void"
	reasonKey         = "wrong API key"
	reasonKeyOver     = "API key over"
	reasonAssertion   = "assertion not valid"
	reasonReplay      = "assertion replayed"
	reasonCertificate = "certificate not valid"
	reasonOperator    = "disabled or superseded"
	reasonNoWidget    = "no widget"
	reasonOther       = "not valid"
)

// refusal is why a credential was refused, for the log alone.
type refusal struct{ target, reason string }

func (r refusal) Error() string { return r.target + ": " + r.reason }

// refusedFor is refused with the reason for the log. The target is an identifier that is known, or one of the above.
func refusedFor(target, reason string) error {
	return rpcerr.Wrap(errorsv1.Reason_REASON_CREDENTIAL_INVALID, refusal{target, reason}, refusedText)
}

// refusedClient is refusedFor a client that does not get in.
func refusedClient(client *directory.Client, hash []byte, of served) error {
	switch {
	case client.ID == "":
		return refusedFor(unknownClient, reasonUnknown)
	case !rightSecret(client, hash):
		return refusedFor(client.ID, reasonSecret)
	case !of.family(client.Client):
		return refusedFor(client.ID, reasonFamily)
	case !of.dataSet(client.Client):
		return refusedFor(client.ID, reasonDataSet)
	}
	return refusedFor(client.ID, reasonDisabled)
}

// refusals counts refused credentials until they are entered into the log. Targets and reasons are of known sets, so
// it stays small.
type refusals struct {
	mu     sync.Mutex
	counts map[refusal]int
}

// note counts the refusal behind an error, if there is one, and returns the error.
func (r *refusals) note(err error) error {
	if rpcerr.Reason(err) != errorsv1.Reason_REASON_CREDENTIAL_INVALID {
		return err
	}
	why, ok := errors.AsType[refusal](err)
	if !ok {
		why = refusal{unknownClient, reasonOther}
	}
	r.add(map[refusal]int{why: 1})
	return err
}

func (r *refusals) add(more map[refusal]int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.counts == nil {
		r.counts = map[refusal]int{}
	}
	for why, count := range more {
		r.counts[why] += count
	}
}

func (r *refusals) take() map[refusal]int {
	r.mu.Lock()
	defer r.mu.Unlock()
	taken := r.counts
	r.counts = nil
	return taken
}

// noteRefusals enters what was counted, one entry for each client and reason. What cannot be entered is counted on.
func (s *Service) noteRefusals(ctx context.Context) {
	counts := s.refusals.take()
	if len(counts) == 0 {
		return
	}
	now := s.now()
	entries := make([]auditlog.Entry, 0, len(counts))
	for why, count := range counts {
		entries = append(entries, auditlog.Entry{
			At: now, Actor: Role, Act: "Refusal", Target: why.target, Detail: fmt.Appendf(nil, `{"reason":%q,"count":%d}`, why.reason, count),
		})
	}
	slices.SortFunc(entries, func(a, b auditlog.Entry) int {
		return strings.Compare(a.Target+"\n"+string(a.Detail), b.Target+"\n"+string(b.Detail))
	})
	if err := s.store.Enter(ctx, entries); err != nil {
		s.refusals.add(counts)
		s.logger.WarnContext(ctx, "cannot enter refusals into the log", "error", err)
	}
}
