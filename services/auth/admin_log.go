package auth

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/ventanilla/ventanilla/pkg/auditlog"
	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	errorsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/errors/v1"
	"github.com/ventanilla/ventanilla/services/auth/internal/accesstoken"
)

// logOrigin is the name of the admin log in its checkpoints.
const logOrigin = "ventanilla/auth/log"

// KeepLog writes entries, seals them, and notes refusals, until ctx ends; it returns nil then. Tokens are issued only
// while it runs.
func (s *Service) KeepLog(ctx context.Context) error {
	var parts sync.WaitGroup
	defer parts.Wait()
	parts.Go(func() { _ = s.recorder.Run(ctx) }) // returns nil
	parts.Go(func() { _ = s.sealer.Run(ctx) })   // returns nil
	parts.Go(func() { s.keepTakingActs(ctx) })
	parts.Go(func() { s.eachAndLast(ctx, noteEvery, s.noteRefusals) })
	return nil
}

// keepTakingActs takes over what replicas of the previous release record.
func (s *Service) keepTakingActs(ctx context.Context) {
	s.takeActs(ctx)
	s.each(ctx, auditlog.SealEvery, s.takeActs)
}

func (s *Service) takeActs(ctx context.Context) {
	if _, err := s.store.TakeActs(ctx); err != nil && ctx.Err() == nil {
		s.logger.WarnContext(ctx, "cannot take over acts of the previous release", "error", err)
	}
}

// recordIssue enters the issue of a token, for the API key with an identifier unless that is empty. The entry is committed while the token is signed: who has the token must
// wait for it before the answer leaves.
func (s *Service) recordIssue(ctx context.Context, claims *accesstoken.Claims, algorithm, apiKey string) (*auditlog.Recording, error) {
	recording, err := s.recorder.Start(ctx, auditlog.Entry{
		At: s.now(), Actor: "client:" + claims.ClientID, Act: "IssueToken", Target: claims.ID, Detail: issued(claims, algorithm, apiKey),
	})
	return recording, unrecorded(err)
}

// unrecorded makes it UNAVAILABLE that the log cannot be written: what is not in the log is not given out.
func unrecorded(err error) error {
	if err == nil || errors.Is(err, context.Canceled) {
		return err
	}
	return rpcerr.Wrap(errorsv1.Reason_REASON_UNAVAILABLE, err, "the admin log cannot be written", rpcerr.RetryAfter(retryAfter))
}

// issued is what the log shows of a token: {"scopes":["a"],"alg":"RS256","expires_at":"2026-03-04T05:06:07Z"}, and with an API
// key "api_key":"…" at the end.
func issued(claims *accesstoken.Claims, algorithm, apiKey string) []byte {
	detail := make([]byte, 0, 128)
	detail = append(detail, `{"scopes":[`...)
	for i, scope := range claims.Scopes {
		if i > 0 {
			detail = append(detail, ',')
		}
		detail = auditlog.AppendString(detail, scope)
	}
	detail = append(detail, `],"alg":`...)
	detail = auditlog.AppendString(detail, algorithm)
	detail = append(detail, `,"expires_at":"`...)
	detail = claims.Expires.UTC().AppendFormat(detail, time.RFC3339)
	detail = append(detail, '"')
	if apiKey != "" {
		detail = append(detail, `,"api_key":`...)
		detail = auditlog.AppendString(detail, apiKey)
	}
	return append(detail, '}')
}
