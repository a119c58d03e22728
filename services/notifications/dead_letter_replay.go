package notifications

import (
	"context"
	"errors"
	"time"

	"github.com/ventanilla/ventanilla/pkg/authn"
	"github.com/ventanilla/ventanilla/pkg/rpcerr"
	sqlstore "github.com/ventanilla/ventanilla/pkg/store"
	notificationsv1 "github.com/ventanilla/ventanilla/proto/gen/go/ventanilla/notifications/v1"
	"github.com/ventanilla/ventanilla/services/notifications/internal/message"
	"github.com/ventanilla/ventanilla/services/notifications/internal/store"
)

// maxReplayed is how many parts one call has tried again.
const maxReplayed = 500

// ReplayDeadLetters has parts tried again.
func (s *deadLetterService) ReplayDeadLetters(ctx context.Context, req *notificationsv1.ReplayDeadLettersRequest) (*notificationsv1.ReplayDeadLettersResponse, error) {
	until, err := s.replayUntil(req)
	if err != nil {
		return nil, err
	}
	letters, more, err := s.toReplay(ctx, req)
	if err != nil {
		return nil, err
	}
	replays, err := s.replays(ctx, letters, until)
	if err != nil {
		return nil, err
	}
	done, err := s.store.ReplayDeadLetters(ctx, authn.CallerOf(ctx).Actor(), replays)
	if err != nil {
		return nil, sqlstore.Failure(err, "replaying dead letters")
	}
	answer := &notificationsv1.ReplayDeadLettersResponse{More: more}
	for _, part := range done {
		answer.Replayed = append(answer.Replayed, &notificationsv1.PartKey{DispatchId: part.DispatchID, Kind: part.Kind.Proto()})
	}
	return answer, nil
}

// replayUntil is until when all are worth sending; zero for the life of their services.
func (s *deadLetterService) replayUntil(req *notificationsv1.ReplayDeadLettersRequest) (time.Time, error) {
	asked := req.GetExpiresAt()
	if asked == nil {
		return time.Time{}, nil
	}
	now := s.now()
	if asked.CheckValid() != nil || !asked.AsTime().After(now) || asked.AsTime().After(now.AddDate(1, 0, 0)) {
		return time.Time{}, rpcerr.Invalid("expires_at", "not a time from now on, at most a year ahead")
	}
	return asked.AsTime(), nil
}
