package main

import (
	"errors"
	"strings"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	"github.com/ventanilla/ventanilla/pkg/store"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
	"github.com/ventanilla/ventanilla/services/cmd/internal/admin"
)

// exitCode tells a script what became of the command.
func exitCode(err error) int {
	switch {
	case err == nil:
		return exitOK
	case errors.As(err, new(usageError)), errors.Is(err, admin.ErrUsage):
		return exitUsage
	case errors.Is(err, store.ErrUnavailable):
		return exitUnavailable
	}
	switch status.Code(err) {
	case codes.PermissionDenied, codes.Unauthenticated, codes.FailedPrecondition, codes.Aborted:
		return exitRefused
	case codes.NotFound:
		return exitNotFound
	case codes.Unavailable, codes.DeadlineExceeded:
		return exitUnavailable
	case codes.InvalidArgument:
		return exitUsage
	default:
		return exitFailed
	}
}

// describe writes an operator's error for a person: what failed, which fields, and what to do next.
// Other commands call nobody but their own roles, and tell all they know.
func describe(err error, operator bool) string {
	var remote interface{ GRPCStatus() *status.Status }
	if !operator || !errors.As(err, &remote) {
		return err.Error()
	}
	answered := remote.GRPCStatus()
	lines := []string{answered.Message()}
	for _, field := range rpcerr.Fields(err) {
		lines = append(lines, "  "+field.Field+": "+field.Description)
	}
	switch rpcerr.Reason(err) {
	case errorsv1.Reason_REASON_PERSON_CHANGED:
		lines = append(lines, "Somebody was faster: look at the person again, and repeat the change with the version that is shown then.")
	case errorsv1.Reason_REASON_CARD_LIVE:
		lines = append(lines, "`admin card renew FOLIO` replaces the card, `admin card revoke` ends it.")
	case errorsv1.Reason_REASON_KEY_IN_USE:
		lines = append(lines, "Rotate it first: another key then signs.")
	case errorsv1.Reason_REASON_INTEGRATION_IN_USE:
		lines = append(lines, "`admin functionality list` shows who has it; `admin functionality update KEY --integration=` takes it away.")
	default:
	}
	switch answered.Code() {
	case codes.Unavailable:
		if len(answered.Details()) == 0 { // nobody answered
			lines = append(lines, "Is the platform running, and is --address right?")
		}
	case codes.Unauthenticated:
		lines = append(lines, "The credential is unknown, expired or disabled: `ventanilla up` writes a new one, or ask an operator with the role security for `admin operator credential`.")
	case codes.PermissionDenied:
		lines = append(lines, "`admin operator list` shows the operators, their roles and who is disabled.")
	default:
	}
	return strings.Join(lines, "\n")
}
